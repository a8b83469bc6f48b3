"""From a picture to an answer: the one way for the command line, the app and the measurements."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digits.classifier import Classifier
from digits.image import Source, UnreadableImage, read_image, to_mnist


@dataclass(frozen=True)
class Reading:
    """What a picture shows, or why there is no answer."""

    prediction: int | None = None
    """The digit, 0 to 9."""
    confidence: float | None = None
    """Its probability, 0 to 1."""
    probabilities: tuple[float, ...] | None = None
    """Of each of the ten digits."""
    reason: str | None = None
    """Why there is no prediction: "blank" or "unreadable"."""
    error: str | None = None
    """Of an unreadable picture, a sentence that says why and what to do."""
    digit: NDArray[np.uint8] | None = None
    """What the model saw: uint8 array (28, 28), ink bright."""


def read_digit(classifier: Classifier, source: Source) -> Reading:
    """Read the digit in a picture: a path, its bytes or a file object. Raises nothing."""
    return classify(classifier, prepare(source))


def prepare(source: Source) -> Reading:
    """Decode a picture and find the digit in it; `classify` does the rest."""
    try:
        digit = to_mnist(read_image(source))
    except UnreadableImage as error:
        return Reading(reason="unreadable", error=str(error))
    return Reading(reason=None if digit.any() else "blank", digit=digit)


def classify(classifier: Classifier, reading: Reading) -> Reading:
    """Fill in the answer of a prepared reading, where there is a digit."""
    if reading.digit is None or reading.reason:
        return reading
    y_prob = classifier.predict_proba(reading.digit[np.newaxis])[0]
    return replace(
        reading,
        prediction=int(y_prob.argmax()),
        confidence=float(y_prob.max()),
        probabilities=tuple(y_prob.tolist()),
    )
