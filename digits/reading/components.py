"""How many connected components of a digit's size there are in a picture's ink."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

SIDE = 64
# Pieces nearer than this share of the ink's longer side are one: strokes that don't meet.
GAP = 0.06
# A piece less high than this share of the tallest is a dot or a bar, no digit of its own.
LEAST_HEIGHT = 0.5
_INK = 64


def count_components(ink: NDArray[np.uint8]) -> int:
    """Count the components of what `find_ink` returns: uint8 array (height, width).

    Strokes of one digit that don't quite meet are one, and what is small beside the largest is
    none. Returns 0 where there is no ink.
    """
    image = Image.fromarray(ink)
    box = image.getbbox()
    if box is None:
        return 0
    image = image.crop(box)
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=None)
    mask = np.asarray(image) > _INK
    if ndimage.label(mask)[1] < 2:
        return 1
    reach = max(1, round(GAP * max(image.size) / 2))
    joined = ndimage.maximum_filter(mask, 2 * reach + 1)
    labels, _ = ndimage.label(joined)
    labels[~mask] = 0
    found = [piece for piece in ndimage.find_objects(labels) if piece]
    heights = np.array([rows.stop - rows.start for rows, _ in found])
    return int((heights >= LEAST_HEIGHT * heights.max(initial=1)).sum())
