"""From a picture to the numbers on it: `read_numbers`."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.reading.classifier import SURE_SCORE, Classifier, load_cached
from digits.reading.found import around
from digits.reading.image import Page, Source, UnreadableImage, read_page
from digits.reading.ink import find_ink
from digits.reading.instances import Box
from digits.reading.naming import name_numbers
from digits.reading.numbers import Digit, Number, NumbersReading, Rectangle
from digits.reading.reader import classify, to_reading
from digits.reading.rest import cover, is_something_left

# A picture whose brightest and darkest differ by less, of 255, is blank.
_LEAST_CONTRAST = 12
# A digit that has a picture to itself is at least so large, as a share of the longer side, and at
# most so wide, as a share of its height: MNIST's widest is twice as wide as high.
_LARGE, _WIDEST = 0.2, 2.5


def read_numbers(source: Source, classifier: Classifier | None = None) -> NumbersReading:
    """Read the numbers on a picture, with the `default_model` unless another is given.

    `source`: what `read_digit` takes. A picture that can't be read is a reading, too. Raises
    TypeError for what is no picture at all, and ModelError where there is no model.
    """
    classifier = classifier or load_cached()
    try:
        page = read_page(source)
    except UnreadableImage as error:
        return NumbersReading(reason="unreadable", error=str(error))
    if np.ptp(page.pixels) < _LEAST_CONTRAST:
        return NumbersReading(reason="blank")
    ink = find_ink(page.pixels)
    alone, is_sure = _digit_alone(classifier, page, ink)
    if alone and is_sure and not _has_more(page, alone):
        return NumbersReading((alone,))
    numbers = tuple(
        _to_number(
            [digit.y_prob.tolist() for digit in number.digits],
            [digit.ood_score for digit in number.digits],
            [digit.found.place for digit in number.digits],
            _to_probability(number.log_odds),
            page,
        )
        for number in name_numbers(classifier, page.pixels, ink)
    )
    if alone and not numbers:
        return NumbersReading((alone,))
    return NumbersReading(numbers, None if numbers else "no_digits")


def _digit_alone(
    classifier: Classifier, page: Page, ink: NDArray[np.uint8]
) -> tuple[Number | None, bool]:
    """Return the digit that all of a page's ink is, if it is large and surely a digit, whichever;
    and whether that is sure, too, so that it needs no finder."""
    box = Image.fromarray(ink).getbbox()
    if box is None:
        return None, False
    width, height = box[2] - box[0], box[3] - box[1]
    if max(width, height) < _LARGE * max(ink.shape) or width > _WIDEST * height:
        return None, False
    reading = classify(classifier, [to_reading(ink)])[0]
    if reading.prediction is None or reading.probabilities is None or reading.ood_score is None:
        return None, False
    if reading.ood_score > SURE_SCORE:
        return None, False
    shrunk = max(page.pixels.shape) / max(ink.shape)
    left, top, right, bottom = (shrunk * side for side in box)
    # The OOD score is the logarithm of the odds that it is no digit.
    is_digit = _to_probability(-reading.ood_score)
    sides = (left, top, right, bottom)
    number = _to_number([reading.probabilities], [reading.ood_score], [sides], is_digit, page)
    return number, reading.is_sure


def _has_more(page: Page, alone: Number) -> bool:
    """Whether there may be smaller digits beside one that all ink is, as `find_ink` sees it."""
    left, top, width, height = (side / page.scale for side in alone.box)
    covered = cover(page.pixels, [(left, top, left + width, top + height)])
    return is_something_left(page.pixels, covered, height)


def _to_number(
    y_prob: Sequence[Sequence[float]],
    ood_scores: Sequence[float],
    boxes: Sequence[Box],
    is_number: float,
    page: Page,
) -> Number:
    """Put digits together that stand beside each other; `boxes` are in pixels of the page, and
    `is_number` is the probability that there is a number at all."""
    digits = tuple(
        Digit(
            prediction=int(np.argmax(probabilities)),
            confidence=is_number * max(probabilities),
            box=_rectangle(box, page),
            probabilities=tuple(probabilities),
            ood_score=score,
        )
        for probabilities, score, box in zip(y_prob, ood_scores, boxes, strict=True)
    )
    return Number(
        text="".join(str(digit.prediction) for digit in digits),
        confidence=is_number * math.prod(max(digit.probabilities) for digit in digits),
        box=_rectangle(around(boxes), page),
        digits=digits,
    )


def _to_probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(min(-log_odds, 50)))


def _rectangle(box: Box, page: Page) -> Rectangle:
    """Return left, top, width and height in whole pixels of the original, inside it."""
    height, width = page.shape
    sides = [page.scale * side for side in box]
    left, top = max(math.floor(sides[0]), 0), max(math.floor(sides[1]), 0)
    right, bottom = min(math.ceil(sides[2]), width), min(math.ceil(sides[3]), height)
    return left, top, right - left, bottom - top
