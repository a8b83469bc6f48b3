"""Ink told from paper: whichever is darker, however the light falls, with specks and noise."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

# Ink is looked for in a picture of at most this many pixels a side: four times the 20 of a digit,
# even where it fills a third of the picture only.
MAX_SIDE = 256
# Paper and light are seen well enough in a picture of at most this many.
_THUMBNAIL = 40

# Shares of the strongest ink's contrast: an edge of a stroke, and what a stroke has somewhere.
_EDGE = 0.4
_CORE = 0.6
_LEAST_CONTRAST = 0.06
_LEAST_SHARE = 0.06
_NEIGHBOURS = np.ones((3, 3), bool)
# Added to brightness before its logarithm is taken, or all but black would look like paper. And the
# least contrast of a pixel's surroundings, as a share of the highest. Chosen on validation digits.
_DARKEST, _LEAST_LIGHT = 160, 0.15


def find_ink(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Tell ink from paper, whichever is darker and however the light falls.

    `image`: array of numbers (height, width). Returns a uint8 array (height, width), shrunk to at
    most 256 pixels a side: paper is 0 and the darkest ink 255, or all is 0 where there is no ink.
    """
    grey = _as_grey(image)
    if max(grey.shape) > MAX_SIDE:
        grey = np.asarray(shrunk(Image.fromarray(grey), MAX_SIDE))
    small = thumbnail(Image.fromarray(grey))
    low, high = float(grey.min()), float(grey.max())
    result = np.zeros(grey.shape, np.uint8)
    if high == low:
        return result
    if is_paper_dark(small):
        grey, small = high + low - grey, high + low - small
    ink = (1 - (grey + 1) / _paper(small + 1, grey.shape)).clip(min=0)
    smooth = _averaged(ink)
    # Where it is stillest, since strokes may leave no more of a small picture; a tenth of a
    # standard normal distribution lies within 0.126.
    noise = _quantile(np.abs(ink[::3, ::3] - smooth[::3, ::3]), 0.1) / 0.126
    peak = float(smooth.max())
    if peak < max(_LEAST_CONTRAST, 4 * noise):
        return result
    box = _box(smooth > _EDGE * peak)
    ink, mask = ink[box], _strokes(smooth[box] / peak)
    darkest = _quantile(ink[mask], 0.9) or peak
    # The rim of a stroke is lighter than the threshold, but belongs to it.
    ink *= _averaged(mask.astype(np.float32)) > 0
    ink *= 255 / darkest
    result[box] = ink.clip(max=255).round()
    return result


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return where a mask that is not empty has anything, with a rim of one pixel."""
    box = Image.fromarray(mask.view(np.uint8)).getbbox()
    left, top, right, bottom = box  # type: ignore[misc]  # it isn't None
    return slice(max(top - 1, 0), bottom + 1), slice(max(left - 1, 0), right + 1)


def _strokes(smooth: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return where ink is: bool array like `smooth`, whose darkest pixel is 1."""
    labels, count = ndimage.label(smooth > _EDGE, _NEIGHBOURS)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    large = areas >= _LEAST_SHARE * areas.max()
    strokes = large & (np.bincount(labels[smooth > _CORE], minlength=count + 1) > 0)
    # Where the darkest is a speck beside a faint digit, what is left is the digit.
    mask: NDArray[np.bool_] = (strokes if strokes.any() else large).take(labels)
    return mask


def _averaged(pixels: NDArray[np.floating]) -> NDArray[np.floating]:
    """Average each pixel with its eight neighbours: SciPy's filter takes twice as long."""
    rows = np.concatenate([pixels[:1], pixels, pixels[-1:]])
    sums = rows[:-2] + rows[1:-1] + rows[2:]
    columns = np.concatenate([sums[:, :1], sums, sums[:, -1:]], axis=1)
    average: NDArray[np.floating] = (columns[:, :-2] + columns[:, 1:-1] + columns[:, 2:]) / 9
    return average


def _quantile(values: NDArray[np.floating], share: float) -> float:
    """Return the value that a share of the others lie below; NumPy's takes longer."""
    return float(np.sort(values, axis=None)[int(share * values.size)])


def _as_grey(image: NDArray[Any]) -> NDArray[np.float32]:
    """Take numbers of any type to float32, 0 to 255; stretch them where they go beyond."""
    with np.errstate(over="ignore"):
        grey: NDArray[np.float32] = np.asarray(image, np.float32)
    if grey.min() >= 0 and grey.max() <= 255:
        return grey
    wide = np.nan_to_num(grey).astype(np.float64)
    wide -= wide.min()
    return np.asarray(wide / (wide.max() or 1) * 255, np.float32)


def shrunk(image: Image.Image, side: int) -> Image.Image:
    """Average blocks of pixels until no side is longer than `side`."""
    factor = -(-max(image.size) // side)
    return image.reduce(factor) if factor > 1 else image


def thumbnail(image: Image.Image) -> NDArray[np.float32]:
    """Shrink a picture of one channel to what shows its paper: (height, width), 40 at most."""
    return np.asarray(shrunk(image, _THUMBNAIL), np.float32)


def is_paper_dark(small: NDArray[np.float32]) -> bool:
    """Say whether the paper of a thumbnail (height, width) is darker than the ink.

    Most of a picture is paper, and towards its corners all the more: each pixel says which of the
    brightest and the darkest of its surroundings it is nearer to. Light multiplies what a paper
    reflects, so that logarithms tell: in a shadow ink is as much darker as elsewhere.
    """
    light = np.log(small + _DARKEST)
    size = max(3, round(0.8 * min(light.shape)))
    brightest, darkest = ndimage.maximum_filter(light, size), ndimage.minimum_filter(light, size)
    contrast = brightest - darkest
    nearer = (2 * light - brightest - darkest) / contrast.clip(_LEAST_LIGHT * contrast.max() or 1)
    return float((nearer * _weights(*light.shape)).sum()) < 0


@cache
def _weights(height: int, width: int) -> NDArray[np.float32]:
    """Return how much each pixel says of the paper: most in the corners."""
    y, x = (np.abs(np.linspace(-1, 1, length, dtype=np.float32)) for length in (height, width))
    return np.multiply.outer(y, x) + np.float32(0.3)


def _paper(small: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Estimate the brightness of the paper under the ink: the closing that no stroke survives.

    `small` is the thumbnail of a picture of `shape`. The edge of a shadow does survive, where it
    goes on beyond the picture as it does inside: hence the rim.
    """
    rim = max(1, round(0.25 * min(small.shape)))
    size = 2 * rim + 1
    brightest = ndimage.maximum_filter(np.pad(small, rim, mode="edge"), size)
    closed = ndimage.minimum_filter(brightest, size)
    paper = Image.fromarray(closed[rim:-rim, rim:-rim])
    return np.asarray(paper.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
