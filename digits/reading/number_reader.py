"""From a picture to the numbers on it: `read_numbers`."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.reading.classifier import Classifier, load_cached
from digits.reading.image import Page, Source, UnreadableImage, read_page
from digits.reading.ink import find_ink
from digits.reading.instances import Instance
from digits.reading.lines import part, to_line
from digits.reading.numbers import Digit, Number, NumbersReading, Rectangle
from digits.reading.reader import classify, to_reading
from digits.reading.recogniser import best_path, log_likelihood
from digits.reading.search import Found, find_digits, to_numbers

# A picture whose brightest and darkest differ by less, of 255, is blank.
_LEAST_CONTRAST = 12
# Of the finder's word beside the classifier's: it has seen what is around a digit, too. Chosen on
# validation digits.
_FINDER_WEIGHT = 0.5
# Of the recogniser's, which has seen the digits beside it; and by how much its digits have to be
# likelier than those that were found, as a logarithm, where there are more or fewer. Chosen on
# validation pages.
_RECOGNISER_WEIGHT, _LEAST_GAIN = 1.5, 3.0
# What speaks for a digit: the log-odds of its centre; and against it: its OOD score, from the
# lowest on. Of a number it is that of the mean digit. Fitted to numbers on validation pages and to
# what is taken for numbers on pages of words, letters, scribbles and photos. A digit of a number
# may be doubtful, but not as a dash or a stain is.
_OOD_WEIGHT, _LOWEST_SCORE = 0.17, -4.0
_LEAST_EVIDENCE, _LEAST_OF_DIGIT = 0.6, -2.0
# A digit that has a picture to itself is at least so large, as a share of the longer side.
_LARGE = 0.2


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
    if alone := _digit_alone(classifier, page):
        return NumbersReading((to_number([alone]),))
    numbers = tuple(
        to_number(
            [
                _to_digit(digit.y_prob.tolist(), digit.ood_score, digit.found.box, page)
                for digit in number
            ]
        )
        for number in name_numbers(classifier, page.pixels)
    )
    return NumbersReading(numbers, None if numbers else "no_digits")


def _digit_alone(classifier: Classifier, page: Page) -> Digit | None:
    """Return the digit that all of a page's ink is, if it is large and sure: it needs no finder."""
    ink = find_ink(page.pixels)
    box = Image.fromarray(ink).getbbox()
    if box is None or max(box[2] - box[0], box[3] - box[1]) < _LARGE * max(ink.shape):
        return None
    reading = classify(classifier, [to_reading(ink)])[0]
    if not reading.is_sure or reading.probabilities is None or reading.ood_score is None:
        return None
    shrunk = max(page.pixels.shape) / max(ink.shape)
    sides = [shrunk * side for side in box]
    return _to_digit(reading.probabilities, reading.ood_score, sides, page)


class Named(NamedTuple):
    """A digit that was found, and what it is."""

    found: Found
    image: NDArray[np.uint8]
    """The digit alone, uint8 array (28, 28)."""
    y_prob: NDArray[np.float32]
    """float32 array (10,)."""
    ood_score: float


def name_numbers(classifier: Classifier, picture: NDArray[np.uint8]) -> list[list[Named]]:
    """Find the numbers on a grey picture, uint8 array (height, width), and name their digits.

    Returns them from top to bottom, then from left to right.
    """
    found = find_digits(classifier.finder, picture)
    images = [digit.seen.cut() for digit in found]
    y_prob, scores = classifier.predict(np.array(images, np.uint8).reshape(-1, 28, 28))
    logits = np.array([digit.logits for digit in found], np.float32).reshape(-1, 10)
    y_prob = _joined(y_prob, _FINDER_WEIGHT * logits)
    digits = [Named(*digit) for digit in zip(found, images, y_prob, scores.tolist(), strict=True)]
    likely = {digit.found.box: digit for digit in digits if _evidence([digit]) >= _LEAST_OF_DIGIT}
    numbers = to_numbers([digit.found for digit in likely.values()])
    named = [[likely[digit.box] for digit in number] for number in numbers]
    certain = [number for number in named if _evidence(number) >= _LEAST_EVIDENCE]
    return [read_line(classifier, number) for number in certain]


def read_line(classifier: Classifier, number: list[Named]) -> list[Named]:
    """Let the recogniser read a number as a whole: it knows better where digits that touch begin
    and end, and has a say in what they are."""
    if classifier.recogniser is None or len(number) == 1:
        return number
    line = to_line([digit.found.seen for digit in number])
    if line is None:
        return number
    log_prob = classifier.recogniser.look(line.image)
    seen = best_path(log_prob)
    if len(seen) != len(number):
        read = log_likelihood(log_prob, [digit.prediction for digit in seen])
        found = log_likelihood(log_prob, [int(digit.y_prob.argmax()) for digit in number])
        if read - found < _LEAST_GAIN:
            return number
        instances = part(line, [digit.place for digit in seen])
        if not instances:
            return number
        number = _named_anew(classifier, number[0].found, instances)
    y_prob = _joined(
        np.stack([digit.y_prob for digit in number]),
        _RECOGNISER_WEIGHT * np.stack([digit.evidence for digit in seen]),
    )
    return [digit._replace(y_prob=prob) for digit, prob in zip(number, y_prob, strict=True)]


def _named_anew(classifier: Classifier, found: Found, instances: Sequence[Instance]) -> list[Named]:
    """Name other digits of a look in which one was found."""
    images = [instance.cut() for instance in instances]
    y_prob, scores = classifier.predict(np.stack(images))
    founds = [replace(found, seen=instance) for instance in instances]
    return [Named(*digit) for digit in zip(founds, images, y_prob, scores.tolist(), strict=True)]


def _evidence(digits: Sequence[Named]) -> float:
    """Return what speaks for digits, one or several that stand beside each other."""
    heat = float(np.mean([digit.found.heat for digit in digits]))
    score = float(np.mean([digit.ood_score for digit in digits]))
    return math.log(heat / max(1 - heat, 1e-6)) - _OOD_WEIGHT * max(score, _LOWEST_SCORE)


def _joined(y_prob: NDArray[np.float32], evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Take another network's word into account: (n, 10), what it adds to the logarithms."""
    logits = np.log(y_prob + 1e-9) + evidence
    shares = np.exp(logits - logits.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def _to_digit(y_prob: Sequence[float], ood_score: float, box: Sequence[float], page: Page) -> Digit:
    """Make a digit of its probabilities, OOD score and box in pixels of a page."""
    # The OOD score is the logarithm of the odds that it is no digit.
    is_digit = 1 / (1 + math.exp(min(ood_score, 50)))
    return Digit(
        prediction=int(np.argmax(y_prob)),
        confidence=max(y_prob) * is_digit,
        box=_rectangle(box, page),
        probabilities=tuple(y_prob),
        ood_score=ood_score,
    )


def to_number(digits: Sequence[Digit]) -> Number:
    """Put digits together that stand beside each other."""
    sides = np.array([_sides(digit.box) for digit in digits])
    left, top = sides[:, :2].min(axis=0).tolist()
    right, bottom = sides[:, 2:].max(axis=0).tolist()
    return Number(
        text="".join(str(digit.prediction) for digit in digits),
        confidence=math.prod(digit.confidence for digit in digits),
        box=(left, top, right - left, bottom - top),
        digits=tuple(digits),
    )


def _sides(box: Rectangle) -> Rectangle:
    left, top, width, height = box
    return left, top, left + width, top + height


def _rectangle(box: Sequence[float], page: Page) -> Rectangle:
    """Return left, top, width and height in whole pixels of the original, inside it."""
    height, width = (round(page.scale * side) for side in page.pixels.shape)
    sides = [page.scale * side for side in box]
    left, top = max(math.floor(sides[0]), 0), max(math.floor(sides[1]), 0)
    right, bottom = min(math.ceil(sides[2]), width), min(math.ceil(sides[3]), height)
    return left, top, right - left, bottom - top
