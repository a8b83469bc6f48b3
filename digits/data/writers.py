"""Labelled digits of several writers, split so that none is learned from and tested with."""

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digits.data.splits import SPLITS, Split
from digits.errors import DigitsError


class TooFewDigitsError(DigitsError):
    """Digits that are too few to be split."""


class Written(NamedTuple):
    """Digits, what they show and who wrote them."""

    digits: Split
    writers: NDArray[np.str_]
    """Array of shape (n,): a writer's name, or "" where it is not known."""


def split_by_writer(written: Written, parts: int, seed: int) -> dict[str, Split]:
    """Split digits into "test" and "val", about one of `parts` parts each, and "train".

    With three writers or more, all that a writer wrote is in one of the three. A writer, or a digit
    of nobody known, keeps the part whatever is added later: a model that was made before has not
    learned from what it is tested with. Raises TooFewDigitsError for one or two different digits.
    """
    digits = written.digits
    if not len(digits.labels):
        return dict.fromkeys(SPLITS, digits)
    by_writer = len(set(written.writers.tolist()) - {""}) >= len(SPLITS)
    # A digit stands for itself where no writer does: one that is there twice gets one part.
    keys = [
        writer.encode() if by_writer and writer else b"\0" + image.tobytes()
        for writer, image in zip(written.writers.tolist(), digits.images, strict=True)
    ]
    draws = np.array([_draw(key, seed) for key in keys])
    different = np.unique(draws)
    if len(different) < len(SPLITS):
        raise TooFewDigitsError(
            f"{len(keys)} own digits, {len(different)} of them different, are too few to learn, "
            "choose and test by: add pictures, or take all away"
        )
    first, second = (np.count_nonzero(different < share / parts) for share in (1, 2))
    first = np.clip(first, 1, len(different) - 2)
    second = np.clip(second, first + 1, len(different) - 1)
    part = np.digitize(draws, different[[first, second]])
    chosen = {name: part == number for number, name in enumerate(("test", "val", "train"))}
    return {name: Split(*(array[place] for array in digits)) for name, place in chosen.items()}


def _draw(key: bytes, seed: int) -> float:
    """Draw a number from 0 to 1, always the same one for a key and a seed."""
    digest = hashlib.sha256(seed.to_bytes(8) + key).digest()
    return int.from_bytes(digest[:8]) / 2**64
