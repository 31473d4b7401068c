"""Fixtures for the whole suite."""

import signal
from collections.abc import Iterator

import hypothesis
import pytest
from playwright.sync_api import Browser, Page

from tests.conformance import pytest_terminal_summary as pytest_terminal_summary
from tests.support.browser import chromium, watched_page

# How long an example takes says nothing about finsim on a machine that is busy with other things.
hypothesis.settings.register_profile("unhurried", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("unhurried")

# Tests press Ctrl-C, which whatever a shell starts in the background would not hear, nor what that starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile on a desktop screen; the test fails at its end if anything went wrong."""
    with watched_page(browser) as page:
        yield page
