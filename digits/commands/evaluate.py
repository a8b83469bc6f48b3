"""What `digits evaluate` does: read labelled pictures and measure the accuracy."""

import argparse
import io
import json
import operator
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.stats import binomtest

from digits.commands.predict import Picture, UsageError, find_pictures, load_quietly, read_watched
from digits.reading.reader import Reading

_LABEL = re.compile(r"(?<!\d)\d(?!\d)")


class Labelled(NamedTuple):
    """A picture, and the digit that it shows."""

    picture: Picture
    label: int


class Score(NamedTuple):
    """How a set of labelled pictures was read."""

    confusion: NDArray[np.int64]
    """Array (10, 11): actual digit, best guess; the last column counts what has none."""
    rejected: int
    """How many were taken for no digit or for several, or were blank or unreadable."""
    answered_right: int
    """How many were not, and whose prediction is right."""

    @property
    def total(self) -> int:
        """How many pictures there were."""
        return int(self.confusion.sum())

    @property
    def right(self) -> int:
        """How many best guesses are right."""
        return int(np.trace(self.confusion))


def find_labelled(path: Path) -> list[Labelled]:
    """Find labelled pictures: in a folder, or in an .npz file with arrays X (n, h, w), ink bright,
    and y (n,).

    In a folder, a picture's label is the name of its folder where that is a digit, or else the last
    digit that stands alone in its own name. Raises UsageError where there are none, or no label.
    """
    found = list(_from_arrays(path) if path.suffix == ".npz" else _from_folder(path))
    if not found:
        raise UsageError(f"{path} holds no labelled pictures")
    return found


def _from_folder(path: Path) -> Iterator[Labelled]:
    for picture in find_pictures([str(path)]):
        name = Path(picture.name)
        if name.is_dir():  # what an empty folder stands for
            return
        digits = _LABEL.findall(name.stem)
        if _LABEL.fullmatch(name.parent.name):
            digits = [name.parent.name]
        if not digits:
            raise UsageError(
                f"{name} says nowhere which digit it shows: put it into a folder named 0 to 9, or "
                "name it like 7-first.png"
            )
        yield Labelled(picture, int(digits[-1]))


def _from_arrays(path: Path) -> Iterator[Labelled]:
    try:
        with np.load(path) as arrays:
            images, labels = arrays["X"].astype(np.uint8), arrays["y"]
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{path} holds no arrays X and y ({error})") from error
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        file = io.BytesIO()
        Image.fromarray(image).save(file, "PNG")
        yield Labelled(Picture(f"{path}[{number}]", file.getvalue()), int(label))


def score(readings: list[Reading], labels: list[int]) -> Score:
    """Compare readings with what the pictures show."""
    confusion = np.zeros((10, 11), np.int64)
    for reading, label in zip(readings, labels, strict=True):
        confusion[label, 10 if reading.best_guess is None else reading.best_guess] += 1
    predictions = [reading.prediction for reading in readings]
    answered_right = sum(map(operator.eq, predictions, labels))
    return Score(confusion, predictions.count(None), answered_right)


def evaluate(options: argparse.Namespace) -> None:
    """Answer the call `digits evaluate`.

    Raises ModelError where there is no model, UsageError where there are no labelled pictures.
    """
    classifier = load_quietly(options.model)
    labelled = find_labelled(Path(options.path))
    pictures = [picture for picture, _ in labelled]
    readings = list(read_watched(classifier, pictures, options.quiet))
    result = score(readings, [label for _, label in labelled])
    print(json.dumps(to_record(result)) if options.json else to_text(result))


def to_record(result: Score) -> dict[str, Any]:
    """Return the result as JSON: counts, shares from 0 to 1, the 95 % interval of Wilson."""
    interval = binomtest(result.right, result.total).proportion_ci(method="wilson")
    return {
        "pictures": result.total,
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
    wrong = 1 - record["rejected"] - record["answered_right"]
    lines = [
        f"pictures  {result.total:,}",
        f"accuracy  {record['accuracy']:.2%} of the best guesses are right "
        f"(95 % interval {record['accuracy_low']:.2%} to {record['accuracy_high']:.2%})",
        f"rejected  {record['rejected']:.2%}: no digit, several, blank or unreadable",
        f"answered  {record['answered_right']:.2%} rightly, {wrong:.2%} wrongly",
        "",
        "actual" + "".join(f"{digit:>6}" for digit in [*range(10), "none"]),
    ]
    for digit, row in enumerate(result.confusion):
        lines.append(f"{digit:>6}" + "".join(f"{count or '.':>6}" for count in row))
    return "\n".join(lines)
