"""Workbooks of the programmes, scenarios in folders of their own, with variants and groupings in turn, before and after edits."""

from pathlib import Path

import pytest

from tests.support.shelf import Shelf, books_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(file for file in SCENARIOS.glob("*/*.yaml") if file.name != "base.yaml" and file.parent.name != "published")


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("books"), books_of(request.param))


def test_formualizer_agrees_before_and_after_edits(shelf: Shelf) -> None:
    assert {name: wrong for name in shelf.cases if (wrong := shelf.wrong(name))} == {}


@pytest.mark.libreoffice
def test_libreoffice_agrees_before_and_after_edits(shelf: Shelf) -> None:
    assert {name: wrong for name in shelf.cases if (wrong := shelf.wrong_in_libreoffice(name))} == {}
