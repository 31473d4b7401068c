"""The server answers this machine and its own page, and nobody else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from finsim.web.app import make_app, serve
from finsim.web.jobs import Jobs
from finsim.web.library import Library
from finsim.web.security import LARGEST_REQUEST, loopback

SCENARIO = Path(__file__).parents[2] / "scenarios" / "songxian-2023.yaml"
PATHS = ["/", "/_dash-layout", "/_dash-dependencies", "/assets/style.css"]


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with Jobs() as jobs:
        yield make_app(Library(SCENARIO), jobs).server.test_client()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_policy(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://127.0.0.1:8050")
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts and "http" not in scripts
    answer.close()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5:8050", "user@evil.example"])
def test_other_names_for_this_machine_are_refused(client: FlaskClient, path: str, host: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999"])
def test_other_origins_are_refused(client: FlaskClient, origin: str) -> None:
    answer = client.post(
        "/_dash-update-component", base_url="http://127.0.0.1:8050", headers={"Origin": origin}, json={}
    )
    assert answer.status_code == 403


def test_large_requests_are_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/_dash-update-component",
        base_url="http://127.0.0.1:8050",
        data=b"x" * (LARGEST_REQUEST + 1),
        content_type="application/json",
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_fetched_from_elsewhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path, base_url="http://127.0.0.1:8050")
    text = answer.get_data(as_text=True).replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text and "http://" not in text and 'src="//' not in text
    answer.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.com", "", "::"])
def test_only_this_machine_is_served(host: str) -> None:
    with pytest.raises(ValueError, match="only this machine"):
        loopback(host)
    with Jobs() as jobs, pytest.raises(ValueError, match="only this machine"):
        serve(make_app(Library(SCENARIO), jobs), host=host, port=0)
