"""A visit to the page: uploads, keyboard only, both themes on desktop and phone."""

import shutil

import pytest
from hand import DESKTOP, PHONE, draw, expect_answer, photograph
from playwright.sync_api import Locator, Page, expect

# The least contrast between a colour of the elements and the page, by WCAG 2's formula.
CONTRAST = """(elements, property) => {
    const painter = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    const paint = (color, opacity) => {
        painter.globalAlpha = opacity;
        painter.fillStyle = color;
        painter.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...painter.getImageData(0, 0, 1, 1).data].map(
            (v) => v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const opacity = (e) => e ? getComputedStyle(e).opacity * opacity(e.parentElement) : 1;
    const paper = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    return Math.min(...elements.map((element) => {
        const two = [paint(paper, 1), paint(getComputedStyle(element)[property], opacity(element))];
        return (Math.max(...two) + 0.05) / (Math.min(...two) + 0.05);
    }));
}"""


@pytest.mark.slow
def test_an_upload_and_one_that_is_too_large(open_page, tmp_path):
    page = open_page(**DESKTOP)
    page.get_by_role("tab", name="Upload").click()
    page.set_input_files("input[type=file]", "app/gallery/07-7.png")
    expect_answer(page, 7)
    large = tmp_path / "large.png"
    large.write_bytes(bytes(6 * 2**20))
    page.set_input_files("input[type=file]", large)
    expect(page.get_by_text("5.0MB or smaller")).to_be_visible()


@pytest.mark.slow
def test_the_numbers_of_a_page_fit_a_screen(open_page):
    page = open_page(**DESKTOP)
    page.get_by_role("tab", name="Upload").click()
    page.set_input_files("input[type=file]", "docs/numbers.jpg")
    expect(page.locator(".number")).to_have_text(["6455", "731117", "01", "12915", "124"])
    picture = page.locator(".numbers figure img").bounding_box()
    assert picture["y"] + picture["height"] <= DESKTOP["viewport"]["height"]


@pytest.mark.slow
def test_a_table_fits_a_phone(open_page, tmp_path):
    page = open_page(**PHONE)
    page.get_by_role("tab", name="Upload").click()
    paths = [tmp_path / f"{'long_name' * 12}-{number}.png" for number in range(2)]
    for path in paths:
        shutil.copy("app/gallery/07-7.png", path)
    page.set_input_files("input[type=file]", paths)
    expect(page.locator(".readings b")).to_have_text(["7", "7"])
    assert page.locator(".readings").evaluate("table => table.scrollWidth") <= 390
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.slow
def test_the_keyboard_is_enough(open_page):
    page = open_page(**DESKTOP)
    press_until_focused(page, page.get_by_role("tab", name="Draw"), "Tab")
    press_until_focused(page, page.get_by_role("tab", name="Examples"), "ArrowRight")
    page.keyboard.press("Enter")
    example = page.get_by_role("button", name="example 8", exact=True)
    example.wait_for()
    press_until_focused(page, example, "Tab")
    page.keyboard.press("Enter")
    expect_answer(page, 7)
    press_until_focused(page, page.locator("summary:visible").first, "Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".steps img")).to_have_count(4)


def press_until_focused(page: Page, locator: Locator, key: str) -> None:
    for _ in range(40):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
        page.wait_for_timeout(50)
        # Streamlit's tabs sometimes lose the focus while they are drawn anew: there and back again.
        if page.evaluate("document.activeElement === document.body"):
            page.keyboard.press("Shift+Tab")
            page.keyboard.press("Tab")
    pytest.fail(f"{key} doesn't lead to {locator}")


SLOW = pytest.mark.slow


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=SLOW)])
@pytest.mark.parametrize(
    ("device", "settings"), [("desktop", DESKTOP), pytest.param("phone", PHONE, marks=SLOW)]
)
def test_it_can_be_seen_and_touched(open_page, device, settings, theme):
    page = open_page(**settings, color_scheme=theme)
    draw(page, 8)
    expect_answer(page, 8)
    page.mouse.move(0, 0)
    for text in (".digit", "figcaption", ".chart td", "[role=tab] p", "[data-testid*=Caption] p"):
        assert page.locator(text).first.is_visible()
        assert page.locator(text).evaluate_all(CONTRAST, "color") >= 4.5, text
    assert page.locator(".chart div").evaluate_all(CONTRAST, "backgroundColor") >= 3
    for name in ("undo", "clear"):
        box = page.locator(f".st-key-{name} button").bounding_box()
        assert min(box["width"], box["height"]) >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    answer = page.locator(".digit").bounding_box()
    assert answer["y"] + answer["height"] <= settings["viewport"]["height"]
    photograph(page, f"{device}-{theme}.png")
