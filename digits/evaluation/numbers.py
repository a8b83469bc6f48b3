"""How well numbers are read: strings, digits in their places, and what is no number."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from digits.evaluation.pages import Page
from digits.reading.found import overlap
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

LEAST_OVERLAP = 0.5


@dataclass(frozen=True)
class Score:
    """What was on pages, and what was read."""

    numbers: int
    """How many numbers there were."""
    right: int
    """How many of them were read, whole."""
    edits: int
    """How many characters would have to be put in, taken out or replaced."""
    digits: int
    """How many digits there were."""
    found: int
    """How many of them were found, right or not: intersection over union 0.5 or more."""
    read: int
    """How many digits were read in all."""
    false: bool
    """Whether anything was read that is no number of the page's."""

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.numbers + other.numbers,
            self.right + other.right,
            self.edits + other.edits,
            self.digits + other.digits,
            self.found + other.found,
            self.read + other.read,
            self.false or other.false,
        )


def score(page: Page, reading: NumbersReading) -> Score:
    """Compare what was read with what is on a page."""
    texts = [number.text for number in reading.numbers]
    wrong, missed = Counter(texts) - Counter(page.texts), Counter(page.texts) - Counter(texts)
    boxes = [
        (x, y, x + width, y + height)
        for number in reading.numbers
        for x, y, width, height in (digit.box for digit in number.digits)
    ]
    truth = [box for number in page.boxes for box in number]
    found = sum(any(overlap(box, other) >= LEAST_OVERLAP for other in boxes) for box in truth)
    return Score(
        numbers=len(page.texts),
        right=len(page.texts) - missed.total(),
        edits=edit_distance(" ".join(page.texts), " ".join(texts)),
        digits=len(truth),
        found=found,
        read=len(boxes),
        false=wrong.total() > 0,
    )


def are_right(page: Page, reading: NumbersReading) -> list[bool]:
    """Tell of each number that was read whether it is one of the page's, each of which counts
    once."""
    left = Counter(page.texts)
    right = []
    for number in reading.numbers:
        right.append(left[number.text] > 0)
        left[number.text] -= 1
    return right


def score_digit(page: Page, reading: NumbersReading, digit: Reading) -> Score:
    """Compare the answer for a picture of a digit with what is on it; where digits are is told by
    the numbers that were read."""
    right = str(digit.prediction) == page.texts[0]
    wrong = digit.prediction is not None and not right
    return replace(score(page, reading), right=int(right), edits=int(not right), false=wrong)


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many elements to put in, take out or replace make one of the other (Levenshtein,
    1966)."""
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        above, row = row, [i]
        for j, right in enumerate(other, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (left != right)))
    return row[-1]
