"""The browser fixtures, tried on pages that behave and on pages that do not."""

from collections.abc import Iterator

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page

from tests.support.browser import serve, watched_page

pytestmark = pytest.mark.browser

# With an icon of its own: Chromium asks the server for one otherwise.
HEAD = "<!doctype html><link rel=icon href='data:,'>"
MISBEHAVIOUR = {
    "console": ("<script>console.error('出错了')</script>", "出错了"),
    "exception": ("<script>throw new Error('未捕获')</script>", "未捕获"),
    "missing": ("<img src='/missing.png'>", "404"),
    "outside": ("<img src='http://example.com/logo.png'>", "request to http://example.com/logo.png"),
    "breach": ("<script src='data:text/javascript,1'></script>", "securitypolicyviolation script-src"),
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = Flask(__name__)

    @app.get("/")
    def good() -> str:
        return f"{HEAD}<button onclick='this.innerText=`已按`'>按</button>"

    @app.get("/<name>")
    def bad(name: str) -> Response | tuple[str, int]:
        if name not in MISBEHAVIOUR:
            return "", 404
        policy = "script-src 'self'" if name == "breach" else "default-src * 'unsafe-inline'"
        return Response(HEAD + MISBEHAVIOUR[name][0], headers={"Content-Security-Policy": policy})

    with serve(app) as address:
        yield address


def test_a_page_that_behaves(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button").click()
    assert page.get_by_role("button").inner_text() == "已按"
    assert page.evaluate("[innerWidth, innerHeight, navigator.language]") == [1440, 900, "zh-CN"]


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_a_page_that_does_not(browser: Browser, address: str, name: str) -> None:
    with pytest.raises(AssertionError, match=MISBEHAVIOUR[name][1]), watched_page(browser) as page:
        page.goto(f"{address}/{name}")


def test_a_failing_test_keeps_its_own_message(browser: Browser, address: str) -> None:
    with pytest.raises(ZeroDivisionError), watched_page(browser) as page:
        page.goto(f"{address}/console")
        raise ZeroDivisionError
