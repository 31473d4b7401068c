"""What the tests of the web pages share: a folder for what they keep, and a server with the seven districts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from finsim.web.app import make_app
from finsim.web.jobs import Jobs
from finsim.web.library import Library
from tests.support.browser import serve

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"


@pytest.fixture(autouse=True, scope="session")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Scenarios that the tests keep go into a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINSIM_DATA", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="module")
def jobs() -> Iterator[Jobs]:
    with Jobs(lanes=1) as jobs:
        yield jobs


@pytest.fixture(scope="module")
def address(jobs: Jobs) -> Iterator[str]:
    with serve(make_app(Library(SCENARIO), jobs).server) as address:
        yield address
