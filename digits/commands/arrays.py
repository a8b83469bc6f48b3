"""Labelled pictures in arrays: an .npz file, checked before anything is read in it."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digits.commands.errors import UsageError

NAMES = (("X", "y"), ("x_test", "y_test"), ("images", "labels"))
_LEAST_SIDE = 8


def load_arrays(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Load pictures, uint8 (n, height, width), and which digits they show, int64 (n,).

    The file may hold them under any of NAMES, as numbers from 0 to 1 or 0 to 255, as rows of 784,
    with a last axis of one channel, and labels as rows with a single one. Raises UsageError for
    anything else.
    """
    if not zipfile.is_zipfile(path):
        raise UsageError(f"{path} is no .npz file, or only a part of one: save or send it again")
    try:
        with np.load(path) as file:
            images, labels = (file[name] for name in _find_pair(path, list(file)))
    except UsageError:
        raise
    except Exception as error:  # an archive answers damage with whatever exception is at hand
        raise UsageError(f"{path} is damaged ({error}): save or send it again") from error
    images, labels = _to_pictures(path, images), _to_labels(path, labels)
    if len(images) != len(labels):
        raise UsageError(f"{path} holds {len(images)} pictures and {len(labels)} labels")
    return images, labels


def _find_pair(path: Path, names: list[str]) -> tuple[str, str]:
    """Return the names of the two arrays, however they are capitalised."""
    given = {name.lower(): name for name in names}
    wanted = [tuple(name.lower() for name in pair) for pair in NAMES]
    found = [pair for pair in wanted if given.keys() >= set(pair)]
    if len(found) != 1:
        known = ", ".join(" and ".join(pair) for pair in NAMES)
        held = ", ".join(sorted(names)[:10]) or "nothing"
        raise UsageError(f"{path} holds {held}, where one of these pairs is wanted: {known}")
    images, labels = found[0]
    return given[images], given[labels]


def _to_pictures(path: Path, images: NDArray[Any]) -> NDArray[np.uint8]:
    shape = images.shape
    if images.ndim == 4 and shape[3] == 1:
        images = images[..., 0]
    elif images.ndim == 2 and shape[1] == 784:
        images = images.reshape(-1, 28, 28)
    if images.ndim != 3 or min(images.shape[1:]) < _LEAST_SIDE:
        raise UsageError(
            f"{path} holds pictures of shape {shape}, and not (n, height, width), "
            "(n, height, width, 1) or (n, 784)"
        )
    if images.dtype.kind not in "buif":
        raise UsageError(f"{path} holds pictures of type {images.dtype}, and not numbers")
    low, high = (float(limit) for limit in (images.min(initial=0), images.max(initial=0)))
    if not (low == 0 and (high <= 1 or 128 <= high <= 255)):
        raise UsageError(
            f"{path} holds pictures with values from {low:g} to {high:g}: scale them to 0 to 1, or "
            "0 to 255"
        )
    return np.rint(images * np.float32(255 if high <= 1 else 1)).astype(np.uint8)


def _to_labels(path: Path, labels: NDArray[Any]) -> NDArray[np.int64]:
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    is_one_hot = labels.ndim == 2 and labels.shape[1] == 10 and labels.dtype.kind in "buif"
    if is_one_hot and ((labels == 0).sum(axis=1) == 9).all() and (labels.max(axis=1) == 1).all():
        return np.asarray(labels.argmax(axis=1), np.int64)
    if labels.ndim != 1 or labels.dtype.kind not in "uif" or not np.isin(labels, range(10)).all():
        raise UsageError(
            f"{path} holds labels that are neither digits from 0 to 9, of shape (n,), nor rows of "
            "ten with a single 1"
        )
    return labels.astype(np.int64)
