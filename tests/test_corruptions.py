"""Some digits in each corruption: what breaks the reading of shadows, pens or paper fails here."""

import numpy as np
import pytest

from digits.data.scenes import Scene, draw
from digits.evaluation.corruptions import CORRUPTIONS
from digits.reading.classifier import Classifier
from digits.reading.image import read_image, to_mnist

DIGITS = 20
# Another model may lose one or two; a way of reading that breaks loses most.
LEAST = 0.8


@pytest.fixture(scope="module")
def classifier():
    return Classifier.load()


@pytest.fixture(scope="module")
def easy(handwritten, classifier):
    """Digits that the model reads as they are: what is lost after that, the way there lost."""
    y_prob = classifier.predict_proba(handwritten.images)
    sure = (y_prob.max(axis=1) > 0.9) & (y_prob.argmax(axis=1) == handwritten.labels)
    return handwritten.images[sure][:DIGITS], handwritten.labels[sure][:DIGITS]


@pytest.mark.parametrize("severity", ["mild", "middle"])
@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_digits_are_read_in_a_situation(easy, classifier, corruption, severity):
    images, labels = easy
    random = np.random.default_rng(1)
    make = CORRUPTIONS[corruption][severity]
    found = [to_mnist(read_image(draw(image, make(random), random))) for image in images]
    y_pred = classifier.predict_proba(np.stack(found)).argmax(axis=1)
    assert (y_pred == labels).mean() >= LEAST


def test_the_same_digit_is_found_whatever_the_paper(easy):
    """No model: what is found on a blackboard, in a shadow and in colour is what was drawn."""
    random = np.random.default_rng(1)
    for image in easy[0][:5]:
        plain = to_mnist(read_image(draw(image, Scene(), random))).astype(float)
        for corruption in ("inverted", "shadow", "coloured", "ruled", "small"):
            scene = CORRUPTIONS[corruption]["middle"](random)
            found = to_mnist(read_image(draw(image, scene, random)))
            assert np.minimum(plain, found).sum() / np.maximum(plain, found).sum() > 0.5, corruption
