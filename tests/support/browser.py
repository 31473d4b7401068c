"""A page as its reader meets it: finsim served on a free port, opened in Chromium, and watched."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import waitress
import waitress.wasyncore
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",  # root has no sandbox, and the only pages opened are ours
    "--disable-gpu",
    # The rest keeps Chromium to this machine: no updates, no sync, no name but our own.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation",
    event => console.error("securitypolicyviolation", event.effectiveDirective, event.blockedURI))
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium", path="/usr/bin") or shutil.which("chromium")
    if program is None:
        raise RuntimeError("Chromium is missing; `bash .ci/test` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page in a fresh profile. On leaving, fail on anything that went wrong or went out.

    That is: an error in the console, an uncaught exception, a breach of the content security policy, or a
    request to another machine. `options` go to Playwright's `new_context`: `viewport`, `locale` …
    """
    complaints: list[str] = []
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN"} | options)
    context.add_init_script(REPORT_VIOLATIONS)

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def on_request(request: Request) -> None:
        # No host name at all: a data: or blob: address, which stays in the page.
        if urlsplit(request.url).hostname not in ("127.0.0.1", None):
            complaints.append(f"request to {request.url}")

    context.on("console", on_console)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", on_request)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not complaints, "the page complained:\n" + "\n".join(complaints)


@contextmanager
def serve(app: Callable[..., Any]) -> Iterator[str]:
    """Serve a WSGI application on a free port of this machine and give its address."""
    sockets: dict[int, Any] = {}
    # Answers stay in memory: a temporary file would be left open when the sockets are closed on a page that is still loading.
    server = waitress.create_server(
        app, map=sockets, host="127.0.0.1", port=0, threads=8, outbuf_overflow=16 * 1024 * 1024
    )
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # The loop ends when no socket is left; they may be closed only by the thread that waits on them.
        server.trigger.pull_trigger(lambda: waitress.wasyncore.close_all(sockets))
        thread.join()
        server.task_dispatcher.shutdown()
