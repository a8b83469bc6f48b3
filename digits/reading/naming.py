"""From a picture to the numbers on it, their digits named."""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits.reading.classifier import Classifier
from digits.reading.evidence import Named, NamedNumber, evidence
from digits.reading.found import Found, around
from digits.reading.ink import find_ink
from digits.reading.instances import Box
from digits.reading.lines import part, to_line
from digits.reading.recogniser import best_path, log_likelihood
from digits.reading.rest import cover, is_something_left, without_rings
from digits.reading.rows import in_order, to_numbers
from digits.reading.search import find_digits, look_at
from digits.reading.unread import find_unread, highest

# How much the finder's word counts, of one, beside the classifier's: it has seen what is around a
# digit, too. Then the recogniser's, which has seen the digits beside it; and where it has parted
# their ink, since the parts are rough. By how much its digits have to be likelier than those that
# were found, as a logarithm, where there are more or fewer, beside what speaks for those that it
# lacks. Chosen on validation pages.
_FINDER_SHARE, _RECOGNISER_SHARE, _PARTED_SHARE, _LEAST_GAIN = 0.2, 1 / 2, 0.8, 3.0
# A digit of a number may be doubtful, but not as a dash or a stain is.
_NEEDED_OF_DIGIT = -5.3
# Of the surest number, where the picture had to be turned, or looked at again from nearer: of what
# is none, something looks like a digit sooner or later. And of each that is found when others are
# covered, from so many times as near.
_NEEDED_AT_SECOND, _NEARER = 2.7, 1.2
# Where a number is less sure than this, what is seen from so many times as near decides: a digit is
# one at any size, what only looks like one seldom is.
_DOUBTFUL, _MUCH_NEARER = 2.5, 1.3


class Sight(NamedTuple):
    """A picture to find numbers on."""

    picture: NDArray[np.uint8]
    """uint8 array (height, width), grey."""
    ink: NDArray[np.uint8]
    """What `find_ink` tells of it."""

    def without(self, digits: Sequence[Found]) -> "Sight":
        """Cover digits."""
        places = [digit.place for digit in digits]
        return Sight(cover(self.picture, places), cover(self.ink, map(self.to_ink, places)))

    @property
    def scale(self) -> float:
        """Pixels of `ink`, which may be smaller, for one of the picture."""
        return float(max(self.ink.shape) / max(self.picture.shape))

    @property
    def highest(self) -> float:
        """How high the highest ink is, in pixels of the picture."""
        return highest(self.ink) / self.scale

    def to_ink(self, box: Box) -> Box:
        """Return where a box of the picture is in `ink`."""
        left, top, right, bottom = (self.scale * side for side in box)
        return left, top, right, bottom


def name_numbers(
    classifier: Classifier,
    picture: NDArray[np.uint8],
    ink: NDArray[np.uint8],
    needed: float = 0.0,
) -> list[NamedNumber]:
    """Find the numbers on a grey picture, uint8 array (height, width), and name their digits.

    `ink`: what `find_ink` tells of it. `needed`: the least log-odds of a number; 0 is likelier than
    not. Returns them from top to bottom, then from left to right.
    """
    sights = [Sight(picture, ink)]
    bare = without_rings(picture, ink)
    if bare is not None:
        sights.append(Sight(bare, find_ink(bare)))
    each = [_numbers(classifier, sight, needed) for sight in sights]
    numbers, sight = max(zip(each, sights, strict=True), key=lambda one: _total(one[0], needed))
    latest = numbers
    while latest:
        digits = [digit.found for number in latest for digit in number.digits]
        before, sight = sight, sight.without(digits)
        height = median(digit.height for digit in digits)
        if not is_something_left(before.picture, sight.picture, height):
            break
        seen = digits[0].afar or digits[0]
        latest = _numbers(classifier, sight, _NEEDED_AT_SECOND, _NEARER * seen.scale)
        if latest:
            numbers = in_order(numbers + latest, lambda number: number.place)
    return numbers


def _numbers(
    classifier: Classifier, sight: Sight, needed: float, nearer: float = 0
) -> list[NamedNumber]:
    """Return the numbers at the first look that has any, of looks at a scale above `nearer`."""
    for found, is_second in find_digits(classifier.finder, sight.picture, sight.highest, nearer):
        digits = _name(classifier, found)
        likely = {one.found.box: one for one in digits if evidence([one]) >= _NEEDED_OF_DIGIT}
        rows = to_numbers([digit.found for digit in likely.values()])
        numbers = [[likely[digit.box] for digit in row] for row in rows]
        numbers = [number for number in numbers if evidence(number) >= needed]
        boxes = [[sight.to_ink(digit.found.place) for digit in number] for number in numbers]
        named = list(map(NamedNumber, numbers, find_unread(sight.ink, boxes)))
        surest = max((number.log_odds for number in named), default=-math.inf)
        if surest >= (_NEEDED_AT_SECOND if is_second else needed):
            named = [number for number in named if number.log_odds >= needed]
            named = [_decided(classifier, number) for number in named]
            named = [number for number in named if number.log_odds >= needed]
            if named:
                return [
                    replace(number, digits=read_line(classifier, number.digits)) for number in named
                ]
    return []


def _decided(classifier: Classifier, number: NamedNumber) -> NamedNumber:
    """Look at a number from nearer if it is in doubt."""
    if number.log_odds >= _DOUBTFUL:
        return number
    line = [digit.found for digit in number.digits]
    left, _, right, _ = around([digit.box for digit in line])
    seen = [
        digit
        for digit in _name(classifier, look_at(classifier.finder, line, _MUCH_NEARER))
        if left < sum(digit.found.box[::2]) / 2 < right and evidence([digit]) >= _NEEDED_OF_DIGIT
    ]
    return replace(number, nearer=seen)


def _total(numbers: Sequence[NamedNumber], needed: float) -> float:
    """Return what speaks for all digits on a picture together, more than there has to be."""
    return sum(len(number.digits) * (number.log_odds - needed) for number in numbers)


def _name(classifier: Classifier, found: Sequence[Found]) -> list[Named]:
    """Name digits, each on its own."""
    images = [digit.seen.cut() for digit in found]
    y_prob, scores = classifier.predict(np.array(images, np.uint8).reshape(-1, 28, 28))
    logits = np.array([digit.logits for digit in found], np.float32).reshape(-1, 10)
    y_prob = _joined(y_prob, logits, _FINDER_SHARE)
    return [Named(*digit) for digit in zip(found, images, y_prob, scores.tolist(), strict=True)]


def read_line(classifier: Classifier, number: list[Named]) -> list[Named]:
    """Let the recogniser read a number as a whole: it knows better where digits that touch begin
    and end, and has a say in what they are."""
    if classifier.recogniser is None:
        return number
    line = to_line([digit.found.seen for digit in number])
    if line is None:
        return number
    log_prob = classifier.recogniser.look(line.image)
    seen, share = best_path(log_prob), _RECOGNISER_SHARE
    if len(seen) != len(number):
        read = log_likelihood(log_prob, [digit.prediction for digit in seen])
        found = log_likelihood(log_prob, [int(digit.y_prob.argmax()) for digit in number])
        places = [digit.place for digit in seen]
        lacking = [digit for digit in number if not _has_any(digit, line.to_page(places))]
        if read - found < _LEAST_GAIN + sum(evidence([digit]) for digit in lacking):
            return number
        instances = part(line, places)
        if not instances:
            return number
        number = _name(classifier, [replace(number[0].found, seen=one) for one in instances])
        share = _PARTED_SHARE
    y_prob = _joined(
        np.stack([digit.y_prob for digit in number]),
        np.stack([digit.evidence for digit in seen]),
        share,
    )
    return [digit._replace(y_prob=prob) for digit, prob in zip(number, y_prob, strict=True)]


def _has_any(digit: Named, middles: NDArray[np.float64]) -> bool:
    """Whether any of some digits' middles is within a digit's width."""
    left, _, right, _ = digit.found.seen.box
    return bool(((middles >= left) & (middles <= right)).any())


def _joined(
    y_prob: NDArray[np.float32], logits: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    """Take another network's word into account: (n, 10), a weighted mean of the logarithms (a
    logarithmic opinion pool; Genest and Zidek, 1986)."""
    pooled = (1 - share) * np.log(y_prob + 1e-9) + share * logits
    shares = np.exp(pooled - pooled.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
