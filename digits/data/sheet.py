"""A sheet: the ink of digits on its way to a page, and whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.data.handwriting import Coverage, Glyph
from digits.data.pages import IGNORED, MOST_DIGITS

# A digit less of which can be seen than this share of its ink is none to learn from.
LEAST_SEEN = 0.6


@dataclass
class Sheet:
    """Ink on its way to a page: the digits and where each is."""

    width: int
    height: int
    ink: Coverage = field(init=False)
    """float32 array (height, width): how much of each pixel is ink of digits, 0 to 1."""
    owners: NDArray[np.uint8] = field(init=False)
    """uint8 array (height, width): whose ink it is, counted from 1; 0 none's, 255 of one that is
    cut off."""
    digits: list[tuple[int, float, float, float, float]] = field(default_factory=list)
    """Of each its label, left, top, right, bottom."""
    numbers: list[list[int]] = field(default_factory=list)
    """The digits of each number, by their places in `digits`."""
    cells: list[tuple[float, float, float, float]] = field(default_factory=list)
    """A form's boxes: left, top, right, bottom of each."""
    words: list[tuple[float, float]] = field(default_factory=list)
    """Where words stand between numbers: left and top of each."""

    def __post_init__(self) -> None:
        self.ink = np.zeros((self.height, self.width), np.float32)
        self.owners = np.zeros((self.height, self.width), np.uint8)

    def add(self, coverage: Coverage, x: float, y: float, label: int) -> None:
        """Lay a digit's ink on the sheet, its left top corner at (x, y)."""
        left, top = round(x), round(y)
        height, width = coverage.shape
        rows = slice(max(top, 0), min(top + height, self.height))
        columns = slice(max(left, 0), min(left + width, self.width))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        part = coverage[
            rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ]
        seen = float(part.sum()) >= LEAST_SEEN * float(coverage.sum())
        seen = seen and len(self.digits) < MOST_DIGITS
        owner = IGNORED
        if seen:
            self.digits.append((label, left, top, left + width, top + height))
            owner = len(self.digits)
        ink = self.ink[rows, columns]
        nearest = (part > 0.3) | (part > 0.5 * part.max(initial=0))
        self.owners[rows, columns][nearest & (part >= ink)] = owner
        np.maximum(ink, part, out=ink)


def to_cells(owners: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return whose most of the ink in two by two pixels is: (h, w) → (h / 2, w / 2)."""
    height, width = owners.shape
    four = owners.reshape(height // 2, 2, width // 2, 2).swapaxes(1, 2)
    four = np.sort(four.reshape(height // 2, width // 2, 4), axis=-1)
    last, first = four[..., 3], np.where(four > 0, four, IGNORED).min(axis=-1)
    of_last = (four == last[..., np.newaxis]).sum(axis=-1)
    mostly = np.where(2 * of_last >= (four > 0).sum(axis=-1), last, first)
    return np.where(last == 0, 0, mostly).astype(np.uint8)


def to_table(sheet: Sheet) -> NDArray[np.float32]:
    table = np.zeros((MOST_DIGITS, 4), np.float32)
    for row, (label, left, top, right, bottom) in zip(table, sheet.digits, strict=False):
        row[:] = label, (left + right) / 2, (top + bottom) / 2, bottom - top
    return table


def place(
    sheet: Sheet, glyphs: Sequence[tuple[Glyph, float, float]], scale: float, x: float, y: float
) -> None:
    first = len(sheet.digits)
    for glyph, left, top in glyphs:
        coverage = glyph.coverage
        if scale != 1:
            size = (
                max(1, round(coverage.shape[1] * scale)),
                max(1, round(coverage.shape[0] * scale)),
            )
            coverage = np.asarray(Image.fromarray(coverage).resize(size, Image.Resampling.BILINEAR))
        sheet.add(coverage, x + left * scale, y + top * scale, glyph.label)
    if len(sheet.digits) > first:
        sheet.numbers.append(list(range(first, len(sheet.digits))))
