"""From a picture to an answer: the one way for the command line, the app and the measurements."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.reading.classifier import Classifier, load_cached
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
    """Why there is no prediction: "blank", "unreadable", "several_digits" or "not_a_digit"."""
    error: str | None = None
    """Of an unreadable picture, a sentence that says why and what to do."""
    digit: NDArray[np.uint8] | None = None
    """What the model saw: uint8 array (28, 28), ink bright."""
    ood_score: float | None = None
    """The higher, the less of a digit; up to the model's `ood_threshold` it is taken for one."""
    count: int | None = None
    """How many connected components of a digit's size there are, or how many digits were found."""
    found: bool = False
    """Whether other things are on the picture, among which it was found."""

    @property
    def best_guess(self) -> int | None:
        """The likeliest digit, also where that is too unlikely to be the prediction."""
        return None if self.probabilities is None else int(np.argmax(self.probabilities))


def read_digit(source: Source, classifier: Classifier | None = None) -> Reading:
    """Read the digit in a picture, with the `default_model` unless another is given.

    `source`: a path; bytes or any other buffer; a binary file, read from where it stands; a Pillow
    image; or an array as `read_image` takes it. A picture that can't be read is a reading, too.
    Raises TypeError for what is no picture at all, and ModelError where there is no model.
    """
    return read_digits(classifier or load_cached(), [source])[0]


def read_digits(classifier: Classifier, sources: Sequence[Source]) -> list[Reading]:
    """Read the digit in each picture: what `read_digit` does, in less time for many.

    All the ink on a picture is taken for a digit. Where that is none, or where the finder sees a
    digit that is not all the ink, the finder tells where it is among other things.
    """
    pictures = [_decoded(source) for source in sources]
    inks = _find_inks(pictures)
    readings = classify(classifier, [_prepared(ink) for ink in inks])
    return [
        reading
        if isinstance(picture, UnreadableImage) or isinstance(ink, UnreadableImage)
        else _checked(classifier, picture, ink, reading)
        for picture, ink, reading in zip(pictures, inks, readings, strict=True)
    ]


def prepare(sources: Sequence[Source]) -> list[Reading]:
    """Decode pictures and find the digits in them; `classify` does the rest.

    Every picture is taken through one step before any goes on to the next: what a step needs stays
    in the processor's caches.
    """
    return [_prepared(ink) for ink in _find_inks([_decoded(source) for source in sources])]


def _find_inks(
    pictures: Sequence[NDArray[np.float32] | UnreadableImage],
) -> list[NDArray[np.uint8] | UnreadableImage]:
    return [
        picture if isinstance(picture, UnreadableImage) else find_ink(picture)
        for picture in pictures
    ]


def _decoded(source: Source) -> NDArray[np.float32] | UnreadableImage:
    try:
        return read_image(source)
    except UnreadableImage as error:
        return error


def _prepared(ink: NDArray[np.uint8] | UnreadableImage) -> Reading:
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
    is_digit = bool(score <= threshold)
    return replace(
        reading,
        prediction=int(y_prob.argmax()) if is_digit else None,
        confidence=float(y_prob.max()),
        probabilities=tuple(y_prob.tolist()),
        ood_score=float(score),
        reason=None if is_digit else "not_a_digit",
    )


def _checked(
    classifier: Classifier,
    picture: NDArray[np.float32],
    ink: NDArray[np.uint8],
    reading: Reading,
) -> Reading:
    """Look for a digit among other things where a picture's ink as a whole seems to be none."""
    if reading.reason == "blank":
        return reading
    # Most pictures hold a digit alone, and need no more than a look.
    from digits.reading.number_reader import name_numbers
    from digits.reading.search import first_look, is_at

    grey = picture.round().astype(np.uint8)
    if reading.prediction is not None:
        seen = first_look(classifier.finder, grey)
        box = Image.fromarray(ink).getbbox()
        if len(seen) != 1 or box is None or is_at(seen[0], box):
            return reading
    digits = [digit for number in name_numbers(classifier, grey) for digit in number]
    if not digits:
        return reading
    if len(digits) > 1:
        return Reading(reason="several_digits", count=len(digits), found=True)
    found, y_prob, score = digits[0]
    return Reading(
        prediction=int(y_prob.argmax()),
        confidence=float(y_prob.max()),
        probabilities=tuple(y_prob.tolist()),
        digit=found.image,
        ood_score=score,
        count=1,
        found=True,
    )
