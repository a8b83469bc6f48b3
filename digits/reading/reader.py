"""From a picture, all of whose ink is a digit, to an answer: `prepare`, then `classify`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digits.reading.classifier import SURE, SURE_SCORE, Classifier
from digits.reading.components import count_components
from digits.reading.image import Source, UnreadableImage, read_image
from digits.reading.ink import find_ink
from digits.reading.normalisation import normalise


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
    """Why there is no prediction: "blank", "unreadable", "several_digits", "not_a_digit" or
    "ambiguous", where no digit is likelier than all the others together."""
    error: str | None = None
    """Of an unreadable picture, a sentence that says why and what to do."""
    digit: NDArray[np.uint8] | None = None
    """What the model saw: uint8 array (28, 28), ink bright."""
    ood_score: float | None = None
    """The higher, the less of a digit; up to the model's `ood_threshold` it is taken for one, and
    beyond it where the finder sees one."""
    count: int | None = None
    """How many connected components of a digit's size there are, or how many digits were found."""
    found: bool = False
    """Whether other things are on the picture, among which it was found."""

    @property
    def best_guess(self) -> int | None:
        """The likeliest digit, also where that is too unlikely to be the prediction."""
        return None if self.probabilities is None else int(np.argmax(self.probabilities))

    @property
    def is_sure(self) -> bool:
        """Whether all ink is a digit so surely that there is nothing else to look for."""
        return (
            self.reason is None
            and self.confidence is not None
            and self.ood_score is not None
            and self.confidence >= SURE
            and self.ood_score <= SURE_SCORE
        )


def prepare(sources: Sequence[Source]) -> list[Reading]:
    """Decode pictures and find the digits in them; `classify` does the rest.

    Every picture is taken through one step before any goes on to the next: what a step needs stays
    in the processor's caches.
    """
    return [to_reading(ink) for ink in find_inks([decode(source) for source in sources])]


def find_inks(
    pictures: Sequence[NDArray[np.float32] | UnreadableImage],
) -> list[NDArray[np.uint8] | UnreadableImage]:
    """Tell ink from paper on each picture that could be decoded."""
    return [
        picture if isinstance(picture, UnreadableImage) else find_ink(picture)
        for picture in pictures
    ]


def decode(source: Source) -> NDArray[np.float32] | UnreadableImage:
    """Return what `read_image` returns, or why it can't."""
    try:
        return read_image(source)
    except UnreadableImage as error:
        return error


def to_reading(ink: NDArray[np.uint8] | UnreadableImage) -> Reading:
    """Return what is to be classified of a picture's ink, or why there is nothing."""
    if isinstance(ink, UnreadableImage):
        return Reading(reason="unreadable", error=str(ink))
    return _found(normalise(ink), count_components(ink))


def to_readings(digits: NDArray[np.uint8], counts: NDArray[np.integer]) -> list[Reading]:
    """Return what `prepare` made of pictures from what was kept of it: the `digit` of each, uint8
    array (n, 28, 28), and its `count`, array (n,)."""
    return [_found(digit, int(count)) for digit, count in zip(digits, counts, strict=True)]


def _found(digit: NDArray[np.uint8], count: int) -> Reading:
    reason = "several_digits" if count > 1 else None if digit.any() else "blank"
    return Reading(reason=reason, digit=digit, count=count)


def classify(classifier: Classifier, readings: Sequence[Reading]) -> list[Reading]:
    """Fill in the answers of prepared readings, all at once, where there is a digit."""
    digits = [reading.digit for reading in readings if reading.reason is None]
    y_prob, scores = classifier.predict(np.array(digits, np.uint8).reshape(-1, 28, 28))
    answers = zip(y_prob, scores, strict=True)
    return [
        reading if reading.reason else _answered(reading, *next(answers), classifier.ood_threshold)
        for reading in readings
    ]


def _answered(
    reading: Reading, y_prob: NDArray[np.float32], score: np.float32, threshold: float
) -> Reading:
    confidence = float(y_prob.max())
    reason = "not_a_digit" if score > threshold else "ambiguous" if confidence < 0.5 else None
    return replace(
        reading,
        prediction=None if reason else int(y_prob.argmax()),
        confidence=confidence,
        probabilities=tuple(y_prob.tolist()),
        ood_score=float(score),
        reason=reason,
    )
