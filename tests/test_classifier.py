"""A classifier that looks again at what it is not sure of, and answers that are sure enough."""

import numpy as np
import pytest
from scipy import ndimage
from sights import found

from digits.reading import digit_reader
from digits.reading.classifier import SURE, SURE_SCORE, Classifier
from digits.reading.digit_reader import read_digit
from digits.reading.evidence import Named, NamedNumber
from digits.reading.unread import Unread


@pytest.fixture(scope="module")
def classifier():
    return Classifier.load()


TWO_STEPS = [(-2, 0), (-1, -1), (-1, 1), (0, -2), (0, 2), (1, -1), (1, 1), (2, 0)]


def test_what_is_not_sure_has_the_mean_of_looks_at_nine_places(classifier, handwritten):
    images = handwritten.images
    logits, scores = classifier.look(images)
    looks = [classifier.look(ndimage.shift(images, (0, *m), order=0)) for m in TWO_STEPS]
    looks.append((logits, scores))
    mean_logits, mean_scores = (np.mean(parts, axis=0) for parts in zip(*looks, strict=True))
    temperature = classifier.description["temperature"]
    once, mean = (np.exp(each / temperature) for each in (logits, mean_logits))
    once, mean = (each / each.sum(axis=1, keepdims=True) for each in (once, mean))
    sure = (once.max(axis=1) >= SURE) & (scores <= SURE_SCORE)
    assert 0 < sure.sum() < len(sure)
    y_prob, found_scores = classifier.predict(images)
    expected = np.where(sure[:, np.newaxis], once, mean)
    np.testing.assert_allclose(y_prob, expected, atol=1e-4)
    np.testing.assert_allclose(found_scores, np.where(sure, scores, mean_scores), atol=1e-3)


@pytest.mark.parametrize(("probability", "expected"), [(0.6, None), (0.8, 7)])
def test_what_the_finder_sees_is_the_answer_if_it_is_likely_enough(
    monkeypatch, classifier, probability, expected
):
    y_prob = np.full(10, (1 - probability) / 9, np.float32)
    y_prob[7] = probability
    digit = Named(found(40, 40), np.zeros((28, 28), np.uint8), y_prob, 0.0)
    number = NamedNumber([digit], Unread(0, 0, 0))
    monkeypatch.setattr(digit_reader, "name_numbers", lambda *_: [number])
    cross = np.full((120, 120), 255, np.uint8)
    cross[20:100, 55:65] = cross[55:65, 20:100] = 0
    reading = read_digit(cross, classifier)
    assert reading.prediction == expected
    assert reading.reason == (None if expected else "not_a_digit")
