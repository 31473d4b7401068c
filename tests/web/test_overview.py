"""The overview of a scenario in which something is forbidden: red flags are named in both languages."""

from pathlib import Path

import pytest

from finsim.web.address import Shown, view
from finsim.web.library import Library
from finsim.web.pages.overview import top

FILE = Path(__file__).parents[2] / "scenarios" / "changji-2021" / "changji-2021.yaml"


@pytest.mark.parametrize(("lang", "said"), [("zh", "红线"), ("en", "red flag")])
def test_a_red_flag_is_named(lang: str, said: str) -> None:
    library = Library(FILE)
    assert said in str(top(Shown(library.desk(FILE.stem), view("/?variant=advance&by=all", library), lang)))
