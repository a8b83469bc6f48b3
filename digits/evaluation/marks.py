"""Marks between digits, on pages to measure with: points, commas, dashes and slashes."""

from collections.abc import Callable

from PIL import ImageDraw

from digits.evaluation.pages import Page, Random

# A stroke from one end to the other, right of a digit and below its top, and how much room it takes
# along the line; all as shares of a digit's height.
Stroke = tuple[float, float, float, float]
Mark = Callable[[Random], tuple[Stroke, float]]
_PEN = 0.07


def _point(random: Random) -> tuple[Stroke, float]:
    room, y = random.uniform(0.3, 0.45), random.uniform(0.92, 1)
    return (room / 2 - _PEN / 2, y, room / 2 + _PEN / 2, y), room


def _comma(random: Random) -> tuple[Stroke, float]:
    room, y = random.uniform(0.3, 0.45), random.uniform(0.9, 1)
    return (0.55 * room, y, 0.4 * room, y + random.uniform(0.12, 0.25)), room


def _dash(random: Random) -> tuple[Stroke, float]:
    room, y = random.uniform(0.35, 0.5), random.uniform(0.4, 0.6)
    return (0.2 * room, y, 0.8 * room, y + random.normal(0, 0.03)), room


def _slash(random: Random) -> tuple[Stroke, float]:
    lean, beyond = random.uniform(0.2, 0.5), random.uniform(0.12, 0.25)
    stroke = (0.08 + lean, -beyond, 0.08, 1 + beyond)
    return stroke, 0.16 + lean * random.uniform(0.6, 0.8)


MARKS: tuple[Mark, ...] = (_point, _comma, _dash, _slash)


def write_mark(
    page: Page, mark: Mark, place: tuple[float, float], height: float, random: Random
) -> float:
    """Write a mark right of `place`, where a digit `height` pixels high has its right top corner;
    return where the next digit begins."""
    (left, top), (stroke, room) = place, mark(random)
    ends = [edge + height * share for edge, share in zip((left, top) * 2, stroke, strict=True)]
    ImageDraw.Draw(page.image).line(ends, (20, 20, 30), max(2, round(_PEN * height)))
    return left + height * room
