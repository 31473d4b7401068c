"""How fast the pages answer: first useful paint, and click to redraw of each control, with one reader and with six.

    python benchmarks/web.py [songxian | yichang] [--rounds 10] [--readers 6]

The server runs in a process of its own, as ``python app.py`` does. One reader is a page of Chromium on the same machine. The
others have machines of their own, so of them only what the server gets is repeated: all that the page asked when each control
was clicked, by each of them once every PAUSE seconds, without their pause for reading. Times are those of the clock, in
milliseconds, taken within the page from the click to the frame in which the answer stands there.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.async_api import Browser, async_playwright
from web_reader import HEAD, Reader, Times

ROOT = Path(__file__).parents[1]
FILES = {"songxian": ROOT / "scenarios" / "songxian-2023.yaml", "yichang": ROOT / "scenarios" / "yichang-85" / "yichang-85.yaml"}
ADDRESS = "http://127.0.0.1:8050"

PAUSE = 2.0


async def paint(browser: Browser, cold: bool) -> tuple[float, float]:
    """Milliseconds until the verdict is seen, and until the page around it is there; ``cold`` with nothing kept by the browser."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    if not cold:
        await page.goto(ADDRESS)
        await page.locator("#verdict").wait_for(timeout=120_000)
    start = time.perf_counter()
    await page.goto(ADDRESS, wait_until="commit")
    found = []
    for what in ("#at-once .headline, #verdict", "#verdict"):
        await page.locator(what).first.wait_for(timeout=120_000)
        found.append(1000 * (time.perf_counter() - start))
    await context.close()
    return found[0], found[1]


def told(title: str, found: Times) -> None:
    print(title)
    for name, times in found.items():
        middle, slow = statistics.median(times), sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
        print(f"  {name:34s} p50 {middle:7.0f} ms   p95 {slow:7.0f} ms   ({len(times)})")


# ---- the other readers -----------------------------------------------------------------------------------------
Asked = list[list[str]]
"""What the page asked of the server, click by click."""


async def recorded(browser: Browser) -> Asked:
    """All that is asked when the controls of the overview and each page are clicked once."""
    page = await (await browser.new_context(viewport={"width": 1440, "height": 900})).new_page()
    await page.goto(ADDRESS)
    await page.locator("#cover .main-svg").first.wait_for(timeout=120_000)
    found: Asked = []
    page.on("request", lambda request: found[-1].append(request.post_data or "") if found and request.method == "POST" else None)
    pages = [(f'#nav a[href^="/{name}"]') for name in ("statements", "portfolio", "comparison", "?")]
    for what in [*(control.what for control in HEAD[:3]), *pages]:
        found.append([])
        await page.locator(what).first.click()
        await page.wait_for_timeout(3000)
    await page.context.close()
    return found


def repeated(asked: Asked, reader: int, until: threading.Event) -> None:
    """One more reader, who clicks all day."""
    headers = {"Content-Type": "application/json", "Origin": ADDRESS, "Cookie": f"reader=reader-{reader}"}
    until.wait(PAUSE * reader / 5)
    for bodies in itertools.cycle(asked):
        with ThreadPoolExecutor(6) as connections:  # as many as a browser opens
            list(connections.map(lambda body: _post(body, headers), bodies))
        if until.wait(PAUSE):
            return


def _post(body: str, headers: dict[str, str]) -> None:
    request = urllib.request.Request(f"{ADDRESS}/_dash-update-component", body.encode(), headers)
    urllib.request.urlopen(request, timeout=60).close()


async def measured(rounds: int, readers: int) -> None:
    async with async_playwright() as playwright:
        program = shutil.which("chromium")
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, cold in (("cold", True), ("warm", False)):
            seen = [await paint(browser, cold) for _ in range(5)]
            told(f"first paint, {name}", {"verdict": [one[0] for one in seen], "page": [one[1] for one in seen]})
        told("one reader", await Reader(browser, ADDRESS, rounds, seed=1).works())
        if readers > 1:
            asked, until = await recorded(browser), threading.Event()
            others = [threading.Thread(target=repeated, args=(asked, i, until)) for i in range(1, readers)]
            for other in others:
                other.start()
            try:
                told(f"{readers} readers", await Reader(browser, ADDRESS, rounds, seed=2).works())
            finally:
                until.set()
                for other in others:
                    other.join()
        await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", default="songxian", choices=FILES)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--readers", type=int, default=6)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "FINSIM_DATA": folder}
        server = subprocess.Popen([sys.executable, ROOT / "app.py", FILES[chosen.file]], env=environment, stdout=subprocess.DEVNULL)
        try:
            _served()
            asyncio.run(measured(chosen.rounds, chosen.readers))
        finally:
            server.terminate()
            server.wait()


def _served() -> None:
    for _ in range(240):
        try:
            urllib.request.urlopen(ADDRESS, timeout=5).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
