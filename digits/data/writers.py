"""Labelled digits of several writers, split so that none is learned from and tested with."""

import warnings
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

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
    """Split digits into "test" and "val", one of `parts` equal parts each, and "train".

    Every part has each class in the same proportion. With three writers or more, all that a writer
    wrote is in one of the three. Raises TooFewDigitsError where there are too few digits.
    """
    total = len(written.digits.labels)
    if not total:
        return dict.fromkeys(SPLITS, written.digits)
    groups = _groups(written.writers)
    by_writer = len(set(written.writers.tolist()) - {""}) >= len(SPLITS)
    most = len(np.unique(groups)) if by_writer else int(np.bincount(written.digits.labels).max())
    if most < len(SPLITS):
        raise TooFewDigitsError(
            f"{total} labelled digits are too few to learn, choose and test by: add pictures until "
            f"there are {parts} or more of each digit"
        )
    splitter = StratifiedGroupKFold if by_writer else StratifiedKFold
    folds = splitter(min(parts, most), shuffle=True, random_state=seed)
    with warnings.catch_warnings(action="ignore"):  # that some digit is rare, or not there
        places = [fold for _, fold in folds.split(groups, written.digits.labels, groups)]
    chosen = {"test": places[0], "val": places[1], "train": np.sort(np.concatenate(places[2:]))}
    return {
        name: Split(*(array[place] for array in written.digits)) for name, place in chosen.items()
    }


def _groups(writers: NDArray[np.str_]) -> NDArray[np.int64]:
    """Number the writers; a digit whose writer is not known is a group of its written."""
    groups = np.unique(writers, return_inverse=True)[1].astype(np.int64)
    unknown = writers == ""
    groups[unknown] = len(writers) + np.arange(np.count_nonzero(unknown))
    return groups
