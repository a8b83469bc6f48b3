"""What `digits predict` does: read the pictures on all cores, write a line for each."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from functools import partial
from pathlib import Path

from PIL import Image

from digits.commands import formats
from digits.commands.errors import UsageError, WorkersError
from digits.commands.pictures import Picture, find_pictures
from digits.reading.classifier import Classifier
from digits.reading.image import read_image
from digits.reading.reader import Reading, classify, prepare, read_digit

# Fewer pictures than this are read before a second process has started.
MANY = 64
# A process is handed so many at a time.
CHUNK = 16
# Written into plots, so that no other file is taken for one and replaced.
PLOT_SOFTWARE = "digits"


def read_all(classifier: Classifier, pictures: list[Picture]) -> Iterator[Reading]:
    """Read pictures in their order; decoding and normalising many takes all cores."""
    sources = [picture.source for picture in pictures]
    if len(sources) < MANY:
        yield from (read_digit(source, classifier) for source in sources)
        return
    chunks = [sources[first : first + CHUNK] for first in range(0, len(sources), CHUNK)]
    with futures.ProcessPoolExecutor(initializer=_ignore_signals) as pool:
        try:
            for readings in pool.map(prepare, chunks):
                yield from classify(classifier, readings)
        except futures.process.BrokenProcessPool as error:
            raise WorkersError(
                "a process that reads pictures was ended from outside, perhaps for want of memory: "
                "try again with fewer pictures"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _ignore_signals() -> None:
    # Ctrl-C reaches the whole group of processes; it is the parent that ends the pool.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def predict(options: argparse.Namespace) -> bool:
    """Answer the call `digits predict`; return whether every picture could be read.

    Raises ModelError where there is no model to read them with, UsageError for a plot that can't be
    drawn.
    """
    classifier = Classifier.load(options.model)
    pictures = list(find_pictures(options.pictures, options.quiet))
    if options.save_plot and len(pictures) != 1:
        raise UsageError(f"--save-plot draws one picture, and there are {len(pictures)}")
    if options.csv:
        print(formats.csv_line(formats.CSV_HEADER))
    to_line = _formatter(options, pictures, classifier.version)
    readings, write = _watched(read_all(classifier, pictures), len(pictures), options.quiet)
    all_read = True
    for picture, reading in zip(pictures, readings, strict=True):
        write(to_line(picture.name, reading), file=sys.stdout)
        if reading.reason == "unreadable":
            all_read = False
            if not options.quiet:
                write(f"{picture.name}: {reading.error}", file=sys.stderr)
        elif options.save_plot:
            save_plot(Path(options.save_plot), picture, reading)
    return all_read


def read_watched(classifier: Classifier, pictures: list[Picture], quiet: bool) -> Iterable[Reading]:
    """Read pictures in their order, many behind a progress bar where there is a terminal."""
    return _watched(read_all(classifier, pictures), len(pictures), quiet)[0]


def _watched(
    readings: Iterable[Reading], count: int, quiet: bool
) -> tuple[Iterable[Reading], Callable[..., None]]:
    """Put a progress bar around many readings, on a terminal; also return what prints beside it."""
    if quiet or count < MANY or not sys.stderr.isatty():
        return readings, print
    from tqdm import tqdm  # a few pictures are read in the time that it takes to load

    return tqdm(readings, total=count, unit="picture"), tqdm.write


def save_plot(path: Path, picture: Picture, reading: Reading) -> None:
    """Draw the picture, what the model saw of it, and the probabilities, as a PNG file.

    Raises UsageError where the file can't be written, would replace anything but an earlier plot,
    or matplotlib is not installed.
    """
    if path.is_file() and not _is_plot(path):
        raise UsageError(f"--save-plot would replace {path}, which is no plot: name another file")
    try:
        from digits.figures.prediction import plot_prediction

        path.parent.mkdir(parents=True, exist_ok=True)
        figure = plot_prediction(picture.name, read_image(picture.source), reading)
        figure.savefig(path, format="png", dpi=120, metadata={"Software": PLOT_SOFTWARE})
    except ImportError as error:
        raise UsageError("--save-plot needs matplotlib: `pip install matplotlib`") from error
    except OSError as error:
        raise UsageError(f"--save-plot: {path} can't be written ({error.strerror})") from error


def _is_plot(path: Path) -> bool:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            return image.info.get("Software") == PLOT_SOFTWARE
    except (OSError, ValueError):
        return False


def _formatter(
    options: argparse.Namespace, pictures: list[Picture], model: str
) -> Callable[[str, Reading], str]:
    if options.json:
        return partial(formats.to_json, model=model)
    if options.csv:
        return partial(formats.to_csv, model=model)
    width = max((len(picture.name) for picture in pictures), default=0)
    return partial(formats.to_plain, width=width, top_k=options.top_k)
