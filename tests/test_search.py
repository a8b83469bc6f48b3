"""Where digits are looked for, how they are put in rows, and which of them are numbers."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from sights import found, show_sights

from digits.reading.found import around
from digits.reading.ink import find_ink
from digits.reading.naming import name_numbers
from digits.reading.rest import cover, is_something_left, without_rings
from digits.reading.rows import in_order, to_numbers
from digits.reading.search import find_digits, seen_print
from digits.reading.view import View


def show(monkeypatch, look):
    """Have the finder see what `look` says of a scale."""

    def seen(finder, view, scale, *_):
        return look(scale)

    monkeypatch.setattr("digits.reading.search._look", seen)


def rows(monkeypatch, *digits):
    """Where the digits of each number begin, whatever the finder looks at."""
    show(monkeypatch, lambda _: list(digits))
    page = np.zeros((500, 500), np.uint8)
    found, _ = next(find_digits(None, page))
    return [[digit.box[0] for digit in number] for number in to_numbers(found)]


def test_digits_beside_each_other_are_a_number(monkeypatch):
    assert rows(monkeypatch, found(60, 10), found(10, 12), found(35, 8)) == [[10, 35, 60]]


def test_a_gap_clearly_wider_than_the_others_parts_two_numbers(monkeypatch):
    digits = [found(10, 10), found(35, 10), found(110, 10), found(135, 10)]
    assert rows(monkeypatch, *digits) == [[10, 35], [110, 135]]


def test_of_two_gaps_the_wider_parts_two_numbers(monkeypatch):
    assert rows(monkeypatch, found(10, 10), found(35, 10), found(90, 10)) == [[10, 35], [90]]


def test_what_is_farther_apart_than_any_boxes_is_no_number(monkeypatch):
    assert rows(monkeypatch, *(found(x, 10) for x in (10, 120, 230))) == [[10], [120], [230]]


def test_a_1_in_its_box_of_a_form_belongs_to_the_number(monkeypatch):
    digits = [found(34 * k, 10, 24, 24) for k in range(4)] + [found(34 * 4 + 11, 10, 2, 24)]
    assert rows(monkeypatch, *digits) == [[0, 34, 68, 102, 147]]


@pytest.mark.parametrize(
    ("right", "strokes", "expected"),
    [
        (103, [], [2, 1]),
        (103, [(0, 48, 199, 48)], [2, 1]),  # a rule below
        (103, [(78, 30, 90, 30)], [3]),  # a dash between
        (103, [(85, 20, 85, 45)], [3]),  # a digit that was not found
        (103, [(85, 2, 85, 60)], [2, 1]),  # a line between two columns
        (125, [(38, 2, 38, 60), (95, 2, 95, 60)], [3]),  # two boxes
        (125, [(38, 2, 38, 60), (75, 2, 75, 60), (112, 2, 112, 60)], [2, 1]),  # an empty one
    ],
)
def test_what_is_between_digits_tells_whether_a_gap_parts_them(right, strokes, expected):
    page = Image.new("L", (200, 100), 250)
    for stroke in strokes:
        ImageDraw.Draw(page).line(stroke, 90, 3)
    digits = [replace(found(x, 10), view=View.of(np.asarray(page))) for x in (10, 45, right)]
    assert [len(number) for number in to_numbers(digits)] == expected


@pytest.mark.parametrize("box", [(-20, -20, -5, -5), (5, 7, 5, 7), (90, 50, 300, 300)])
def test_a_part_of_a_view_is_never_empty(box):
    assert View.of(np.zeros((60, 100), np.uint8)).part(box).size


def test_a_number_may_be_spaced_widely(monkeypatch):
    assert rows(monkeypatch, *(found(x, 10) for x in (10, 75, 140))) == [[10, 75, 140]]


def test_numbers_come_from_top_to_bottom_then_from_left_to_right(monkeypatch):
    digits = [found(200, 10), found(10, 200), found(10, 10), found(10, 100)]
    assert rows(monkeypatch, *digits) == [[10], [200], [10], [10]]


def test_numbers_beside_each_other_come_from_left_to_right(monkeypatch):
    digits = [found(10, 20), found(210, 5), found(410, 15), found(10, 100), found(210, 90)]
    assert rows(monkeypatch, *digits) == [[10], [210], [410], [10], [210]]


def test_of_two_digits_in_one_place_the_likelier_is_kept(monkeypatch):
    assert rows(monkeypatch, found(10, 10), found(12, 10, heat=0.4)) == [[10]]


@pytest.mark.parametrize(
    ("heats", "scores", "expected"),
    [
        ([0.9, 0.3, 0.9], [-4, -4, -4], ["012"]),
        ([0.9, 0.9, 0.2], [-4, -4, 7], ["01"]),  # a dash behind a number
        ([0.5, 0.4, 0.5], [1, 1, 1], []),  # letters
    ],
)
def test_a_digit_may_be_doubtful_but_not_all(monkeypatch, heats, scores, expected):
    digits = [found(10 + 30 * k, 10, heat=heat) for k, heat in enumerate(heats)]
    show_sights(monkeypatch, (digits, False))
    answers = np.eye(10, dtype=np.float32)[:3], np.array(scores, np.float32)
    classifier = SimpleNamespace(finder=None, recogniser=None, predict=lambda _: answers)
    numbers = name_numbers(classifier, *np.zeros((2, 60, 100), np.uint8))
    texts = ["".join(str(one.y_prob.argmax()) for one in number.digits) for number in numbers]
    assert texts == expected


@pytest.mark.parametrize(
    ("first", "second", "count"), [(0.5, 0.1, 1), (0.3, 0.5, 0), (0.3, 0.8, 1)]
)
def test_what_is_seen_at_second_sight_has_to_be_surer(monkeypatch, first, second, count):
    sights = [([found(10, 10, heat=first)], False), ([found(10, 10, heat=second)], True)]
    show_sights(monkeypatch, *sights)
    answers = np.eye(10, dtype=np.float32)[:1], np.array([-4], np.float32)
    classifier = SimpleNamespace(finder=None, recogniser=None, predict=lambda _: answers)
    assert len(name_numbers(classifier, *np.zeros((2, 500, 500), np.uint8))) == count


@pytest.mark.parametrize(
    ("heat", "nearer", "count"), [(0.6, [0.9], 1), (0.6, [0.2], 0), (0.6, [], 0), (0.95, [], 1)]
)
def test_a_digit_in_doubt_has_to_be_seen_from_nearer_too(monkeypatch, heat, nearer, count):
    show_sights(monkeypatch, ([found(10, 10, heat=heat)], False))
    seen = [found(10, 10, heat=one) for one in nearer]
    monkeypatch.setattr("digits.reading.naming.look_at", lambda *_: seen)
    classifier = SimpleNamespace(
        finder=None,
        recogniser=None,
        predict=lambda images: (np.eye(10)[: len(images)], np.full(len(images), -4.0)),
    )
    numbers = name_numbers(classifier, *np.zeros((2, 500, 500), np.uint8))
    assert len(numbers) == count


def test_there_is_a_look_from_nearer_for_whom_what_is_seen_from_afar_is_no_digit(monkeypatch):
    show(monkeypatch, lambda _: [found(10, 10, height=400)])
    page = np.zeros((500, 500), np.uint8)
    assert [is_second for _, is_second in find_digits(None, page)] == [False, True, True, True]


@pytest.mark.parametrize(("printed", "heat", "count"), [(0, 0.6, 1), (400, 0.6, 0), (40, 0.95, 1)])
def test_the_more_print_there_is_the_surer_a_number_has_to_be(monkeypatch, printed, heat, count):
    digits = [found(100, 100, heat=heat, printed=printed)]
    show_sights(monkeypatch, (digits, False))
    answers = np.eye(10, dtype=np.float32)[:1], np.array([-4], np.float32)
    classifier = SimpleNamespace(finder=None, recogniser=None, predict=lambda _: answers)
    assert len(name_numbers(classifier, *np.zeros((2, 500, 500), np.uint8))) == count


def test_print_beside_a_digit_is_seen_from_afar():
    """Of a picture, half as large: print in 16 cells right of the digit, which are 16 pixels
    wide, and in others, which are farther away."""
    near, alone = found(200, 200), found(200, 200)
    printed = np.zeros((250, 250), bool)
    printed[55:59, 57:61] = printed[55:59, 80:84] = printed[80:84, 57:61] = True
    afar = replace(near, seen=replace(near.seen, look=near.seen.look._replace(printed=printed)))
    near = replace(near, afar=replace(afar, scale=0.5))
    assert seen_print([near]) == (0, 16 * 4**2 / 40**2)
    assert seen_print([alone]) == (0, 0)


def test_print_right_beside_a_digit_makes_it_a_letter(monkeypatch):
    digit, printed = found(200, 200, heat=0.6), np.zeros((250, 250), bool)
    printed[55:59, 57:61] = True
    seen = replace(digit.seen, look=digit.seen.look._replace(printed=printed))
    other = replace(digit, seen=seen, scale=0.5)
    answers = np.eye(10, dtype=np.float32)[:1], np.array([-4], np.float32)
    classifier = SimpleNamespace(finder=None, recogniser=None, predict=lambda _: answers)
    for afar, count in ((digit, 1), (other, 0)):
        show_sights(monkeypatch, ([replace(digit, afar=afar)], False))
        assert len(name_numbers(classifier, *np.zeros((2, 500, 500), np.uint8))) == count


def test_numbers_beside_a_larger_one_are_rows_of_their_own():
    boxes = [(0, 0, 80, 200), (100, 10, 180, 40), (100, 80, 160, 110), (100, 150, 190, 180)]
    assert in_order(boxes[::-1], lambda box: box) == [boxes[1], boxes[0], boxes[2], boxes[3]]


def test_what_was_one_from_afar_and_is_several_is_looked_at_again(monkeypatch):
    """Looks are told apart by their scale: 64 of 500 pixels, then digits are 48 pixels high."""
    seen = {
        64 / 500: [found(100, 100, 150, 140)],
        48 / 140: [found(100 + 30 * k, 140, heat=0.4) for k in range(4)],
        48 / 40: [found(100 + 30 * k, 140) for k in range(4)],
    }
    show(monkeypatch, lambda scale: seen.get(scale, []))
    digits, _ = next(find_digits(None, np.zeros((500, 500), np.uint8)))
    assert [digit.heat for digit in digits] == [0.9] * 4


def test_a_line_is_looked_at_as_long_as_it_goes_on(monkeypatch):
    """From afar its first digit alone is seen, from near those that aren't beyond the look's
    end."""
    line = [found(100 + 30 * k, 140) for k in range(4)]

    def look(finder, view, scale, corner=(0, 0), end=(None, None)):
        if end[0] is None:
            return line[:1]
        return [digit for digit in line if digit.box[2] <= end[0]]

    monkeypatch.setattr("digits.reading.search._look", look)
    digits, _ = next(find_digits(None, np.zeros((500, 500), np.uint8)))
    assert sorted(digit.box[0] for digit in digits) == [100, 130, 160, 190]
    assert {digit.afar for digit in digits} == {line[0]}


def test_looks_begin_above_a_scale(monkeypatch):
    scales = []
    show(monkeypatch, lambda scale: scales.append(scale) or [])
    list(find_digits(None, np.zeros((500, 500), np.uint8), nearer=0.3))
    assert scales == [256 / 500, 1]


@pytest.mark.parametrize(
    ("highest", "sides"),
    [(400, [64, 128, 256, 500]), (50, [128, 256, 500, 64]), (0, [64, 128, 256, 500])],
)
def test_looks_for_which_ink_is_too_small_come_last(monkeypatch, highest, sides):
    scales = []
    show(monkeypatch, lambda scale: scales.append(scale) or [])
    list(find_digits(None, np.zeros((500, 500), np.uint8), highest))
    assert scales == [side / 500 for side in sides]


@pytest.mark.parametrize(
    ("shape", "left"),
    [
        (None, False),
        ((200, 150, 206, 165), True),  # a smaller digit's
        ((200, 150, 203, 153), False),  # a speck
        ((0, 150, 300, 152), False),  # a line of ruled paper
        ((200, 100, 260, 190), False),  # larger than the digits that are covered
    ],
)
def test_what_is_left_may_be_smaller_digits(shape, left):
    page = Image.new("L", (300, 200), 250)
    pen = ImageDraw.Draw(page)
    pen.rectangle((20, 20, 40, 70), 30)
    if shape:
        pen.rectangle(shape, 60)
    picture = np.asarray(page)
    covered = cover(picture, [(20, 20, 41, 71)])
    assert covered[:80, :60].min() == 250
    assert is_something_left(picture, covered, 50) == left


def test_a_cover_over_the_edge_of_a_shadow_is_nothing_left():
    page = Image.new("L", (300, 200), 250)
    ImageDraw.Draw(page).polygon([(0, 80), (300, 40), (300, 200), (0, 200)], 170)
    page = page.filter(ImageFilter.GaussianBlur(8))
    ImageDraw.Draw(page).rectangle((100, 20, 120, 70), 30)
    picture = np.asarray(page)
    assert not is_something_left(picture, cover(picture, [(100, 20, 121, 71)]), 50)


def test_nothing_is_left_where_nothing_was_covered():
    picture = np.random.default_rng(1).integers(0, 255, (50, 50), np.uint8)
    assert not is_something_left(picture, cover(picture, [(60, 60, 70, 70)]), 20)


@pytest.mark.parametrize(
    ("ring", "inside", "gone"),
    [
        ("ellipse", (90, 60, 110, 140), True),
        ("ellipse", (98, 98, 102, 102), False),  # a nought with a point in it
        ("ellipse", (205, 60, 215, 140), False),  # beside it
        ("rectangle", (90, 60, 110, 140), False),  # a form's
        ("box", (90, 110, 110, 170), False),  # and what is written across it
        ("line", (140, 60, 150, 70), False),  # across the picture
    ],
)
def test_what_is_drawn_around_digits_is_covered(ring, inside, gone):
    page = Image.new("L", (240, 200), 250)
    pen = ImageDraw.Draw(page)
    if ring == "line":
        pen.line([(0, 90), (170, 90), (170, 30), (110, 30), (110, 199)], 40, 4)
    elif ring == "box":
        pen.rectangle((20, 100, 190, 180), outline=40, width=4)
        pen.line([(60, 20), (70, 150)], 40, 4)
    else:
        getattr(pen, ring)((20, 20, 190, 180), outline=40, width=4)
    pen.rectangle(inside, 30)
    bare = without_rings(np.asarray(page), find_ink(np.asarray(page)))
    assert (bare is not None) == gone
    if bare is not None:
        assert Image.fromarray(250 - bare).getbbox() == (90, 60, 111, 141)


def test_a_box_is_around_others():
    assert around([(1, 2, 3, 4), (0, 3, 2, 9)]) == (0, 2, 3, 9)
