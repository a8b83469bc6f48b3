"""Calibration figures against values worked out by hand."""

import numpy as np
import pytest

from digits.evaluation.calibration import expected_calibration_error, fit_temperature, reliability


def test_perfect_and_worst_confidence():
    assert expected_calibration_error([1.0, 1.0], [True, True]) == 0
    assert expected_calibration_error([1.0, 1.0], [False, False]) == 1


def test_bins_are_weighted_by_count():
    confidence = [0.9, 0.9, 0.9, 0.5]
    correct = [True, True, False, True]
    # Three at 0.9 with 2/3 right, one at 0.5 that is right.
    expected = (3 * abs(0.9 - 2 / 3) + 1 * 0.5) / 4
    assert expected_calibration_error(confidence, correct) == pytest.approx(expected)


def test_bins_hold_everything():
    confidence = np.linspace(0, 1, 1001)
    bins = reliability(confidence, confidence > 0.5)
    assert bins.counts.sum() == 1001
    assert np.all(np.diff(bins.confidence) > 0)


def test_the_temperature_takes_back_what_logits_were_multiplied_by():
    random = np.random.default_rng(1)
    logits = random.normal(0, 2, (20_000, 10))
    # The largest of logits with Gumbel noise is a draw from their softmax (Gumbel 1954).
    labels = (logits + random.gumbel(size=logits.shape)).argmax(axis=1)
    assert fit_temperature(logits, labels) == pytest.approx(1, abs=0.03)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3, abs=0.1)
