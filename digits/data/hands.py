"""More hands than MNIST has: other ways of writing, and other pens."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from digits.data.handwriting import draw_hand, write_digit
from digits.data.splits import Split
from digits.data.strokes import PENS, THICK_PENS, USUAL_PENS, draw_ways
from digits.data.ways import STRAIGHT, USUAL_WAYS, WAYS, Way
from digits.reading.normalisation import normalise


class Hands(NamedTuple):
    """Which hands are added."""

    ways: Sequence[Way]
    pens: tuple[float, float]
    """How wide they are, as `draw_ways` takes them."""
    drawn: float
    """The share of digits that are drawn stroke by stroke; the others are the split's own, written
    again."""
    coarse: float = 0.0
    """The share of those written again that are seen at few pixels."""


ALL_HANDS = Hands(WAYS, PENS, 1 / 2)
USUAL_HANDS = Hands(USUAL_WAYS, USUAL_PENS, 1 / 3, 0.3)
# In pixels, before they get MNIST's size.
_HEIGHT, _COARSE_HEIGHTS = 60, (7, 14)
_PENS = 0.03, 0.2


def add_hands(
    split: Split, share: float, seed: int | Sequence[int], hands: Hands = ALL_HANDS
) -> Split:
    """Add digits in other hands to a split, `share` of its number; the same seed gives the same."""
    count = round(share * len(split.labels))
    drawn = draw_ways(round(hands.drawn * count), seed, hands.ways, hands.pens)
    written = write_again(split, count - len(drawn.labels), seed, hands.coarse)
    return Split(*(np.concatenate(arrays) for arrays in zip(split, drawn, written, strict=True)))


def add_straight(split: Split, share: float, seed: int | Sequence[int]) -> Split:
    """Add digits of straight lines in thick pens, as a mouse draws them, `share` of its number."""
    drawn = draw_ways(round(share * len(split.labels)), seed, STRAIGHT, THICK_PENS)
    return Split(*(np.concatenate(arrays) for arrays in zip(split, drawn, strict=True)))


def write_again(split: Split, count: int, seed: int | Sequence[int], coarse: float = 0.0) -> Split:
    """Write `count` digits of a split again with pens whose stroke is even, a share `coarse` of
    them so small that their strokes run into each other.

    Their images are as MNIST's, uint8 (count, 28, 28).
    """
    random = np.random.default_rng(seed)
    chosen = random.integers(len(split.labels), size=count)
    images = []
    for image in split.images[chosen]:
        hand = draw_hand(random)._replace(pen=np.exp(random.uniform(*np.log(_PENS))))
        is_coarse = random.random() < coarse
        height = random.uniform(*_COARSE_HEIGHTS) if is_coarse else _HEIGHT
        coverage = write_digit(image, hand, height, random)
        images.append(normalise((255 * coverage).round().astype(np.uint8)))
    return Split(np.array(images, np.uint8).reshape(-1, 28, 28), split.labels[chosen])
