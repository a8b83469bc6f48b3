"""A digit that was found, and how its box lies to others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from digits.reading.instances import Box, Instance
from digits.reading.view import View

Side = TypeVar("Side", int, float)


@dataclass(frozen=True, eq=False)
class Found:
    """A digit where it is on a picture."""

    seen: Instance
    """The digit, as the finder has seen it."""
    view: View
    """The picture, as it was looked at."""
    scale: float
    """Pixels of that look for one of the view."""
    corner: tuple[float, float]
    """Where the look's left top corner is, in pixels of the view."""
    afar: "Found | None" = None
    """A digit of the same line, as it was seen from afar; None for what is seen from there."""

    @cached_property
    def box(self) -> Box:
        """Left, top, right, bottom in pixels of the view."""
        left, top, right, bottom = (side / self.scale for side in self.seen.box)
        x, y = self.corner
        return left + x, top + y, right + x, bottom + y

    @property
    def place(self) -> Box:
        """Its box in pixels of the picture."""
        return self.view.to_picture(self.box)

    @property
    def height(self) -> float:
        """How high it is in pixels of the view."""
        return self.seen.height / self.scale

    @property
    def heat(self) -> float:
        """The probability that a digit's centre is there."""
        return self.seen.heat

    @property
    def logits(self) -> NDArray[np.float32]:
        """What the finder takes it for: float32 array (10,)."""
        return self.seen.logits


def astray(own: Box, box: Box) -> float:
    """Return how far a box is from another at the side where they differ most, as a share
    of the other's longer side."""
    size = max(box[2] - box[0], box[3] - box[1])
    return max(abs(one - other) for one, other in zip(own, box, strict=True)) / size


def around(boxes: Sequence[tuple[Side, Side, Side, Side]]) -> tuple[Side, Side, Side, Side]:
    """Return the box around some (left, top, right, bottom)."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over the union of two boxes (left, top, right, bottom)."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (one, other)]
    return width * height / (sum(areas) - width * height)
