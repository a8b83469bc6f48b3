"""How far a classifier's confidence agrees with how often it is right, and how to make it agree."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

BINS = 15


class Reliability(NamedTuple):
    """Predictions counted by confidence: arrays of shape (BINS,), equal steps from 0 to 1."""

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    """Mean confidence; 0 where a bin is empty."""
    accuracy: NDArray[np.float64]
    """Share that is right; 0 where a bin is empty."""


def reliability(confidence: ArrayLike, correct: ArrayLike) -> Reliability:
    """Count predictions by confidence: arrays (n,) of confidences, and whether each is right."""
    confidence, correct = np.asarray(confidence, np.float64), np.asarray(correct, np.float64)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    divisor = np.maximum(counts, 1)
    return Reliability(
        counts,
        np.bincount(bins, confidence, BINS) / divisor,
        np.bincount(bins, correct, BINS) / divisor,
    )


def expected_calibration_error(confidence: ArrayLike, correct: ArrayLike) -> float:
    """Return the mean distance between confidence and accuracy over the bins, weighted by count.

    As in Guo et al., "On Calibration of Modern Neural Networks" (2017), with 15 bins.
    """
    bins = reliability(confidence, correct)
    return float(np.average(np.abs(bins.confidence - bins.accuracy), weights=bins.counts))


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """Return what to divide logits (n, 10) by, so that they are likeliest for the labels (n,).

    From a quarter to four (temperature scaling, Guo et al. 2017).
    """
    logits, labels = np.asarray(logits, np.float64), np.asarray(labels, np.intp)
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(scaled[rows, labels].mean())

    limit = np.log(4)
    return float(np.exp(minimize_scalar(loss, bounds=(-limit, limit), method="bounded").x))
