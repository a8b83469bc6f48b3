"""From a picture to the digit on it: `read_digit`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digits.reading.classifier import Classifier, load_cached
from digits.reading.evidence import Named, NamedNumber
from digits.reading.found import Found, astray
from digits.reading.image import Source, UnreadableImage
from digits.reading.naming import name_numbers
from digits.reading.reader import Reading, classify, decode, find_inks, to_reading
from digits.reading.search import first_look

# How far a digit's box is from the ink's, as a share of its size: at most, if it is all of the ink
# as it is seen from afar; at least, if other things are on the picture.
_NEAR, _ELSEWHERE = 0.35, 0.2
# What has to speak for a digit, as a logarithm of odds: less than elsewhere, since there should be
# one. For one beside which doubtful ones don't count. And how likely an answer has to be that takes
# the place of the first.
_NEEDED, _SURE_BESIDE, _NEEDED_PROBABILITY = -1.6, 2.2, 0.75


def read_digit(source: Source, classifier: Classifier | None = None) -> Reading:
    """Read the digit in a picture, with the `default_model` unless another is given.

    `source`: a path; bytes or any other buffer; a binary file, read from where it stands; a Pillow
    image; or an array as `read_image` takes it. A picture that can't be read is a reading, too.
    Raises TypeError for what is no picture at all, and ModelError where there is no model.
    """
    return read_digits(classifier or load_cached(), [source])[0]


def read_digits(classifier: Classifier, sources: Sequence[Source]) -> list[Reading]:
    """Read the digit in each picture: what `read_digit` does, in less time for many.

    All the ink on a picture is taken for a digit. Unless that is sure, the finder looks, too: where
    it sees another digit, or one that is not all the ink, it tells where it is among other things.
    """
    pictures = [decode(source) for source in sources]
    inks = find_inks(pictures)
    readings = classify(classifier, [to_reading(ink) for ink in inks])
    return [
        reading
        if isinstance(picture, UnreadableImage) or isinstance(ink, UnreadableImage)
        else _checked(classifier, picture, ink, reading)
        for picture, ink, reading in zip(pictures, inks, readings, strict=True)
    ]


def _checked(
    classifier: Classifier,
    picture: NDArray[np.float32],
    ink: NDArray[np.uint8],
    reading: Reading,
) -> Reading:
    """Look for a digit among other things, unless a picture's ink surely is one, or one that the
    finder sees, too."""
    box = Image.fromarray(ink).getbbox()
    if box is None or reading.is_sure:
        return reading
    grey = picture.round().astype(np.uint8)
    if reading.prediction is not None:
        seen = first_look(classifier.finder, grey)
        if len(seen) != 1 or _is_same(seen[0], box, reading.prediction):
            return reading
    digits = _likely(name_numbers(classifier, grey, ink, _NEEDED))
    if not digits:
        return reading
    if len(digits) > 1:
        return Reading(reason="several_digits", count=len(digits), found=True)
    seen_closer, image, y_prob, score = digits[0]
    prediction = int(y_prob.argmax())
    if prediction == reading.prediction or y_prob.max() < _NEEDED_PROBABILITY:
        return reading
    return Reading(
        prediction=prediction,
        confidence=float(y_prob.max()),
        probabilities=tuple(y_prob.tolist()),
        digit=image,
        ood_score=score,
        count=1,
        found=astray(seen_closer.place, box) >= _ELSEWHERE,
    )


def _likely(numbers: list[NamedNumber]) -> list[Named]:
    """Return the digits of the numbers on a picture, without those that are doubtful beside a sure
    one: where one digit is asked for, a part of a line is none."""
    sure = [number for number in numbers if number.log_odds >= _SURE_BESIDE]
    return [digit for number in sure or numbers for digit in number.digits]


def _is_same(seen: Found, box: tuple[int, int, int, int], prediction: int) -> bool:
    """Whether a digit that the finder sees from afar is what was read of all the ink in a box."""
    return astray(seen.place, box) < _NEAR and seen.logits.argmax() == prediction
