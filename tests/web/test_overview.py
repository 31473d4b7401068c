"""The overview: red flags are named in both languages, and the verdict is there at once."""

from html import escape
from pathlib import Path

import pytest

from finsim.report import findings
from finsim.report.wording import Wording
from finsim.web.address import Shown, view
from finsim.web.app import make_app
from finsim.web.jobs import Jobs
from finsim.web.library import Library
from finsim.web.pages.overview import top

FILE = Path(__file__).parents[2] / "scenarios" / "changji-2021" / "changji-2021.yaml"


@pytest.mark.parametrize(("lang", "said"), [("zh", "红线"), ("en", "red flag")])
def test_a_red_flag_is_named(lang: str, said: str) -> None:
    library = Library(FILE)
    assert said in str(top(Shown(library.desk(FILE.stem), view("/?variant=advance&by=all", library), lang)))


@pytest.mark.parametrize(("lang", "product"), [("zh", "老旧小区改造资金平衡测算"), ("en", "Renovation balance")])
def test_the_verdict_stands_in_the_page_before_any_script_runs(tmp_path: Path, lang: str, product: str) -> None:
    """Names are no markup (one with < or > is refused when it is read)."""
    named = tmp_path / FILE.name
    for file in FILE.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = FILE.read_text(encoding="utf-8")
    for line in [line for line in text.splitlines() if line.startswith("title")]:
        text = text.replace(line, f"{line.split(':')[0]}: 甲 &copy; 乙")
    named.write_text(text, encoding="utf-8")
    library = Library(named)
    with Jobs(lanes=1) as jobs:
        client = make_app(library, jobs).server.test_client()
        client.set_cookie("lang", lang)
        page = client.get("/?variant=advance&by=all").get_data(as_text=True)
        elsewhere = client.get("/statements?variant=advance&by=all").get_data(as_text=True)
    result, wording = library.desk(FILE.stem).result("advance", "all"), Wording(lang)
    said = findings.headline(result, "all", wording), findings.verdict(result, "all", wording)
    assert all(escape(text) in page and escape(text) not in elsewhere for text in said)
    assert product in page and escape("甲 &copy; 乙") in page
