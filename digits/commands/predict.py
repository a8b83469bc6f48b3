"""What `digits predict` does: read the pictures, write a line for each."""

import argparse
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TypeVar

from digits.commands import formats
from digits.commands.errors import UsageError
from digits.commands.pictures import Picture, find_pictures
from digits.commands.plots import check_plot, save_plot
from digits.commands.pool import MANY, read_all
from digits.commands.streams import note, write_line
from digits.reading.classifier import Classifier
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

AnyReading = TypeVar("AnyReading", Reading, NumbersReading)


def predict(options: argparse.Namespace) -> bool:
    """Answer the call `digits predict`; return whether every picture could be read.

    Raises ModelError where there is no model to read them with, UsageError for a plot that can't be
    drawn.
    """
    classifier = Classifier.load(options.model)
    pictures = find_plotted(options)
    if options.csv:
        write_line(formats.csv_line(formats.CSV_HEADER))
    to_line = _formatter(options, pictures, classifier.version)
    return answer(options, pictures, read_all(classifier, pictures), to_line)


def find_plotted(options: argparse.Namespace) -> list[Picture]:
    """Find the pictures that are meant; raise UsageError where a plot can't be drawn of them."""
    if options.save_plot:
        check_plot(Path(options.save_plot))
    pictures = list(find_pictures(options.pictures, options.quiet))
    if options.save_plot and len(pictures) != 1:
        raise UsageError(f"--save-plot draws one picture, and there are {len(pictures)}")
    return pictures


def answer(
    options: argparse.Namespace,
    pictures: list[Picture],
    readings: Iterable[AnyReading],
    to_line: Callable[[str, AnyReading], str],
) -> bool:
    """Write what each picture shows, as soon as it is read; return whether all could be read."""
    unreadable = 0
    readings, beside = watched(readings, len(pictures), options.quiet)
    for picture, reading in zip(pictures, readings, strict=True):
        is_readable = reading.reason != "unreadable"
        unreadable += not is_readable
        with beside():
            write_line(to_line(picture.name, reading))
            if not is_readable and not options.quiet:
                note(f"{picture.name}: {reading.error}")
        if options.save_plot and is_readable:
            save_plot(Path(options.save_plot), picture, reading)
    return not unreadable


def read_watched(classifier: Classifier, pictures: list[Picture], quiet: bool) -> Iterable[Reading]:
    """Read pictures in their order, many behind a progress bar where there is a terminal."""
    return watched(read_all(classifier, pictures), len(pictures), quiet)[0]


def watched(
    readings: Iterable[AnyReading], count: int, quiet: bool
) -> tuple[Iterable[AnyReading], Callable[[], AbstractContextManager[None]]]:
    """Put a progress bar around many readings, on a terminal; also return what has it make room for
    lines."""
    if quiet or count < MANY or not sys.stderr.isatty():
        return readings, nullcontext
    from tqdm import tqdm  # a few pictures are read in the time that it takes to load

    return tqdm(readings, total=count, unit="picture"), tqdm.external_write_mode


def _formatter(
    options: argparse.Namespace, pictures: list[Picture], model: str
) -> Callable[[str, Reading], str]:
    if options.json:
        return partial(formats.to_json, model=model)
    if options.csv:
        return partial(formats.to_csv, model=model)
    width = max((len(picture.name) for picture in pictures), default=0)
    return partial(formats.to_plain, width=width, top_k=options.top_k)
