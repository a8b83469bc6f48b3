"""What is written on a picture and is no digit's speaks against digits there."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sights import found, show_sights

from digits.reading.ink import find_ink
from digits.reading.naming import name_numbers
from digits.reading.search import find_digits
from digits.reading.unread import find_unread, highest
from digits.reading.view import View

CURVE = [(60, 70), (70, 75), (80, 85), (88, 97), (94, 110), (98, 124), (100, 138)]


def picture(*strokes, width=6):
    """Draw an upright "digit" in (40, 40, 62, 80), and strokes elsewhere."""
    page = Image.new("L", (200, 160), 255)
    pen = ImageDraw.Draw(page)
    pen.line([(45, 42), (58, 50), (45, 60), (60, 70), (42, 78)], 0, width, joint="curve")
    for stroke in strokes:
        pen.line(stroke, 0, width, joint="curve")
    return np.asarray(page)


def unread(page, *more):
    return find_unread(find_ink(page), [[(40, 40, 62, 80)], *([box] for box in more)])


def test_where_nothing_else_is_written_nothing_is_unread():
    assert unread(picture()) == [(0, 0, 0)]
    assert find_unread(find_ink(picture()), []) == []


def test_a_stroke_that_goes_on_is_joined_to_the_digit():
    ((joined, _, around),) = unread(picture(CURVE))
    assert joined == around > 0.5


def test_a_stroke_elsewhere_is_around():
    ((joined, alike, around),) = unread(picture([(x + 60, y) for x, y in CURVE]))
    assert joined == alike == 0
    assert around > 0.5


def test_what_is_as_high_as_a_digit_is_alike():
    letter = [(130, 40), (110, 60), (130, 60), (110, 80)]
    ((joined, alike, around),) = unread(picture(letter))
    assert joined == 0
    assert alike == around > 0.5


def test_a_stroke_of_another_number_is_read():
    away = [(x + 60, y) for x, y in CURVE]
    assert unread(picture(away), (115, 65, 165, 145)) == [(0, 0, 0), (0, 0, 0)]


@pytest.mark.parametrize(
    "line",
    [
        [(0, 81), (199, 81)],  # below the digit, touching it
        [(63, 20), (63, 140)],  # of a box, beside it
        [(130, 20), (130, 90)],  # elsewhere
    ],
)
def test_lines_are_not_counted(line):
    assert max(unread(picture(line))[0]) < 0.02


@pytest.mark.parametrize(("length", "counts"), [(43, True), (44, False)])
def test_what_is_longer_than_a_digit_is_high_is_a_line(length, counts):
    ink = np.zeros((160, 200), np.uint8)
    ink[40:80, 40:50] = 255
    ink[10:14, 100 : 100 + length] = 255
    assert (find_unread(ink, [[(40, 40, 50, 80)]])[0].around > 0) == counts


def test_the_highest_ink_hangs_together():
    assert highest(find_ink(picture())) == pytest.approx(40, abs=6)
    assert highest(find_ink(picture([(150, 10), (150, 140)]))) == pytest.approx(131, abs=6)
    assert highest(np.zeros((9, 9), np.uint8)) == 0


@pytest.mark.parametrize(("strokes", "count"), [((), 1), ((CURVE,), 0)])
def test_a_part_of_a_scribble_is_no_number(monkeypatch, strokes, count):
    page = picture(*strokes)
    show_sights(monkeypatch, ([found(40, 40, 22, 40, heat=0.6)], False))
    answers = np.eye(10, dtype=np.float32)[:1], np.array([-4], np.float32)
    classifier = SimpleNamespace(finder=None, recogniser=None, predict=lambda _: answers)
    assert len(name_numbers(classifier, page, find_ink(page))) == count


def test_what_is_seen_beside_the_picture_is_no_digit(monkeypatch):
    """As where a pattern goes on in the corners of a picture that has been turned."""
    view = View.of(np.full((100, 300), 250, np.uint8), 0.3)
    assert view.holds((140, 40, 160, 60))
    assert not view.holds((10, 0, 30, 20))
    look = found(40, 40).seen
    monkeypatch.setattr("digits.reading.search.to_instances", lambda *_: [look])
    finder = SimpleNamespace(look=lambda _: None)
    for height, count in ((100, 1), (40, 0)):  # the digit's middle is 50 pixels below the margin
        found_digits, _ = next(find_digits(finder, np.full((height, 64), 250, np.uint8)), ([], 0))
        assert len(found_digits) == count
