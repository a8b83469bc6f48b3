"""The hand that draws in the browser tests, with a mouse or a finger."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

DESKTOP = {"viewport": {"width": 1000, "height": 680}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

_TURN = np.linspace(0, 2 * np.pi, 33)
STROKES = {
    0: np.stack([0.5 - 0.2 * np.sin(_TURN), 0.5 - 0.32 * np.cos(_TURN)], axis=1),
    1: np.array([[0.5, 0.2], [0.5, 0.8]]),
    7: np.array([[0.3, 0.22], [0.7, 0.22], [0.45, 0.82]]),
    8: np.stack([0.5 + 0.17 * np.sin(2 * _TURN), 0.5 + 0.3 * np.sin(_TURN)], axis=1),
}
"""Digits of one stroke: arrays (n, 2) of x and y, 0 to 1 from the upper left corner of a square."""

_LOOP = np.stack([0.5 + 0.15 * np.cos(_TURN), 0.35 - 0.15 * np.sin(_TURN)], axis=1)
_CURLED = np.array([[0.65, 0.58], [0.6, 0.74], [0.5, 0.8], [0.38, 0.74]])
OTHER_WAYS = {
    "1 with a long upstroke": (1, [np.array([[0.32, 0.5], [0.55, 0.18], [0.55, 0.82]])]),
    "7 with a bar": (7, [STROKES[7], np.array([[0.4, 0.52], [0.68, 0.52]])]),
    "4 like lightning": (4, [np.array([[0.52, 0.18], [0.33, 0.5], [0.66, 0.5], [0.52, 0.82]])]),
    "9 like a g": (9, [np.concatenate([_LOOP, _CURLED])]),
}
"""Digits as MNIST's writers seldom wrote them, each with its strokes."""

Points = list[tuple[float, float]]


def points_of(page: Page, stroke: NDArray[np.float64]) -> Points:
    """Return a stroke in pixels of the page, in small steps: in the square that is as high as the
    canvas, in its middle as far as it can be seen."""
    page.locator(".st-key-canvas canvas").last.wait_for()
    box = page.locator(".st-key-canvas").bounding_box()
    assert box
    side = box["height"]
    left = box["x"] + (box["width"] - side) / 2
    steps = np.linspace(0, len(stroke) - 1, 17)
    x, y = (np.interp(steps, range(len(stroke)), values) for values in stroke.T)
    return list(zip(left + side * x, box["y"] + side * y, strict=True))


def draw(page: Page, digit: int, size: float = 1, left: float = 0) -> None:
    """Draw a digit with the mouse, at a size and so far from the left, as shares of the square."""
    shift = np.array([left, (1 - size) / 2])
    draw_stroke(page, shift + size * STROKES[digit])


def draw_stroke(page: Page, stroke: NDArray[np.float64]) -> None:
    """Draw a stroke with the mouse."""
    first, *others = points_of(page, stroke)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point)
    page.mouse.up()


def swipe(page: Page, points: Points) -> None:
    """Move a finger over the page."""
    browser = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        places = [{"x": float(x), "y": float(y)}]
        browser.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    browser.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def answer_on(page: Page) -> Locator:
    """Return the large digit on the tab that is shown."""
    return page.locator(".digit:visible")


def expect_answer(page: Page, digit: int) -> None:
    """Wait until the page shows the digit as its answer."""
    expect(answer_on(page)).to_have_text(str(digit))


def photograph(page: Page, name: str) -> None:
    """Take a picture of the page, if $DIGITS_SCREENSHOTS names a folder for it."""
    if folder := os.environ.get("DIGITS_SCREENSHOTS"):
        page.mouse.move(0, 0)
        page.screenshot(path=Path(folder, name))


def expect_invitation(page: Page) -> None:
    """Wait until the page invites to draw, and gives no answer."""
    expect(page.get_by_text("Draw a digit or a number")).to_be_visible()
    expect(answer_on(page)).to_have_count(0)
