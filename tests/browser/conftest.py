"""A server and a browser for the tests of this folder."""

import sys
from collections.abc import Iterator

import pytest
from pinned import without_model
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.page import start_browser
from benchmarks.server import Server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests are skipped, and say so."""
    with sync_playwright() as playwright:
        browser = start_browser(playwright)
        if browser is None:
            pytest.skip("there is no browser: `apt-get install chromium` brings one")
        yield browser


@pytest.fixture(scope="session")
def server(browser) -> Iterator[Server]:
    """The app's server, which must not meet an error that it didn't expect."""
    server = Server()
    yield server
    assert "Traceback" not in server.stop()


@pytest.fixture(scope="session")
def server_of_history(browser, history) -> Iterator[Server]:
    """The app's server where there are models to compare."""
    command = [sys.executable, "-m", "streamlit", "run", "app/streamlit_app.py"]
    server = Server(history, command, without_model())
    yield server
    assert "Traceback" not in server.stop()


@pytest.fixture
def open_page(server, browser):
    """Open the page in a window of its own; nothing may fail or be fetched from elsewhere."""
    contexts, troubles = [], []

    def open_page(server: Server = server, **settings) -> Page:
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
        page.on("request", lambda request: check(server.url, request.url))
        page.goto(server.url)
        # The first page may have to wait for a new environment to be compiled.
        expect(page.get_by_text("Draw a digit or a number")).to_be_visible(timeout=60_000)
        # A tab that is still being built loses the focus.
        page.wait_for_selector("[data-test-script-state=notRunning]")
        return page

    def check(home: str, url: str) -> None:
        if not url.startswith((home, "data:", "blob:")):
            troubles.append(f"elsewhere: {url}")

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles
