"""Starting the page from the command line."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from finsim.web import app

BROKEN = "finsim: 1\ntitle: 没有内容\n"


@pytest.fixture(autouse=True)
def same_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_scenario_that_does_not_hold_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        app.main([str(file)])
    assert "broken.yaml" in str(left.value) and "处问题" in str(left.value)


def test_missing_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        app.main([str(tmp_path / "nothing.yaml")])
    assert "nothing.yaml" in str(left.value)


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("FINSIM_DATA", str(tmp_path / "file"))
    with pytest.raises(SystemExit, match="FINSIM_DATA"):
        app.main()


def test_port_in_use_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(app, "serve", refuse)
    with pytest.raises(SystemExit, match="8050 cannot be served: Address already in use"):
        app.main()
