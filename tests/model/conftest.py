"""Fixtures of the tests of whole scenarios."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support import cases


@pytest.fixture
def account(tmp_path: Path) -> Callable[..., cases.Sheet]:
    """The one account of a scenario, given as YAML or as the name of a case, with changes in YAML."""
    return partial(cases.account, tmp_path)
