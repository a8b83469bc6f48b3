"""Digits and numbers that were found and named, and what speaks for there being any."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits.reading.found import Found, around
from digits.reading.instances import Box
from digits.reading.search import seen_print
from digits.reading.unread import Unread

# What speaks for a number: the log-odds of its digits' centres; and against it: their OOD scores,
# from the lowest on; how much print is seen with them, in squares of a digit's height: in the
# closer look, more than one digit that is taken for print, and twice what is beside them; and what
# else is written on the picture, as shares of what is read. Fitted to numbers on validation pages,
# in other hands, too, and to what is taken for numbers there and on pages of words, letters,
# scribbles and photos. For a number speaks each digit beside the first, too, up to so many: on a
# pattern there are more that look like digits; against it, where one is as likely to be another,
# and the share of those that the finder takes for others.
_CENTER_WEIGHT, _OOD_WEIGHT, _LOWEST_SCORE, _BIAS = 2.5, 0.56, -4.0, -1.2
_FURTHER_WEIGHT, _MOST_FURTHER = 0.3, 5
_DOUBT_WEIGHT, _DISSENT_WEIGHT = 1.0, 1.0
_PRINT_WEIGHT, _PRINT_UNIT, _DIGIT_OF_PRINT, _PRINT_BESIDE = 5.0, 0.1, 0.25, 2.0
_JOINED_WEIGHT, _JOINED_UNIT, _ALIKE_WEIGHT, _AROUND_WEIGHT = 2.0, 0.1, 1.0, 0.5


class Named(NamedTuple):
    """A digit that was found, and what it is."""

    found: Found
    image: NDArray[np.uint8]
    """The digit alone, uint8 array (28, 28)."""
    y_prob: NDArray[np.float32]
    """float32 array (10,)."""
    ood_score: float

    @property
    def confidence(self) -> float:
        """The best guess's probability if it is a digit."""
        return float(self.y_prob.max())

    @property
    def is_contested(self) -> bool:
        """Whether the finder, where it has a word, takes it for another digit."""
        logits = self.found.logits
        return bool(logits.any() and logits.argmax() != self.y_prob.argmax())


@dataclass(frozen=True, eq=False)
class NamedNumber:
    """Digits that stand beside each other."""

    digits: list[Named]
    """From left to right."""
    unread: Unread
    """What else is written."""
    nearer: Sequence[Named] | None = None
    """Its digits, as they are seen from nearer, if that had to be decided there."""

    @cached_property
    def log_odds(self) -> float:
        """The logarithm of the odds that there is a number."""
        digits = self.digits if self.nearer is None else self.nearer
        if not digits:
            return -math.inf
        return (
            evidence(digits)
            - _JOINED_WEIGHT * math.log1p(self.unread.joined / _JOINED_UNIT)
            - _ALIKE_WEIGHT * math.log1p(self.unread.alike)
            - _AROUND_WEIGHT * math.log1p(self.unread.around)
        )

    @property
    def place(self) -> Box:
        """Its box in pixels of the picture."""
        return around([digit.found.place for digit in self.digits])


def evidence(digits: Sequence[Named]) -> float:
    """Return what speaks for digits, one or several that stand beside each other, themselves: a
    logarithm of odds."""
    heat = fmean(digit.found.heat for digit in digits)
    score = fmean(digit.ood_score for digit in digits)
    center = math.log(heat / max(1 - heat, 1e-6))
    closer, beside = seen_print([digit.found for digit in digits])
    printed = max(closer - _DIGIT_OF_PRINT, 0) + _PRINT_BESIDE * beside
    return (
        _CENTER_WEIGHT * center
        - _OOD_WEIGHT * max(score, _LOWEST_SCORE)
        - _PRINT_WEIGHT * math.log1p(printed / _PRINT_UNIT)
        + _FURTHER_WEIGHT * min(len(digits) - 1, _MOST_FURTHER)
        + _DOUBT_WEIGHT * math.log(min(digit.confidence for digit in digits))
        - _DISSENT_WEIGHT * fmean(digit.is_contested for digit in digits)
        + _BIAS
    )
