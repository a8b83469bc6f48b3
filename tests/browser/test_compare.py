"""Two models side by side, and what an answer rests on."""

import pytest
from hand import DESKTOP, PHONE, draw, expect_answer
from history import STUBBORN
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("settings", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"]
)
def test_two_models_answer_for_the_same_drawing(open_page, server_of_history, settings, theme):
    page = open_page(server_of_history, **settings, color_scheme=theme)
    draw(page, 7)
    expect_answer(page, 7)
    page.get_by_role("tab", name="Compare").click()
    expect(page.locator(".digit:visible")).to_have_text(["7", "1"])
    expect(page.locator(".facts td", has_text=STUBBORN)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for table in page.locator(".facts").all():
        assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    another = page.get_by_role("combobox").last
    for _ in range(20):  # while the page still changes, a key is lost
        another.press("ArrowDown")
        page.wait_for_timeout(500)
        if another.get_attribute("aria-expanded") == "true":
            break
    another.press("ArrowDown")
    another.press("Enter")
    expect(page.locator(".digit:visible")).to_have_text(["7", "7"])
    expect(page.locator(".facts").last).to_contain_text("v1")


def test_what_an_answer_rests_on(open_page):
    page = open_page(**PHONE)
    draw(page, 8)
    expect_answer(page, 8)
    page.get_by_text("What the answer rests on").click()
    expect(page.get_by_text("what speaks for a 8")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
