"""Workbooks of the random scenarios 0 to 24, before and after edits of their inputs, cell by cell in two programs."""

import pytest

from tests.support.scenarios import random_book
from tests.support.shelf import Shelf

CASES = {str(seed): random_book(seed) for seed in range(0, 25)}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("books"), CASES)


@pytest.mark.parametrize("name", CASES)
def test_formualizer_agrees_before_and_after_edits(shelf: Shelf, name: str) -> None:
    assert shelf.wrong(name) == []


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", CASES)
def test_libreoffice_agrees_before_and_after_edits(shelf: Shelf, name: str) -> None:
    assert shelf.wrong_in_libreoffice(name) == []
