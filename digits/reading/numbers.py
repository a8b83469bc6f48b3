"""What numbers there are on a picture: digits, numbers and readings."""

from dataclasses import dataclass

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True)
class Digit:
    """A digit on a picture."""

    prediction: int
    """The likeliest, 0 to 9."""
    confidence: float
    """The probability that it is a digit, and this one, 0 to 1."""
    box: Rectangle
    """Left, top, width and height in pixels of the upright picture."""
    probabilities: tuple[float, ...]
    """Of each of the ten digits, if it is one."""
    ood_score: float
    """The higher, the less of a digit."""


@dataclass(frozen=True)
class Number:
    """A number on a picture."""

    text: str
    """Its digits, leading zeros too."""
    confidence: float
    """The probability that it is a number, and all digits are right, 0 to 1."""
    box: Rectangle
    """Left, top, width and height in pixels of the upright picture."""
    digits: tuple[Digit, ...]


@dataclass(frozen=True)
class NumbersReading:
    """What numbers a picture shows, or why there are none."""

    numbers: tuple[Number, ...] = ()
    """From top to bottom, then from left to right."""
    reason: str | None = None
    """Why there are none: "blank", "no_digits" or "unreadable"."""
    error: str | None = None
    """Of an unreadable picture, a sentence that says why and what to do."""
