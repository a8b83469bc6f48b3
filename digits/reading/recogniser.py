"""The network that reads a line of digits as a whole, and what its answer says.

It is trained with connectionist temporal classification (CTC; Graves et al., 2006): each column of
a line is said to hold a digit or nothing, and a digit in several columns on end is one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits.reading.network import Network

# Lines are so high, and a digit in one, in pixels.
HEIGHT, DIGIT_HEIGHT = 32, 20
# A column of the answer is so many pixels wide. Of it: logits of the ten digits and of nothing.
COLUMN, CLASSES, BLANK = 2, 11, 10
# The network sees lines whose width is a multiple of this.
MULTIPLE = 32

LogProb = NDArray[np.float32]


class Recogniser:
    """The exported network, ready to look; one object serves any number of threads."""

    def __init__(self, model: bytes) -> None:
        self._network = Network(model)

    def look(self, line: NDArray[np.uint8]) -> LogProb:
        """Look at a line: uint8 array (HEIGHT, width), ink bright, the brightest 255.

        Returns the logarithms of each column's probabilities: float32 array (width / COLUMN,
        CLASSES); its last columns may belong to what was added to the width.
        """
        width = -(-line.shape[1] // MULTIPLE) * MULTIPLE
        pixels = np.zeros((1, HEIGHT, width, 1), np.float32)
        pixels[0, :, : line.shape[1], 0] = line
        (output,) = self._network.run(pixels)
        logits = output.reshape(-1, CLASSES)
        logits = logits - logits.max(axis=1, keepdims=True)
        return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), np.float32)


class Seen(NamedTuple):
    """A digit in a line."""

    prediction: int
    place: float
    """Its middle, in pixels of the line."""
    evidence: NDArray[np.float32]
    """float32 array (10,): how much speaks for each digit, logarithms."""


def best_path(log_prob: LogProb) -> list[Seen]:
    """Return the digits of the likeliest path through the columns."""
    path = log_prob.argmax(axis=1)
    starts = np.flatnonzero(np.diff(path, prepend=BLANK))
    ends = np.append(starts, len(path))[1:]
    return [
        Seen(
            int(path[start]),
            COLUMN * (start + end) / 2,
            np.log(np.exp(log_prob[start:end, :BLANK]).mean(axis=0) + 1e-6),
        )
        for start, end in zip(starts, ends, strict=True)
        if path[start] != BLANK
    ]


def log_likelihood(log_prob: LogProb, digits: list[int]) -> float:
    """Return the logarithm of the probability that a line's digits are these: the sum over all
    paths, by the forward algorithm."""
    labels = np.full(2 * len(digits) + 1, BLANK)
    labels[1::2] = digits
    # From a digit to the next without a blank between them, unless they are the same.
    skips = np.zeros(len(labels), bool)
    skips[3::2] = labels[3::2] != labels[1:-2:2]
    alpha = np.full(len(labels), -np.inf)
    alpha[0] = 0
    for column in log_prob.astype(np.float64):
        stay, step, skip = alpha, np.roll(alpha, 1), np.roll(alpha, 2)
        step[0], skip[~skips] = -np.inf, -np.inf
        alpha = np.logaddexp(np.logaddexp(stay, step), skip) + column[labels]
    return float(np.logaddexp.reduce(alpha[-2:]))
