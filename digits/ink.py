"""Ink told from paper: whichever is darker, however the light falls, with specks and noise."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

# Ink is looked for in a picture of at most this many pixels a side: four times the 20 of a digit,
# even where it fills a third of the picture only.
MAX_SIDE = 256

# Shares of the strongest ink's contrast: an edge of a stroke, and what a stroke has somewhere.
_EDGE = 0.4
_CORE = 0.6
_LEAST_CONTRAST = 0.06
_LEAST_SHARE = 0.06
_NEIGHBOURS = np.ones((3, 3), bool)


def find_ink(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Tell ink from paper, whichever is darker and however the light falls.

    `image`: array of numbers (height, width). Returns a uint8 array (height, width), shrunk to at
    most 256 pixels a side: paper is 0 and the darkest ink 255, or all is 0 where there is no ink.
    """
    grey = _shrunk(_as_grey(image))
    low, high = float(grey.min()), float(grey.max())
    if high == low:
        return np.zeros(grey.shape, np.uint8)
    small = _thumbnail(grey)
    if is_paper_dark(small):
        grey, small = high + low - grey, high + low - small
    ink = np.clip(1 - (grey + 1) / (_paper(small, grey.shape) + 1), 0, 1)
    smooth = ndimage.uniform_filter(ink, 3)
    sample = np.abs(ink - smooth)[::3, ::3]
    noise = float(np.percentile(sample, 25)) / 0.32  # of a normal distribution
    peak = float(smooth.max())
    if peak < max(_LEAST_CONTRAST, 4 * noise):
        return np.zeros(grey.shape, np.uint8)
    labels, _ = ndimage.label(smooth > _EDGE * peak, _NEIGHBOURS)
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    large = areas >= _LEAST_SHARE * areas.max()
    strokes = large & (np.bincount(labels[smooth > _CORE * peak], minlength=len(areas)) > 0)
    # Where the darkest is a speck beside a faint digit, what is left is the digit.
    mask = (strokes if strokes.any() else large)[labels]
    # The rim of a stroke is lighter than the threshold, but belongs to it.
    rim = ndimage.maximum_filter(mask, 3)
    darkest = float(np.percentile(ink[mask], 90)) or peak
    result: NDArray[np.uint8] = (np.clip(ink / darkest, 0, 1) * rim * 255).round().astype(np.uint8)
    return result


def _as_grey(image: NDArray[Any]) -> NDArray[np.float32]:
    """Take numbers of any type to float32, 0 to 255; stretch them where they go beyond."""
    with np.errstate(over="ignore"):
        grey: NDArray[np.float32] = np.asarray(image, np.float32)
    if grey.min() >= 0 and grey.max() <= 255:
        return grey
    wide = np.nan_to_num(grey).astype(np.float64)
    wide -= wide.min()
    return np.asarray(wide / (wide.max() or 1) * 255, np.float32)


def _shrunk(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    factor = -(-max(grey.shape) // MAX_SIDE)
    return np.asarray(Image.fromarray(grey).reduce(factor)) if factor > 1 else grey


def is_paper_dark(grey: NDArray[Any]) -> bool:
    """Say whether paper is darker than ink: array (height, width).

    Most of a picture is paper, and towards its corners all the more: pixels are compared with the
    brightest and the darkest of their surroundings, which a shadow may cover with the paper.
    """
    small = _thumbnail(grey).astype(np.float32)
    size = max(3, round(0.8 * min(small.shape)))
    brightest, darkest = ndimage.maximum_filter(small, size), ndimage.minimum_filter(small, size)
    weights = np.multiply.outer(*(np.abs(np.linspace(-1, 1, length)) for length in small.shape))
    return float(((2 * small - brightest - darkest) * (weights + 0.3)).sum()) < 0


def _paper(small: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Estimate the brightness of the paper under the ink: the closing that no stroke survives.

    `small` is the thumbnail of a picture of `shape`. The edge of a shadow does survive, where it
    goes on beyond the picture as it does inside: hence the rim.
    """
    size = max(3, round(0.5 * min(small.shape)))
    rim = size // 2 + 1
    closed = ndimage.grey_closing(np.pad(small, rim, mode="edge"), (size, size), mode="nearest")
    paper = Image.fromarray(closed[rim:-rim, rim:-rim])
    return np.asarray(paper.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _thumbnail(grey: NDArray[Any]) -> NDArray[Any]:
    """Shrink an array (height, width) to at most 32 pixels a side."""
    scale = min(1, 32 / max(grey.shape))
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX))
