"""MNIST's size and place for ink, however large it is and wherever."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def normalise(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Size and place a digit as MNIST does: uint8 array (height, width), ink bright → (28, 28).

    The ink's box becomes a square, its longer side 20 pixels, stretched to 255, with the centre of
    mass on the centre (LeCun et al., 1998; Yadav and Bottou's reconstruction for QMNIST, 2019).
    """
    result = np.zeros((28, 28), np.uint8)
    image = Image.fromarray(ink)
    box = image.getbbox()
    if box is None:
        return result
    image = image.crop(box)
    side = max(image.size)
    square = Image.new("L", (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    # Averaged as it shrinks; a tiny digit grows by interpolation, or its pixels would stay squares.
    resampling = Image.Resampling.BOX if side >= 20 else Image.Resampling.BILINEAR
    small = np.asarray(square.resize((20, 20), resampling), np.float64)
    if not small.any():  # specks that are lost as they shrink
        return result
    small *= 255 / small.max()
    total, places = small.sum(), np.arange(20)
    centers = (float(small.sum(axis=axis) @ places / total) for axis in (1, 0))
    y, x = (min(max(round(13.5 - center), 0), 8) for center in centers)
    result[y : y + 20, x : x + 20] = small.round()
    return result
