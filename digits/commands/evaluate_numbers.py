"""What `digits evaluate --numbers` does: read pictures of known numbers, count what is right."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from digits.commands.errors import UsageError
from digits.commands.labels import number_of
from digits.commands.pictures import find_pictures
from digits.commands.pool import read_all_numbers
from digits.commands.predict import watched
from digits.commands.streams import note, write_line
from digits.evaluation.numbers import edit_distance
from digits.reading.classifier import Classifier


def evaluate_numbers(options: argparse.Namespace) -> bool:
    """Answer the call; return whether every picture could be decoded.

    Raises ModelError where there is no model, UsageError where there are no labelled pictures.
    """
    classifier = Classifier.load(options.model)
    if not os.path.exists(options.path):  # noqa: PTH110 - Path.exists raises on a name too long
        raise UsageError(f"{options.path} doesn't exist: name a folder of pictures, or one of them")
    pictures = list(find_pictures([options.path], options.quiet))
    if os.path.isdir(options.path) and pictures[0].name == options.path:  # noqa: PTH112
        raise UsageError(f"{options.path} holds no pictures")
    labels = [number_of(Path(picture.name)) for picture in pictures]
    readings = watched(read_all_numbers(classifier, pictures), len(pictures), options.quiet)[0]
    pairs, unreadable = [], 0
    for picture, label, reading in zip(pictures, labels, readings, strict=True):
        if reading.reason == "unreadable":
            unreadable += 1
            if not options.quiet:
                note(f"{picture.name}: {reading.error}")
        else:
            pairs.append((label, " ".join(number.text for number in reading.numbers)))
    if pairs:
        record = to_record(pairs, unreadable)
        write_line(json.dumps(record) if options.json else to_text(record))
    return not unreadable


def to_record(pairs: list[tuple[str, str]], unreadable: int) -> dict[str, Any]:
    """Return shares from 0 to 1 of pairs of what is written and what was read, with the 95 %
    interval of Wilson."""
    right = sum(label == text for label, text in pairs)
    interval = binomtest(right, len(pairs)).proportion_ci(method="wilson")
    edits = sum(edit_distance(label, text) for label, text in pairs)
    return {
        "pictures": len(pairs),
        "unreadable": unreadable,
        "accuracy": right / len(pairs),
        "accuracy_low": interval.low,
        "accuracy_high": interval.high,
        "none": sum(not text for _, text in pairs) / len(pairs),
        "character_error_rate": edits / sum(len(label) for label, _ in pairs),
    }


def to_text(record: dict[str, Any]) -> str:
    """Write the result for people."""
    lines = [
        f"pictures   {record['pictures']:,}",
        f"accuracy   {record['accuracy']:.2%} of the numbers are right, each digit of them "
        f"(95 % interval {record['accuracy_low']:.2%} to {record['accuracy_high']:.2%})",
        f"nothing    {record['none']:.2%} have no number that was found",
        f"characters {record['character_error_rate']:.2%} wrong, missing or too many",
    ]
    if record["unreadable"]:
        lines.insert(1, f"unreadable, and left out of all figures  {record['unreadable']:,}")
    return "\n".join(lines)
