"""What `digits evaluate` does: read labelled pictures and measure the accuracy."""

import argparse
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import binomtest

from digits.commands.arrays import load_arrays
from digits.commands.errors import UsageError
from digits.commands.labels import find_label
from digits.commands.pictures import Picture, find_pictures, is_picture
from digits.commands.predict import read_watched
from digits.commands.streams import note, write_line
from digits.reading.classifier import Classifier
from digits.reading.reader import Reading


class Labelled(NamedTuple):
    """A picture, and the digit that it shows."""

    picture: Picture
    label: int


class Score(NamedTuple):
    """How labelled pictures were read, but those that could not be decoded."""

    confusion: NDArray[np.int64]
    """Array (10, 11): actual digit, best guess; the last column counts what has none."""
    rejected: int
    """How many have no answer: no digit, several, none that is clear, or nothing but paper."""
    answered_right: int
    """How many were not, and whose prediction is right."""
    unreadable: int
    """How many could not be decoded; the other figures leave them out."""

    @property
    def total(self) -> int:
        """How many pictures there were."""
        return int(self.confusion.sum())

    @property
    def right(self) -> int:
        """How many best guesses are right."""
        return int(np.trace(self.confusion))


def find_labelled(path: Path, quiet: bool = False) -> list[Labelled]:
    """Find labelled pictures: in a folder, in an .npz file of arrays, or a single one.

    `find_label` says what a picture's label is, `load_arrays` which arrays there may be. Raises
    UsageError where there are none, or a label is missing or ambiguous.
    """
    if not os.path.exists(path):  # noqa: PTH110 - Path.exists raises on a name too long
        raise UsageError(f"{path} doesn't exist: name a folder of pictures or an .npz file")
    if path.is_dir():
        found = list(_from_folder(path, quiet))
    elif path.suffix.lower() == ".npz" or zipfile.is_zipfile(path):
        found = list(_from_arrays(path))
    elif is_picture(path):
        found = [Labelled(Picture(str(path), str(path)), find_label(path, path.parent))]
    else:
        raise UsageError(f"{path} is neither a folder of pictures nor an .npz file")
    if not found:
        raise UsageError(f"{path} holds no labelled pictures")
    return found


def _from_folder(folder: Path, quiet: bool) -> Iterator[Labelled]:
    for picture in find_pictures([str(folder)], quiet):
        if picture.name != str(folder):  # which stands for itself where it holds none
            yield Labelled(picture, find_label(Path(picture.name), folder))


def _from_arrays(path: Path) -> Iterator[Labelled]:
    for number, (image, label) in enumerate(zip(*load_arrays(path), strict=True)):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        yield Labelled(Picture(f"{path}[{number}]", file.getvalue()), int(label))


def score(readings: list[Reading], labels: list[int]) -> Score:
    """Compare readings with what the pictures show."""
    pairs = list(zip(readings, labels, strict=True))
    pairs = [(reading, label) for reading, label in pairs if reading.reason != "unreadable"]
    confusion = np.zeros((10, 11), np.int64)
    for reading, label in pairs:
        confusion[label, 10 if reading.best_guess is None else reading.best_guess] += 1
    return Score(
        confusion,
        rejected=sum(reading.prediction is None for reading, _ in pairs),
        answered_right=sum(reading.prediction == label for reading, label in pairs),
        unreadable=len(readings) - len(pairs),
    )


def evaluate(options: argparse.Namespace) -> bool:
    """Answer the call `digits evaluate`; return whether every picture could be decoded.

    Raises ModelError where there is no model, UsageError where there are no labelled pictures.
    """
    classifier = Classifier.load(options.model)
    labelled = find_labelled(Path(options.path), options.quiet)
    pictures = [picture for picture, _ in labelled]
    readings = list(read_watched(classifier, pictures, options.quiet))
    for picture, reading in zip(pictures, readings, strict=True):
        if reading.reason == "unreadable" and not options.quiet:
            note(f"{picture.name}: {reading.error}")
    result = score(readings, [label for _, label in labelled])
    if result.total:
        write_line(json.dumps(to_record(result)) if options.json else to_text(result))
    return not result.unreadable


def to_record(result: Score) -> dict[str, Any]:
    """Return the result as JSON: counts, shares from 0 to 1, the 95 % interval of Wilson."""
    interval = binomtest(result.right, result.total).proportion_ci(method="wilson")
    return {
        "pictures": result.total,
        "labels": result.confusion.sum(axis=1).tolist(),
        "unreadable": result.unreadable,
        "accuracy": result.right / result.total,
        "accuracy_low": interval.low,
        "accuracy_high": interval.high,
        "rejected": result.rejected / result.total,
        "answered_right": result.answered_right / result.total,
        "confusion": result.confusion.tolist(),
    }


def to_text(result: Score) -> str:
    """Write the result for people; rows of the table are actual digits, columns best guesses."""
    record = to_record(result)
    wrong = (result.total - result.rejected - result.answered_right) / result.total
    labels = ", ".join(f"{digit}: {count}" for digit, count in enumerate(record["labels"]))
    lines = [
        f"pictures  {result.total:,}",
        f"labels    {labels}",
        f"accuracy  {record['accuracy']:.2%} of the best guesses are right "
        f"(95 % interval {record['accuracy_low']:.2%} to {record['accuracy_high']:.2%})",
        f"rejected  {record['rejected']:.2%}: no digit, several, unclear or blank",
        f"answered  {record['answered_right']:.2%} rightly, {wrong:.2%} wrongly",
        "",
        "actual" + "".join(f"{digit:>6}" for digit in [*range(10), "none"]),
    ]
    if result.unreadable:
        lines.insert(1, f"unreadable, and left out of all figures  {result.unreadable:,}")
    for digit, row in enumerate(result.confusion):
        lines.append(f"{digit:>6}" + "".join(f"{count or '.':>6}" for count in row))
    return "\n".join(lines)
