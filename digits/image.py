"""Any picture to MNIST's size and place."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage


def normalise(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Size and place a digit as MNIST does: uint8 array (height, width), ink bright → (28, 28).

    The ink's box becomes a square, its longer side 20 pixels, stretched to 255, with the centre of
    mass on the centre (LeCun et al., 1998; Yadav and Bottou's reconstruction for QMNIST, 2019).
    """
    result = np.zeros((28, 28), np.uint8)
    if not ink.any():
        return result
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(*box.shape)
    square = np.zeros((side, side), np.uint8)
    square[: box.shape[0], : box.shape[1]] = box
    small = np.asarray(Image.fromarray(square).resize((20, 20), Image.Resampling.BOX), np.float64)
    small *= 255 / small.max()
    y, x = (round(13.5 - c) for c in ndimage.center_of_mass(small))
    y, x = min(max(y, 0), 8), min(max(x, 0), 8)
    result[y : y + 20, x : x + 20] = small.round()
    return result
