"""From a picture to an answer: the one way for the command line, the app and the measurements."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digits.blobs import count_blobs
from digits.classifier import Classifier
from digits.image import Source, UnreadableImage, normalise, read_image
from digits.ink import find_ink


@dataclass(frozen=True)
class Reading:
    """What a picture shows, or why there is no answer."""

    prediction: int | None = None
    """The digit, 0 to 9."""
    confidence: float | None = None
    """The best guess's probability if it is a digit, 0 to 1."""
    probabilities: tuple[float, ...] | None = None
    """Of each of the ten digits."""
    reason: str | None = None
    """Why there is no prediction: "blank", "unreadable", "several_digits" or "not_a_digit"."""
    error: str | None = None
    """Of an unreadable picture, a sentence that says why and what to do."""
    digit: NDArray[np.uint8] | None = None
    """What the model saw: uint8 array (28, 28), ink bright."""
    digit_score: float | None = None
    """The higher, the more of a digit; the model's description states from where it is one."""
    count: int | None = None
    """How many separate things of a digit's size there are."""

    @property
    def best_guess(self) -> int | None:
        """The likeliest digit, also where that is too unlikely to be the prediction."""
        return None if self.probabilities is None else int(np.argmax(self.probabilities))


def read_digit(classifier: Classifier, source: Source) -> Reading:
    """Read the digit in a picture: a path, its bytes or a file object. Raises nothing."""
    return classify(classifier, prepare(source))


def prepare(source: Source) -> Reading:
    """Decode a picture and find the digit in it; `classify` does the rest."""
    try:
        ink = find_ink(read_image(source))
    except UnreadableImage as error:
        return Reading(reason="unreadable", error=str(error))
    digit, count = normalise(ink), count_blobs(ink)
    reason = "several_digits" if count > 1 else None if digit.any() else "blank"
    return Reading(reason=reason, digit=digit, count=count)


def classify(classifier: Classifier, reading: Reading) -> Reading:
    """Fill in the answer of a prepared reading, where there is a digit."""
    if reading.digit is None or reading.reason:
        return reading
    y_prob, scores = classifier.predict(reading.digit[np.newaxis])
    is_digit = bool(scores[0] >= classifier.digit_threshold)
    return replace(
        reading,
        prediction=int(y_prob[0].argmax()) if is_digit else None,
        confidence=float(y_prob[0].max()),
        probabilities=tuple(y_prob[0].tolist()),
        digit_score=float(scores[0]),
        reason=None if is_digit else "not_a_digit",
    )
