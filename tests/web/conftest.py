"""What the tests of the web pages share."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Scenarios that the tests keep go into a folder of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINSIM_DATA", str(tmp_path_factory.mktemp("data")))
        yield
