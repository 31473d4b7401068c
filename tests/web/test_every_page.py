"""What holds of every page: both languages complete, room at every size, reachable by keyboard, accessible, printable."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from finsim.web.address import PAGES

pytestmark = pytest.mark.browser

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60]")
SIZES = ((1440, 900), (1024, 768), (390, 844))
THERE = {
    "overview": "#cover .main-svg", "statements": "#statements-page table", "probability": "#risk-run", "comparison": "#compared-inputs table",
    "portfolio": "#account-table table", "library": "#files a", "inputs": "#inputs-sections summary", "exports": "#commands",
}  # fmt: skip
"""What is on a page once it is there."""
assert THERE.keys() == PAGES.keys()
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def open_page(page: Page, address: str, name: str, lang: str = "zh", query: str = "?by=unit&account=d2") -> None:
    page.context.add_cookies([{"name": "lang", "value": lang, "url": address}])
    page.goto(f"{address}{PAGES[name]}{query}")
    expect(page.locator(THERE[name]).first).to_be_visible(timeout=60_000)
    page.wait_for_timeout(300)


def violations(page: Page) -> list[str]:
    """Breaches of WCAG 2.1 A and AA, each with the element that it concerns."""
    found: Any = Axe().run(page, options=WCAG).response
    return [f"{one['id']}: {node['target']} {node['html'][:150]}" for one in found["violations"] for node in one["nodes"]]


def opened(page: Page) -> None:
    """Open everything that can be opened."""
    for summary in page.locator("main summary:visible").all():
        summary.click()
    page.wait_for_timeout(500)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_complete_accessible_and_has_room(page: Page, address: str, name: str, lang: str) -> None:
    open_page(page, address, name, lang)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(500)  # charts follow their frames a moment later
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert outside(page) == []
    if name != "library" or lang == "zh":  # files are shown as they were written
        opened(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    assert violations(page) == []
    if lang == "en":
        assert CHINESE.findall(said(page)) == []
    page.emulate_media(media="print")
    expect(page.locator(".nav")).to_be_hidden()
    expect(page.locator("#language")).to_be_hidden()
    assert page.locator("main button:not(.scroll button):visible").count() == 0
    if name not in ("library", "inputs"):
        expect(page.locator(THERE[name] if name != "probability" else "#risk").first).to_be_visible()


def outside(page: Page) -> Any:
    """What stands out on the right."""
    return page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter(e => e.checkVisibility() && !e.closest(".scroll, .editor, .command, .statements-list, svg, .svg-container")
            && e.getBoundingClientRect().right > innerWidth + 0.5).map(e => e.outerHTML.slice(0, 120))"""
    )


def said(page: Page) -> str:
    """Everything that the page says, without what the reader typed, and without the button that offers Chinese in Chinese."""
    page.locator("#language").evaluate("button => button.remove()")
    text = str(
        page.evaluate(
            """() => [document.title, document.body.innerText, ...[...document.querySelectorAll("svg text, [aria-label], [title], [placeholder]")]
            .map(e => [e.textContent, e.getAttribute("aria-label"), e.getAttribute("title"), e.getAttribute("placeholder")].join(" "))].join("\\n")"""
        )
    )
    assert len(text) > 300
    return text.replace(page.locator("#yaml-text").input_value(), "")


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_reaches_everything(page: Page, address: str, name: str) -> None:
    """Tab comes to every control that is shown, in the order of the page, and shows where it is."""
    open_page(page, address, name)
    wanted = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, textarea, summary, [tabindex='0']")]
            .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0 && e.type !== "file")
            .map((e, i) => (e.dataset.wanted = i, i))"""
    )
    reached, outlines = set(), set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(len(wanted) + 10):
        page.keyboard.press("Tab")
        at, outline = page.evaluate("[document.activeElement.dataset.wanted, getComputedStyle(document.activeElement).outlineStyle]")
        reached.add(None if at is None else int(at))
        outlines.add(outline)
    assert [page.locator(f'[data-wanted="{i}"]').evaluate("e => e.outerHTML.slice(0, 120)") for i in wanted if i not in reached] == []


def test_pages_are_reached_from_each_other_and_back(page: Page, address: str) -> None:
    open_page(page, address, "overview", query="?by=district&variant=density")
    for name, link in (("statements", "财务报表"), ("portfolio", "片区组合"), ("exports", "成果导出"), ("inputs", "假设与来源")):
        page.locator("#nav").get_by_role("link", name=link).click()
        expect(page.locator(THERE[name]).first).to_be_visible(timeout=60_000)
        assert "by=district" in page.url and "variant=density" in page.url
        expect(page.locator('#nav [aria-current="true"]')).to_have_text(link)
    page.go_back()
    expect(page.locator(THERE["exports"])).to_be_visible()
    expect(page.locator(THERE["inputs"]).first).to_be_hidden()
    page.reload()
    expect(page.locator(THERE["exports"])).to_be_visible()
