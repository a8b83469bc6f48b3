"""Name the digits that were found on a picture, and tell which of them are numbers."""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean, median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits.reading.classifier import Classifier
from digits.reading.found import Found, around
from digits.reading.instances import Box
from digits.reading.lines import part, to_line
from digits.reading.recogniser import best_path, log_likelihood
from digits.reading.rest import cover, is_something_left, without_rings
from digits.reading.rows import in_order, to_numbers
from digits.reading.search import find_digits, seen_print

# How much the finder's word counts, of one, beside the classifier's: it has seen what is around a
# digit, too. Then the recogniser's, which has seen the digits beside it; and by how much its digits
# have to be likelier than those that were found, as a logarithm, where there are more or fewer.
# Chosen on validation pages.
_FINDER_SHARE, _RECOGNISER_SHARE, _LEAST_GAIN = 1 / 3, 1 / 2, 3.0
# What speaks for a number: the log-odds of its digits' centres; and against it: their OOD scores,
# from the lowest on, and how much print is seen with them, in squares of a digit's height: in the
# closer look, more than one digit that is taken for print, and twice what is beside them. Fitted to
# numbers on validation pages, in other hands, too, and to what is taken for numbers there and on
# pages of words, letters, scribbles and photos. A digit of a number may be doubtful, but not as a
# dash or a stain is.
_CENTER_WEIGHT, _OOD_WEIGHT, _LOWEST_SCORE, _BIAS = 2.5, 0.56, -4.0, -2.4
_PRINT_WEIGHT, _PRINT_UNIT, _DIGIT_OF_PRINT, _PRINT_BESIDE = 5.0, 0.1, 0.25, 2.0
_LEAST_EVIDENCE, _LEAST_OF_DIGIT = -1.2, -6.5
# Of the surest number, where the picture had to be turned, or looked at again from nearer: of what
# is none, something looks like a digit sooner or later. And of each that is found when others are
# covered, from so many times as near.
_NEEDED_AT_SECOND, _NEARER = 1.5, 1.2


class Named(NamedTuple):
    """A digit that was found, and what it is."""

    found: Found
    image: NDArray[np.uint8]
    """The digit alone, uint8 array (28, 28)."""
    y_prob: NDArray[np.float32]
    """float32 array (10,)."""
    ood_score: float


def name_numbers(
    classifier: Classifier, picture: NDArray[np.uint8], ink: NDArray[np.uint8]
) -> list[list[Named]]:
    """Find the numbers on a grey picture, uint8 array (height, width), and name their digits.

    `ink`: what `find_ink` tells of it. Returns them from top to bottom, then from left to right.
    """
    pictures = [picture, without_rings(picture, ink)]
    sights = [(_numbers(classifier, one), one) for one in pictures if one is not None]
    numbers, picture = max(sights, key=_total)
    latest = numbers
    while latest:
        digits = [digit.found for number in latest for digit in number]
        before, picture = picture, cover(picture, [digit.place for digit in digits])
        if not is_something_left(before, picture, median(digit.height for digit in digits)):
            break
        seen = digits[0].afar or digits[0]
        latest = _numbers(classifier, picture, _NEARER * seen.scale)
        if latest:
            numbers = in_order(numbers + latest, _place)
    return numbers


def _numbers(
    classifier: Classifier, picture: NDArray[np.uint8], nearer: float = 0
) -> list[list[Named]]:
    """Return the numbers of the first sight that has any, of looks at a scale above `nearer`."""
    least = _NEEDED_AT_SECOND if nearer else _LEAST_EVIDENCE
    for found, is_second in find_digits(classifier.finder, picture, nearer):
        digits = _name(classifier, found)
        likely = {one.found.box: one for one in digits if evidence([one]) >= _LEAST_OF_DIGIT}
        numbers = to_numbers([digit.found for digit in likely.values()])
        named = [[likely[digit.box] for digit in number] for number in numbers]
        odds = [evidence(number) for number in named]
        if max(odds, default=-math.inf) >= (_NEEDED_AT_SECOND if is_second else least):
            return [
                read_line(classifier, number)
                for number, log_odds in zip(named, odds, strict=True)
                if log_odds >= least
            ]
    return []


def _total(sight: tuple[list[list[Named]], NDArray[np.uint8]]) -> float:
    """Return what speaks for all digits on a picture together, more than there has to be."""
    return sum(len(number) * (evidence(number) - _LEAST_EVIDENCE) for number in sight[0])


def _place(number: Sequence[Named]) -> Box:
    return around([digit.found.place for digit in number])


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
        number = _name(classifier, [replace(number[0].found, seen=one) for one in instances])
    y_prob = _joined(
        np.stack([digit.y_prob for digit in number]),
        np.stack([digit.evidence for digit in seen]),
        _RECOGNISER_SHARE,
    )
    return [digit._replace(y_prob=prob) for digit, prob in zip(number, y_prob, strict=True)]


def evidence(digits: Sequence[Named]) -> float:
    """Return what speaks for digits, one or several that stand beside each other: the logarithm of
    the odds that there is a number."""
    heat = fmean(digit.found.heat for digit in digits)
    score = fmean(digit.ood_score for digit in digits)
    center = math.log(heat / max(1 - heat, 1e-6))
    closer, beside = seen_print([digit.found for digit in digits])
    printed = max(closer - _DIGIT_OF_PRINT, 0) + _PRINT_BESIDE * beside
    return (
        _CENTER_WEIGHT * center
        - _OOD_WEIGHT * max(score, _LOWEST_SCORE)
        - _PRINT_WEIGHT * math.log1p(printed / _PRINT_UNIT)
        + _BIAS
    )


def _joined(
    y_prob: NDArray[np.float32], logits: NDArray[np.float32], share: float
) -> NDArray[np.float32]:
    """Take another network's word into account: (n, 10), a weighted mean of the logarithms (a
    logarithmic opinion pool; Genest and Zidek, 1986)."""
    pooled = (1 - share) * np.log(y_prob + 1e-9) + share * logits
    shares = np.exp(pooled - pooled.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
