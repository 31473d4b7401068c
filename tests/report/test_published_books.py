"""Workbooks of the published projects, with every variant and grouping, before and after edits, cell by cell."""

from pathlib import Path

import pytest

from tests.support.shelf import Shelf, books_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(SCENARIOS.glob("published/*.yaml"))


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.stem)
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("books"), books_of(request.param))


def test_formualizer_agrees_before_and_after_edits(shelf: Shelf) -> None:
    assert {name: wrong for name in shelf.cases if (wrong := shelf.wrong(name))} == {}


@pytest.mark.libreoffice
def test_libreoffice_agrees_before_and_after_edits(shelf: Shelf) -> None:
    assert {name: wrong for name in shelf.cases if (wrong := shelf.wrong_in_libreoffice(name))} == {}
