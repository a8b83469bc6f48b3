"""Strokes of mouse and finger on the real canvas, and how soon the answer follows."""

import re

import numpy as np
import pytest
from hand import (
    DESKTOP,
    OTHER_WAYS,
    PHONE,
    STROKES,
    draw,
    draw_stroke,
    expect_answer,
    expect_invitation,
    photograph,
    points_of,
    swipe,
)
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

# Notes the milliseconds from the end of a stroke to the frame that shows the answer.
STOPWATCH = """() => {
    window.delays = [];
    let penUp = null;
    const answered = () => document.querySelector(".digit") !== null;
    addEventListener("mouseup", () => { penUp = answered() ? null : performance.now(); }, true);
    new MutationObserver(() => {
        if (penUp === null || !answered()) return;
        const start = penUp;
        penUp = null;
        requestAnimationFrame(() => delays.push(performance.now() - start));
    }).observe(document.body, {subtree: true, childList: true});
}"""


def press(page: Page, name: str) -> None:
    page.locator(f".st-key-{name} button").click()


def test_the_mouse_and_how_soon_the_answer_follows(open_page, server):
    page = open_page(**DESKTOP)
    page.evaluate(STOPWATCH)
    for size in (1, 1, 1, 0.6, 0.4):
        for digit in STROKES:
            draw(page, digit, size)
            expect_answer(page, digit)
            press(page, "clear")
            expect_invitation(page)
    delays = np.array(page.evaluate("delays"))
    median, p95 = np.percentile(delays, [50, 95])
    print(f"pen up to answer: median {median:.0f} ms, 95 % within {p95:.0f} ms")
    assert len(delays) == 20
    assert median <= 400
    assert p95 <= 700
    assert server.memory() < 300


def test_a_finger_and_the_page_stays_where_it_is(open_page):
    page = open_page(**PHONE)
    for digit, stroke in STROKES.items():
        swipe(page, points_of(page, stroke)[::-1])
        expect_answer(page, digit)
        assert scrolled(page) == 0
        page.locator(".st-key-clear button").tap()
        expect_invitation(page)
    draw(page, 1)
    expect_answer(page, 1)
    swipe(page, [(200, y) for y in np.linspace(800, 500, 20)])  # on the chart, it scrolls
    page.wait_for_function("document.querySelector('.stMain').scrollTop > 50")


def scrolled(page: Page) -> float:
    return page.locator(".stMain").evaluate("main => main.scrollTop")


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_hands_that_mnist_lacks_are_read_surely(open_page, way):
    page = open_page(**DESKTOP)
    digit, strokes = OTHER_WAYS[way]
    for stroke in strokes:
        draw_stroke(page, stroke)
    expect_answer(page, digit)
    at_least_90_percent = re.compile("virtually certain|very likely")
    expect(page.get_by_text(at_least_90_percent).locator("visible=true")).to_be_visible()


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_number_is_read_with_its_boxes(open_page, device):
    page = open_page(**device)
    for place, digit in enumerate((1, 7, 0)):
        draw(page, digit, size=0.55, left=0.32 * place - 0.1)
    expect(page.locator(".number:visible")).to_have_text("170")
    expect(page.locator(".numbers figure img")).to_be_visible()
    press(page, "undo")
    expect(page.locator(".number:visible")).to_have_text("17")
    press(page, "undo")
    expect_answer(page, 1)


def test_a_long_number_can_be_seen_on_a_desktop(open_page):
    page = open_page(**DESKTOP)
    for place, digit in enumerate((1, 7, 0, 8, 1, 7)):
        draw(page, digit, size=0.5, left=0.28 * place - 0.42)
    # A list waits while there are several.
    expect(page.locator(".number:visible")).to_have_text(["170817"])
    photograph(page, "number.png")
    press(page, "clear")
    expect_invitation(page)


def test_what_a_phone_shows_of_the_canvas_is_a_square(open_page):
    page = open_page(**PHONE)
    canvas = page.locator(".st-key-canvas")
    expect(canvas).to_have_css("width", "320px")
    expect(canvas).to_have_css("height", "320px")


def test_undo(open_page):
    page = open_page(**DESKTOP)
    draw(page, 1)
    expect_answer(page, 1)
    for _ in range(2):  # the canvas ignores a drawing that it was given once before
        for digit in (0, 7):
            seen = page.locator("figure img:visible").first.get_attribute("src")
            draw(page, digit)
            expect(page.locator("figure img:visible").first).not_to_have_attribute("src", seen)
        press(page, "undo")
        press(page, "undo")
        expect_answer(page, 1)
    press(page, "undo")
    expect_invitation(page)
    press(page, "undo")
    draw(page, 8)
    expect_answer(page, 8)


def test_a_drawing_survives_another_tab_and_another_pen(open_page):
    page = open_page(**DESKTOP)
    draw(page, 0)
    expect_answer(page, 0)
    page.get_by_role("tab", name="Model").click()
    expect(page.get_by_role("table").first).to_be_visible()
    page.get_by_role("tab", name="Draw").click()
    page.get_by_role("radio", name="Thin").click()
    expect(page.get_by_role("radio", name="Thin")).to_be_checked()
    draw(page, 1)
    press(page, "undo")
    expect_answer(page, 0)
