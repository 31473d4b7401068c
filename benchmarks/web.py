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
import re
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

from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).parents[1]
FILES = {"songxian": ROOT / "scenarios" / "songxian-2023.yaml", "yichang": ROOT / "scenarios" / "yichang-85" / "yichang-85.yaml"}
ADDRESS = "http://127.0.0.1:8050"

PAUSE = 2.0
READING = 1_500
"""Milliseconds that the one reader looks at an answer before the next click."""
LONGEST = 60_000
"""Milliseconds after which a click is given up."""

CLICK = """([what, there, longest]) => new Promise((resolve, reject) => {
    const start = performance.now();
    const before = document.querySelector(there)?.innerHTML;
    document.querySelector(what).click();
    const look = () => {
        const now = document.querySelector(there)?.innerHTML;
        if (now !== undefined && now !== before) requestAnimationFrame(() => resolve(performance.now() - start));
        else if (performance.now() - start > longest) reject(new Error("no answer to " + what));
        else setTimeout(look, 4);
    };
    look();
})"""

SHOWN = """([what, there, longest]) => new Promise((resolve, reject) => {
    const start = performance.now();
    document.querySelector(what).click();
    const look = () => {
        if (document.querySelector(there)?.offsetParent) requestAnimationFrame(() => resolve(performance.now() - start));
        else if (performance.now() - start > longest) reject(new Error("no answer to " + what));
        else setTimeout(look, 4);
    };
    look();
})"""

CONTROLS = (
    ("another grouping", "#by li:first-child:not([aria-current]) a, #by li:nth-child(3):not([aria-current]) a", "#tests"),
    ("another variant", '#variant li:not([aria-current]) a', "#tests"),
    ("unit of money", '#money li:not([aria-current]) a', "#key-figures"),
)
"""Of the overview: name, what is clicked, and what is another once the answer stands there."""


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


async def clicks(browser: Browser, rounds: int) -> dict[str, list[float]]:
    """One reader at work: every control of the overview, then a number tried, a text checked, and a run until its first progress."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(ADDRESS)
    await page.locator("#cover .main-svg").first.wait_for(timeout=120_000)
    found: dict[str, list[float]] = {}
    for name, what, there in CONTROLS:
        for _ in range(rounds):
            found.setdefault(name, []).append(await page.evaluate(CLICK, [what, there, LONGEST]))
            await page.wait_for_timeout(READING)
    for name, there in (("statements", "#statement-table table"), ("portfolio", "#account-table table"), ("comparison", "#compared table")):
        for _ in range(rounds):
            await page.evaluate(CLICK, [*CONTROLS[-1][1:], LONGEST])  # another view, or the page would stand there already
            await page.wait_for_timeout(READING)
            found.setdefault(f"page {name}", []).append(await page.evaluate(SHOWN, [f'#nav a[href^="/{name}"]', there, LONGEST]))
            await page.wait_for_timeout(READING)
            await page.evaluate(SHOWN, ['#nav a[href^="/?"]', "#verdict", LONGEST])
            await page.wait_for_timeout(READING)
    found["a number tried"] = await tried(page, rounds)
    found["a text checked"] = await checked(page, rounds)
    found["run, first progress"] = [await run(page)]
    await context.close()
    return found


async def tried(page: Page, rounds: int) -> list[float]:
    await page.goto(f"{ADDRESS}/inputs")
    await page.locator("#inputs-sections summary").first.click()
    field = page.locator("[data-input]").first
    await field.wait_for(timeout=60_000)
    number = float(await field.input_value())
    found = []
    for i in range(rounds):
        await field.fill(f"{number * (1 - 0.001 * (i + 1)):.6g}")
        found.append(await page.evaluate(CLICK, ["#inputs-try", "#inputs-outcome", LONGEST]))
        await page.wait_for_timeout(READING)
    return found


async def checked(page: Page, rounds: int) -> list[float]:
    """The file of the scenario with another price, which stands in its longest entry; the first check reads all of it."""
    await page.goto(f"{ADDRESS}/library")
    await page.locator("#yaml-finding:not(:empty)").wait_for(state="attached", timeout=60_000)
    price = re.search(r"price:\s+(?:\{?value: )?([\d.]+)", await page.input_value("#yaml-text"))
    assert price is not None
    begin, end = price.span(1)
    found = []
    for i in range(rounds):
        await page.locator("#yaml-text").evaluate("(box, part) => { box.focus(); box.setSelectionRange(...part); }", [begin, end])
        await page.keyboard.insert_text(str(301 + i))
        end = begin + 3
        found.append(await page.evaluate(CLICK, ["#yaml-check", "#yaml-outcome", LONGEST]))
        await page.wait_for_timeout(READING)
    return found


RUN = """longest => new Promise((resolve, reject) => {
    const start = performance.now();
    document.querySelector("#risk-run").click();
    const look = () => {
        if (Number(document.querySelector("#risk-bar").value) > 0) requestAnimationFrame(() => resolve(performance.now() - start));
        else if (performance.now() - start > longest) reject(new Error("no progress"));
        else setTimeout(look, 4);
    };
    look();
})"""


async def run(page: Page) -> float:
    await page.goto(f"{ADDRESS}/probability")
    await page.locator("#risk-run:not([disabled])").wait_for(timeout=60_000)
    return float(await page.evaluate(RUN, LONGEST))


def told(title: str, found: dict[str, list[float]]) -> None:
    print(title)
    for name, times in found.items():
        middle, slow = statistics.median(times), sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
        print(f"  {name:24s} p50 {middle:7.0f} ms   p95 {slow:7.0f} ms   ({len(times)})")


# ---- the other readers -----------------------------------------------------------------------------------------
Asked = list[list[str]]
"""What the page asked of the server, click by click."""


async def recorded(browser: Browser) -> Asked:
    """All that is asked when each control and each page is clicked once."""
    page = await (await browser.new_context(viewport={"width": 1440, "height": 900})).new_page()
    await page.goto(ADDRESS)
    await page.locator("#cover .main-svg").first.wait_for(timeout=120_000)
    found: Asked = []
    page.on("request", lambda request: found[-1].append(request.post_data or "") if found and request.method == "POST" else None)
    pages = [(f'#nav a[href^="/{name}"]') for name in ("statements", "portfolio", "comparison", "?")]
    for what in [*(what for _, what, _ in CONTROLS), *pages]:
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
        told("one reader", await clicks(browser, rounds))
        if readers > 1:
            asked, until = await recorded(browser), threading.Event()
            others = [threading.Thread(target=repeated, args=(asked, i, until)) for i in range(1, readers)]
            for other in others:
                other.start()
            try:
                told(f"{readers} readers", await clicks(browser, rounds))
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
