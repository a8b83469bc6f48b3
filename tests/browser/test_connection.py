"""A page that loses its connection, or its server, and pictures that stay."""

import pytest
from hand import DESKTOP, draw, expect_answer, expect_invitation
from playwright.sync_api import Page, WebSocketRoute, expect

from benchmarks.server import Server

pytestmark = pytest.mark.slow

CONNECTED = "[data-test-connection-state=CONNECTED]"


def press(page: Page, name: str) -> None:
    page.locator(f".st-key-{name} button").click()


def use(page: Page) -> None:
    """Whatever has happened, the drawing of a 1 is there, and Undo and Clear do their work."""
    page.wait_for_selector(CONNECTED, timeout=60_000)
    page.wait_for_timeout(1000)  # until the page has asked to be built anew
    page.wait_for_selector("[data-test-script-state=notRunning]")
    expect_answer(page, 1)
    press(page, "clear")
    expect_invitation(page)
    draw(page, 7)
    expect_answer(page, 7)
    press(page, "undo")
    expect_invitation(page)
    draw(page, 8)
    expect_answer(page, 8)


@pytest.mark.parametrize("cleared", [False, True])
def test_undo_and_clear_work_after_the_connection_dropped(browser, server, cleared):
    page, sockets = browser.new_context(**DESKTOP).new_page(), []

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    page.route_web_socket("**/_stcore/stream", connect)
    page.goto(server.url)
    page.wait_for_selector(CONNECTED)
    draw_once_more(page, cleared)
    sockets[-1].close()
    page.wait_for_function(f"!document.querySelector('{CONNECTED}')")
    use(page)
    assert len(sockets) == 2
    page.context.close()


@pytest.mark.parametrize("cleared", [False, True])
def test_undo_and_clear_work_after_the_server_was_started_anew(browser, cleared):
    server = Server()
    page = browser.new_context(**DESKTOP).new_page()
    page.goto(server.url)
    draw_once_more(page, cleared)
    server.stop()
    page.wait_for_function(f"!document.querySelector('{CONNECTED}')")
    server = Server(port=int(server.url.rpartition(":")[2]))
    use(page)
    page.context.close()
    assert "Traceback" not in server.stop()


def draw_once_more(page: Page, cleared: bool) -> None:
    """Draw a 1, perhaps on a canvas that was cleared."""
    expect(page.get_by_text("Draw a digit or a number")).to_be_visible(timeout=60_000)
    if cleared:
        draw(page, 7)
        expect_answer(page, 7)
        press(page, "clear")
        expect_invitation(page)
    draw(page, 1)
    expect_answer(page, 1)


def test_an_uploaded_picture_stays_after_a_change_of_tabs(open_page):
    page = open_page(**DESKTOP)
    page.get_by_role("tab", name="Upload").click()
    page.set_input_files("input[type=file]", "app/gallery/07-7.png")
    expect_answer(page, 7)
    page.get_by_role("tab", name="Model").click()
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_role("tab", name="Upload").click()
    expect_answer(page, 7)
    expect(page.get_by_text("07-7.png")).to_be_visible()
