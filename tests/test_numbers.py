"""Numbers: found among all that surrounds them, read, and put in rows."""

import math
import re
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps
from sights import found

from digits.data.splits import Split
from digits.evaluation.empty_pages import EMPTY
from digits.evaluation.number_pages import NUMBERS
from digits.evaluation.numbers import Score, are_right, edit_distance, score
from digits.evaluation.pages import Page
from digits.evaluation.single_pages import SINGLES
from digits.reading.classifier import Classifier
from digits.reading.digit_reader import read_digit
from digits.reading.evidence import Named, NamedNumber, evidence
from digits.reading.finder import CENTER, CHANNELS
from digits.reading.found import overlap
from digits.reading.instances import to_instances
from digits.reading.number_reader import read_numbers
from digits.reading.numbers import Number, NumbersReading
from digits.reading.reader import Reading
from digits.reading.unread import Unread
from digits.reading.view import View

NOTHING = np.zeros((28, 28), np.uint8)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def test_overlap_is_that_of_areas():
    assert overlap((0, 0, 2, 2), (0, 0, 2, 2)) == 1
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 2, 2), (2, 0, 3, 2)) == 0


def answer(height, width):
    """What a finder says of a page on which there is nothing."""
    nothing = np.zeros((height // 2, width // 2, CHANNELS), np.float32)
    nothing[..., 0], nothing[..., 11], nothing[..., CENTER] = 9, -9, -9
    return nothing


def test_a_narrow_digit_is_no_part_of_the_one_that_it_touches():
    page = np.full((64, 64), 255, np.uint8)
    page[20:40, 10:26] = 0
    said = answer(64, 64)
    said[10:20, 5:13, 0], said[10:20, 5:13, 4] = -9, 9
    said[15, [8, 12], CENTER] = 3
    columns = np.arange(5, 13)
    # The narrow one's ink points a little towards the other, of which there is more.
    said[10:20, 5:13, CENTER + 1] = 2 * (np.array([8, 8, 8, 8, 8, 8, 11, 11]) - columns) / 16
    said[10:20, 5:13, CENTER + 2] = 2 * (15 - np.arange(10, 20))[:, np.newaxis] / 16
    boxes = sorted(instance.box for instance in to_instances(page, said))
    assert boxes == [(10, 20, 22, 40), (22, 20, 26, 40)]


def test_ink_joins_the_centre_that_it_points_to():
    page = np.full((64, 64), 255, np.uint8)
    said = answer(64, 64)
    for row, left in ((20, 10), (20, 34)):
        page[row : row + 20, left : left + 12] = 0
        cells = slice(row // 2, row // 2 + 10), slice(left // 2, left // 2 + 6)
        said[(*cells, 0)], said[(*cells, 4)], said[(*cells, CENTER)] = -9, 9, 3
        rows_, columns = np.mgrid[cells]
        said[(*cells, CENTER + 1)] = (left + 6 - 2 * columns) / 16
        said[(*cells, CENTER + 2)] = (row + 10 - 2 * rows_) / 16
    instances = sorted(to_instances(page, said), key=lambda instance: instance.box)
    assert [instance.box for instance in instances] == [(10, 20, 22, 40), (34, 20, 46, 40)]
    assert all(instance.cut().max() == 255 for instance in instances)
    assert to_instances(page, answer(64, 64)) == []
    said[..., 11] = 12
    assert to_instances(page, said) == []  # it is print


def test_a_finder_that_knows_no_print_is_read_too():
    page = np.full((64, 64), 255, np.uint8)
    page[20:40, 10:22] = 0
    said = answer(64, 64)
    cells = slice(10, 20), slice(5, 11)
    said[(*cells, 0)], said[(*cells, 4)], said[(*cells, CENTER)] = -9, 9, 3
    rows, columns = np.mgrid[cells]
    said[(*cells, CENTER + 1)] = (16 - 2 * columns) / 16
    said[(*cells, CENTER + 2)] = (30 - 2 * rows) / 16
    for known in (said, np.delete(said, 11, axis=-1)):
        assert [instance.box for instance in to_instances(page, known)] == [(10, 20, 22, 40)]


@pytest.mark.parametrize("kind", ["spaced", "ruled", "photo", "board", "several"])
def test_numbers_are_read(classifier, handwritten, kind):
    """Not all: a hand that MNIST doesn't know, of eight by eight pixels, is hard to read."""
    total = Score(0, 0, 0, 0, 0, 0, False)
    for number in range(6):
        page = NUMBERS[kind](handwritten, np.random.default_rng([1, number]))
        total += score(page, read_numbers(page.encoded(), classifier))
    assert total.found >= 0.7 * total.digits
    assert total.edits <= 0.4 * total.digits


def test_numbers_are_read_that_are_much_smaller_than_others(classifier, handwritten):
    small = Image.open("docs/numbers.jpg").convert("L")
    alone = [number.text for number in read_numbers(small, classifier).numbers]
    page = Image.new("L", (small.width, small.height + 700), small.getpixel((2, 2)))
    digit = Image.fromarray(handwritten.images[0]).resize((600, 600))
    page.paste(20, (50, 20), digit)
    page.paste(small, (0, 700))
    first, *others = read_numbers(page, classifier).numbers
    assert (first.text, first.digits[0].box[3] > 300) == ("0", True)
    assert len({number.text for number in others} & set(alone)) >= len(alone) - 1 > 1


def test_a_number_is_read_that_somebody_has_circled(classifier):
    page = Image.open("docs/numbers.jpg").convert("L").crop((90, 290, 240, 358))
    page = ImageOps.autocontrast(ImageOps.expand(page, 80, page.getpixel((2, 2))), (0, 40))
    ImageDraw.Draw(page).ellipse((50, 50, page.width - 50, page.height - 50), outline=60, width=4)
    assert [number.text for number in read_numbers(page, classifier).numbers] == ["124"]


@pytest.mark.parametrize("degrees", [-25, -10, 10, 25])
def test_a_page_is_turned_until_its_lines_are_level(classifier, degrees):
    """The boxes are where the digits are on the picture as it came."""
    picture = ImageOps.expand(Image.open("docs/numbers.jpg").convert("L"), 100, 255)
    level = read_numbers(picture, classifier).numbers
    turned = picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    before = View(np.asarray(picture), turned.size[::-1], -math.radians(degrees))
    numbers = read_numbers(turned, classifier).numbers
    texts = {number.text: number for number in numbers}
    same = [number for number in level if number.text in texts]
    assert len(same) >= len(level) - 1
    for number in same:
        for digit, other in zip(number.digits, texts[number.text].digits, strict=True):
            left, top, width, height = digit.box
            place = before.to_picture((left, top, left + width, top + height))
            left, top, width, height = other.box
            assert overlap(place, (left, top, left + width, top + height)) > 0.5


@pytest.mark.parametrize("angle", [-0.5, 0.2, 1])
def test_a_box_of_a_view_is_found_on_its_picture(angle):
    """Of a disc; and around the picture its edge goes on."""
    picture = Image.new("L", (301, 200), 90)
    ImageDraw.Draw(picture).circle((240, 50), 20, 200)
    view = View.of(np.asarray(picture), angle)
    assert set(view.pixels[[0, 0, -1, -1], [0, -1, 0, -1]].tolist()) == {90}
    box = Image.fromarray((view.pixels > 145).astype(np.uint8)).getbbox()
    assert view.to_picture(box) == pytest.approx((220, 30, 261, 71), abs=1.5)


@pytest.mark.parametrize("date", ["28/09/47", "28-09-47", "28.09.47", "3/4"])
def test_marks_between_digits_are_left_out(classifier, date):
    page, left = Image.new("L", (420, 120), 255), 30
    pen = ImageDraw.Draw(page)
    for sign in date:
        if sign.isdigit():
            picture = ImageOps.invert(Image.open(f"app/gallery/0{sign}-{sign}.png").convert("L"))
            ink = picture.crop(picture.getbbox()).resize((32, 44))
            page.paste(20, (left, 32), ink)
            left += ink.width + 6
            continue
        lines = {"/": (16, 20, 0, 88), "-": (0, 55, 10, 55), ".": (3, 75, 7, 75)}
        x, y, end, below = lines[sign]
        pen.line((left + x, y, left + end, below), 20, 4)
        left += 16
    numbers = read_numbers(page, classifier).numbers
    assert [number.text for number in numbers] == [re.sub(r"\D", "", date)]


def test_a_digit_is_read_among_other_things(classifier, handwritten):
    right = 0
    for kind, draw in SINGLES.items():
        page = draw(handwritten, np.random.default_rng([2, len(kind)]))
        right += score(page, read_numbers(page.encoded(), classifier)).right
    assert right >= 0.5 * len(SINGLES)


@pytest.mark.parametrize(
    "way", ["elsewhere", "another", "several", "beside a line", "there", "sure"]
)
def test_a_digit_is_all_the_ink_unless_the_finder_sees_it_elsewhere(
    classifier, handwritten, monkeypatch, way
):
    """Or takes it for another, or sees several where it looks again, of which none is doubtful;
    where all the ink surely is a digit, the finder isn't asked."""
    picture = 255 - np.pad(np.kron(handwritten.images[0], np.ones((5, 5), np.uint8)), 40)
    alone = read_digit(picture, classifier)
    left, top, right, bottom = Image.fromarray(255 - picture).getbbox()
    seen = found(left, top, right - left, bottom - top)
    seen.logits[alone.prediction] = 9
    if way == "elsewhere":
        seen = replace(seen, seen=replace(seen.seen, box=(0, 0, 20, 40)))
    elif way != "there":
        seen.logits[:] = seen.logits[::-1] + np.eye(10)[(alone.prediction + 1) % 10] * 20
    y_prob = np.eye(10, dtype=np.float32)[4]
    digit = Named(seen, NOTHING, y_prob, -9.0)
    numbers = [NamedNumber([digit], Unread(0, 0, 0))] * (2 if way == "several" else 1)
    if way == "beside a line":
        stub = Named(found(0, 0, heat=0.5), NOTHING, y_prob, -2.0)
        numbers += [NamedNumber([stub], Unread(0, 0, 0))]
    monkeypatch.setattr("digits.reading.digit_reader.first_look", lambda *_: [seen])
    monkeypatch.setattr("digits.reading.digit_reader.name_numbers", lambda *_: numbers)
    monkeypatch.setattr(Reading, "is_sure", way == "sure")
    reading = read_digit(picture, classifier)
    if way in ("there", "sure"):
        assert (reading.prediction, reading.found) == (alone.prediction, False)
    elif way == "several":
        assert (reading.reason, reading.count, reading.found) == ("several_digits", 2, True)
    else:
        assert (reading.prediction, reading.confidence) == (4, 1)
        assert reading.found == (way == "elsewhere")


def test_what_its_ink_alone_does_not_tell_is_a_digit_where_the_finder_sees_one(
    classifier, monkeypatch
):
    cross = Image.new("L", (200, 200), 255)
    pen = ImageDraw.Draw(cross)
    pen.line((60, 50, 140, 150), 0, 12)
    pen.line((140, 50, 60, 150), 0, 12)
    monkeypatch.setattr("digits.reading.digit_reader.name_numbers", lambda *_: [])
    assert read_digit(cross, classifier).reason == "not_a_digit"
    y_prob = np.eye(10, dtype=np.float32)[4]
    digit = Named(found(60, 50, 80, 100), NOTHING, y_prob, classifier.ood_threshold + 1)
    numbers = [NamedNumber([digit], Unread(0, 0, 0))]
    monkeypatch.setattr("digits.reading.digit_reader.name_numbers", lambda *_: numbers)
    reading = read_digit(cross, classifier)
    assert (reading.prediction, reading.reason, reading.found) == (4, None, False)


def test_digits_beside_each_other_speak_for_a_number_up_to_some():
    y_prob = np.eye(10, dtype=np.float32)[4]
    digits = [Named(found(60 * i, 0), NOTHING, y_prob, 0.0) for i in range(9)]
    alone, two, six, nine = (evidence(digits[:count]) for count in (1, 2, 6, 9))
    assert alone < two < six == pytest.approx(nine)


def test_doubt_about_a_digit_speaks_against_a_number():
    sure, doubtful = (np.full(10, (1 - p) / 9, np.float32) for p in (0.99, 0.4))
    sure[4], doubtful[4] = 0.99, 0.4
    one, unknown, doubt, contested = (
        evidence([Named(found(0, 0, seen_as=digit), NOTHING, y_prob, 0.0)])
        for y_prob, digit in ((sure, 4), (sure, None), (doubtful, 4), (sure, 7))
    )
    assert doubt < one == unknown > contested


@pytest.mark.parametrize(
    ("confidence", "score", "reason", "sure"),
    [
        (0.999, -3.0, None, True),
        (0.98, -3.0, None, False),
        (0.999, 0.0, None, False),
        (0.999, -3.0, "several_digits", False),
        (None, None, "blank", False),
    ],
)
def test_an_answer_is_sure_if_it_is_likely_and_no_outlier(confidence, score, reason, sure):
    reading = Reading(confidence=confidence, ood_score=score, reason=reason)
    assert reading.is_sure == sure


@pytest.mark.parametrize(
    ("sure", "highest_score", "margin", "looks", "is_read"),
    [
        (True, -1.0, 40, 0, True),
        (True, -1.0, 400, 1, False),
        (False, -1.0, 40, 1, True),
        (False, -99.0, 40, 1, False),
    ],
    ids=["sure", "small", "doubtful which", "doubtful whether"],
)
def test_a_digit_that_has_a_picture_to_itself_is_read_where_the_finder_sees_none(
    classifier, handwritten, monkeypatch, sure, highest_score, margin, looks, is_read
):
    """But one that is small, beside which there may be more, or that may be none; and the finder
    isn't asked of one that is sure."""
    picture = 255 - np.pad(np.kron(handwritten.images[0], np.ones((5, 5), np.uint8)), margin)
    left, top, right, bottom = Image.fromarray(255 - picture).getbbox()
    monkeypatch.setattr(Reading, "is_sure", sure)
    monkeypatch.setattr("digits.reading.number_reader.SURE_SCORE", highest_score)
    asked = []
    monkeypatch.setattr(
        "digits.reading.number_reader.name_numbers", lambda *_: asked.append(1) or []
    )
    reading = read_numbers(picture, classifier)
    assert len(asked) == looks
    if not is_read:
        assert reading.reason == "no_digits"
        return
    ((digit,),) = (number.digits for number in reading.numbers)
    assert digit.prediction == read_digit(picture, classifier).prediction
    assert np.abs(np.subtract(digit.box, (left, top, right - left, bottom - top))).max() <= 4


def test_a_picture_of_a_digit_among_other_things_is_answered(classifier, handwritten):
    right = 0
    for kind, draw in SINGLES.items():
        page = draw(handwritten, np.random.default_rng([2, len(kind)]))
        right += str(read_digit(page.encoded(), classifier).prediction) == page.texts[0]
    assert right >= 0.5 * len(SINGLES)


def test_boxes_are_in_pixels_of_the_picture_as_it_is(classifier, handwritten):
    page = NUMBERS["spaced"](handwritten, np.random.default_rng(4))
    large = page.image.resize((4 * page.image.width, 4 * page.image.height))
    (number,) = read_numbers(large, classifier).numbers
    assert len(number.digits) == len(page.texts[0])
    for digit, truth in zip(number.digits, page.boxes[0], strict=True):
        x, y, width, height = digit.box
        assert overlap((x, y, x + width, y + height), tuple(4 * side for side in truth)) > 0.5
    assert 0 < number.confidence <= min(digit.confidence for digit in number.digits)
    x, y, width, height = number.box
    assert min(x, y) >= 0
    assert x + width <= large.width
    assert y + height <= large.height


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_page_is_blank(classifier, level):
    reading = read_numbers(Image.new("L", (300, 200), level), classifier)
    assert (reading.numbers, reading.reason) == ((), "blank")


def test_a_page_of_words_has_no_digits(classifier, handwritten):
    empty = [
        draw(handwritten, np.random.default_rng([5, number]))
        for number in range(4)
        for draw in EMPTY.values()
    ]
    read = [read_numbers(page.encoded(), classifier) for page in empty]
    assert sum(bool(reading.numbers) for reading in read) <= 0.25 * len(read)
    assert {reading.reason for reading in read if not reading.numbers} == {"no_digits"}


def test_what_can_t_be_decoded_is_unreadable(classifier):
    reading = read_numbers(b"no picture", classifier)
    assert reading.reason == "unreadable"
    assert "export" in reading.error


def specks(count: int) -> Image.Image:
    image = Image.new("L", (1500, 1500), 255)
    places = np.random.default_rng(1).integers(0, 1500, (count, 2))
    ImageDraw.Draw(image).point([(int(x), int(y)) for x, y in places], 0)
    return image


@pytest.mark.parametrize(
    "image",
    [
        specks(10_000),
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (1200, 900), np.uint8)),
        Image.fromarray(np.tile(np.repeat(np.uint8([0, 255]), 2), (400, 100))),
        Image.fromarray(np.tile(np.uint8([[0], [255]]), (3, 3000))),
        Image.new("L", (1, 1), 9),
        Image.new("L", (7000, 7000), 255),
    ],
    ids=["specks", "noise", "stripes", "a strip", "a pixel", "huge"],
)
def test_any_picture_gets_an_answer_in_bounded_time(classifier, image):
    start = time.process_time()
    read_numbers(image, classifier)
    assert time.process_time() - start < 20  # on a busy machine; 2 alone


def test_fifty_numbers_are_read(classifier, handwritten):
    page = Image.new("L", (2400, 3200), 255)
    texts = []
    for number in range(50):
        one = NUMBERS["spaced"](handwritten, np.random.default_rng([6, number]))
        shown = one.image.convert("L").resize(
            (440, round(440 * one.image.height / one.image.width))
        )
        page.paste(shown.crop((0, 0, 440, 300)), (20 + 480 * (number % 5), 310 * (number // 5)))
        texts += one.texts
    numbers = [number.text for number in read_numbers(page, classifier).numbers]
    assert 40 <= len(numbers) <= 60


def test_the_edit_distance():
    assert edit_distance("4711", "4711") == 0
    assert edit_distance("4711", "471") == 1
    assert edit_distance("", "12") == 2
    assert edit_distance("123", "321") == 2


def test_no_digit_is_counted_as_found_that_is_not_there(classifier, handwritten):
    page = NUMBERS["spaced"](handwritten, np.random.default_rng(1))
    reading = read_numbers(Image.new("L", (30, 30), 255), classifier)
    missed = score(page, reading)
    assert (missed.right, missed.found, missed.read, missed.false) == (0, 0, 0, False)
    assert missed.edits == len(page.texts[0])


def test_usage_of_a_split_is_by_its_images(handwritten):
    one = Split(handwritten.images[:1], handwritten.labels[:1])
    page = NUMBERS["tight"](one, np.random.default_rng(1))
    assert set(page.texts[0]) == {str(one.labels[0])}


def test_of_numbers_that_were_read_each_of_the_pages_counts_once():
    page = Page(Image.new("RGB", (9, 9)), ["12", "12", "7"], [])
    read = [
        Number(text=text, confidence=1, box=(0, 0, 1, 1), digits=())
        for text in ("12", "3", "12", "12")
    ]
    assert are_right(page, NumbersReading(tuple(read))) == [True, False, True, False]
