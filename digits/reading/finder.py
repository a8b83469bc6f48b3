"""The network that finds digits: where their ink is, where its centre, and what it looks like."""

import numpy as np
from numpy.typing import NDArray

from digits.reading.network import Network

# A cell of the network's answer is so many pixels wide and high.
CELL = 2
# Of a cell: logits of none, the ten digits and print, of a centre, and the way there (x, y).
CHANNELS = 15
DIGITS = slice(1, 11)
# Counted from the end: models that don't know print are read, too.
CENTER = -3
# In how many pixels the way to the centre is told.
OFFSET_UNIT = 16.0
# The sides of what the network looks at are multiples of this.
MULTIPLE = 16
_LEAST_DEVIATION = 6.0

Answer = NDArray[np.float32]


class Finder:
    """The exported network, ready to look; one object serves any number of threads."""

    def __init__(self, model: bytes) -> None:
        self._network = Network(model)

    def look(self, page: NDArray[np.uint8]) -> Answer:
        """Look at a grey page: uint8 array (height, width), sides multiples of 16.

        Returns a float32 array (height / 2, width / 2, CHANNELS).
        """
        (answers,) = self._network.run(_standardised(page)[np.newaxis, ..., np.newaxis])
        answer: Answer = answers[0]
        return answer


def _standardised(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    pixels = page.astype(np.float32)
    result: NDArray[np.float32] = (pixels - pixels.mean()) / max(
        float(pixels.std()), _LEAST_DEVIATION
    )
    return result
