"""What one reader of the pages does: every control, clicked a number of times, from the click to the frame in which the answer stands there."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

from playwright.async_api import Browser, Page

READING = 1_500
"""Milliseconds that a reader looks at an answer before the next click."""
LONGEST = 60_000
"""Milliseconds after which an answer is given up."""

ANSWER = """([what, there, value, longest]) => new Promise((resolve, reject) => {
    const told = seen => [...document.querySelectorAll(there)].filter(e => !seen || e.offsetParent).map(e => e.innerHTML).join("\\n");
    const element = document.querySelector(what), before = told(false), start = performance.now();
    let waiting = false;
    const look = () => {
        waiting = false;
        const now = told(true);
        if (!now || now === before) return;
        changed.disconnect();
        clearTimeout(late);
        resolve(performance.now() - start);
    };
    const changed = new MutationObserver(() => {
        if (!waiting) requestAnimationFrame(look);
        waiting = true;
    });
    changed.observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
    const late = setTimeout(() => reject(new Error("no answer to " + what)), longest);
    if (value === null) return element.click();
    element.value = value;
    element.dispatchEvent(new Event("input", { bubbles: true }));
})"""

RUN = """longest => new Promise((resolve, reject) => {
    const start = performance.now(), bar = document.querySelector("#risk-bar");
    const changed = new MutationObserver(() => {
        if (!Number(bar.value)) return;
        changed.disconnect();
        clearTimeout(late);
        requestAnimationFrame(() => resolve(performance.now() - start));
    });
    changed.observe(bar, { attributes: true });
    const late = setTimeout(() => reject(new Error("no progress")), longest);
    document.querySelector("#risk-run").click();
})"""


@dataclass(frozen=True)
class Control:
    """What is clicked (a selector), and what is another once the answer stands there; ``first`` is clicked before, and ``after`` afterwards."""

    name: str
    what: str
    there: str
    first: str = ""
    after: str = ""


def switch(name: str) -> str:
    return f"#{name} li:not([aria-current]) a"


def option(box: str) -> str:
    """What is not chosen in a list that is open."""
    return f"{box} [role=option]:not([aria-selected=true])"


MONEY = Control("unit of money", switch("money"), "#key-figures")
HEAD = (
    Control("another grouping", "#by li:first-child:not([aria-current]) a, #by li:nth-child(3):not([aria-current]) a", "#tests"),
    Control("another variant", switch("variant"), "#tests"),
    MONEY,
    Control("why of a number", "#key-figures [data-why]", "#why-said", after="#why-close"),
)
"""On the overview."""
STATEMENTS = (
    Control("another statement", "#statements-list li:not([aria-current]) a", "#statement-table"),
    Control("why of a cell", "#statement-table td[data-why]", "#why-said", after="#why-close"),
)
COMPARISON = (
    Control("difference, percent", switch("mode"), "#compared"),
    Control("all inputs, or those that differ", switch("range"), "#compared-inputs"),
)
DRAWN = (
    Control("histogram, cumulative", ".modes button:not(.chosen)", ".modes"),
    Control("another indicator's distribution", option("#spread-card"), "#spread", first="#spread-of"),
)
STUDIED = (
    Control("another outcome studied", option("#study-choice"), "#study-charts", first="#study-of"),
    Control("two other inputs", option("#map"), "#map-body", first="#map-across"),
)
SLIDER = ".threshold input[type=range]"
PAGES = (("statements", "#statement-table"), ("portfolio", "#account-table"), ("comparison", "#compared"))
"""Opened from the overview: a page, and what stands on it."""

Times = dict[str, list[float]]


async def answer(page: Page, control: Control, value: str | None = None) -> float:
    """Milliseconds from the click, or from the value that is set, to the answer."""
    if control.first:
        await page.locator(control.first).click()
        await page.locator(control.what).first.wait_for()
    found = float(await page.evaluate(ANSWER, [control.what, control.there, value, LONGEST]))
    if control.after:
        await page.locator(control.after).click()
    await page.wait_for_timeout(READING)
    return found


class Reader:
    """At work on the pages of a server, with one page of Chromium."""

    def __init__(self, browser: Browser, address: str, rounds: int, seed: int) -> None:
        self.browser, self.address, self.rounds, self.seed = browser, address, rounds, seed
        self.times: Times = {}

    async def works(self) -> Times:
        """Every control of the pages, once and again."""
        context = await self.browser.new_context(viewport={"width": 1440, "height": 900})
        self.page = await context.new_page()
        await self._open("", "#cover .main-svg")
        await self._each(*HEAD)
        await self._pages()
        await self._open("statements", "#statement-table td")
        await self._each(*STATEMENTS)
        await self._open("comparison", "#compared td")
        await self._each(*COMPARISON)
        await self._inputs()
        await self._library()
        await self._probability()
        await self._language()
        await context.close()
        return self.times

    async def _open(self, page: str, there: str) -> None:
        await self.page.goto(f"{self.address}/{page}")
        await self.page.locator(there).first.wait_for(timeout=2 * LONGEST)
        await self.page.wait_for_timeout(READING)

    async def _answer(self, what: str, there: str, value: str | None = None) -> float:
        return await answer(self.page, Control("", what, there), value)

    async def _each(self, *controls: Control) -> None:
        for control in controls:
            self.times[control.name] = [await answer(self.page, control) for _ in range(self.rounds)]

    async def _pages(self) -> None:
        """Each in a view not seen before, or it would stand there already."""
        for name, there in PAGES:
            found = self.times[f"page {name}"] = []
            for _ in range(self.rounds):
                await answer(self.page, MONEY)
                found.append(await self._answer(f'#nav a[href^="/{name}"]', there))
                await self._answer('#nav a[href^="/?"]', "#head-title")

    async def _inputs(self) -> None:
        """Sections opened, and a number tried."""
        await self._open("inputs", "#inputs-sections summary")
        await self._each(Control("a section of inputs", "#inputs-sections details:not([open]) summary", "#inputs-sections table"))
        field = self.page.locator("[data-input]").first
        number = float(await field.input_value())
        found = self.times["a number tried"] = []
        for i in range(self.rounds):
            await field.fill(f"{number * (1 - 0.001 * (i + 1)):.6g}")
            found.append(await self._answer("#inputs-try", "#inputs-outcome"))

    async def _library(self) -> None:
        """The file of the scenario with another price, which stands in its longest entry; the first check reads all of it."""
        await self._open("library", "#yaml-text")
        text = self.page.locator("#yaml-text")
        await self.page.locator("#yaml-finding:not(:empty)").wait_for(state="attached", timeout=LONGEST)
        price = re.search(r"price:\s+(?:\{?value: )?([\d.]+)", await text.input_value())
        assert price is not None
        begin, end = price.span(1)
        found = self.times["a text checked"] = []
        for i in range(self.rounds):
            other = f"{float(price[1]) * (1 + 0.001 * (i + 1)):.6g}"
            await text.evaluate("(box, part) => { box.focus(); box.setSelectionRange(...part); }", [begin, end])
            await self.page.keyboard.insert_text(other)
            end = begin + len(other)
            found.append(await self._answer("#yaml-check", "#yaml-outcome:has(h3)"))  # what differs, and no problem

    async def _probability(self) -> None:
        """A run until its first progress; what can be asked of it, and of the study, once they are done."""
        await self._open("probability", "#risk-run:not([disabled])")
        await self.page.locator("#risk-seed").fill(f"{self.seed}")
        await self.page.locator("#risk-seed").press("Tab")
        self.times["run, first progress"] = [float(await self.page.evaluate(RUN, LONGEST))]
        slider = self.page.locator(SLIDER)
        await slider.wait_for(timeout=2 * LONGEST)
        low, high = [float(await slider.get_attribute(name) or 0) for name in ("min", "max")]
        steps = [low + (high - low) * (i + 1) / (self.rounds + 1) for i in range(self.rounds)]
        self.times["threshold moved"] = [await self._answer(SLIDER, ".likelihood", str(step)) for step in steps]
        await self._each(*DRAWN)
        await self.page.locator("#study-run").click()
        await self.page.locator("#map-body .main-svg").first.wait_for(timeout=2 * LONGEST)
        await self._each(*STUDIED)

    async def _language(self) -> None:
        """The page is loaded anew."""
        await self._open("", "#cover .main-svg")
        found = self.times["the other language"] = []
        for i in range(self.rounds):
            start = time.perf_counter()
            await self.page.locator("#language").click()
            await self.page.locator(f"html[lang^={('en', 'zh')[i % 2]}] #verdict").wait_for(timeout=LONGEST)
            found.append(1000 * (time.perf_counter() - start))
            await self.page.wait_for_timeout(READING)
