"""What `digits read` does: read the numbers on pictures, write a line for each."""

import argparse
from collections.abc import Callable
from functools import partial

from digits.commands import formats
from digits.commands.pictures import Picture
from digits.commands.pool import read_all_numbers
from digits.commands.predict import answer, find_plotted
from digits.commands.streams import write_line
from digits.reading.classifier import Classifier
from digits.reading.numbers import NumbersReading


def read(options: argparse.Namespace) -> bool:
    """Answer the call `digits read`; return whether every picture could be read.

    Raises ModelError where there is no model to read them with, UsageError for a plot that can't be
    drawn.
    """
    classifier = Classifier.load(options.model)
    pictures = find_plotted(options)
    if options.csv:
        write_line(formats.csv_line(formats.NUMBERS_HEADER))
    to_line = _formatter(options, pictures, classifier.version)
    return answer(options, pictures, read_all_numbers(classifier, pictures), to_line)


def _formatter(
    options: argparse.Namespace, pictures: list[Picture], model: str
) -> Callable[[str, NumbersReading], str]:
    if options.json:
        return partial(formats.numbers_to_json, model=model)
    if options.csv:
        return partial(formats.numbers_to_csv, model=model)
    width = max((len(picture.name) for picture in pictures), default=0)
    return partial(formats.numbers_to_plain, width=width)
