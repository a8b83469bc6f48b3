"""One answer as a plot, in a file that replaces an earlier plot and nothing else."""

import io
import os
import warnings
from pathlib import Path

from digits.commands.errors import UsageError
from digits.commands.pictures import Picture
from digits.pipeline.stage import replacing
from digits.reading.image import read_image, read_page
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

# How a plot is known: what matplotlib is told to call its maker, and how that stands in the file.
_MARKS = {
    ".png": ("Software", b"tEXtSoftware\0digits"),
    ".svg": ("Creator", b"<dc:title>digits</dc:title>"),
    ".pdf": ("Creator", b"/Creator (digits)"),
}


def check_plot(path: Path) -> None:
    """Raise UsageError where no plot can be written to `path`, or it would replace another file."""
    if path.suffix.lower() not in _MARKS:
        raise UsageError(f"--save-plot: {path} ends neither in .png nor in .svg nor in .pdf")
    if not os.path.isfile(path):  # noqa: PTH113 - Path.is_file raises on a name too long
        return
    try:
        is_plot = _MARKS[path.suffix.lower()][1] in path.read_bytes()
    except OSError as error:
        raise UsageError(f"--save-plot: {path} can't be read ({error.strerror})") from error
    if not is_plot:
        raise UsageError(f"--save-plot would replace {path}, which is no plot: name another file")


def save_plot(path: Path, picture: Picture, reading: Reading | NumbersReading) -> None:
    """Draw the picture and what was read on it: PNG, SVG or PDF.

    Raises UsageError where the file can't be written, or matplotlib is not installed.
    """
    file, form = io.BytesIO(), path.suffix.lower()
    try:
        from digits.figures.prediction import plot_numbers, plot_prediction
    except ImportError as error:
        raise UsageError("--save-plot needs matplotlib: `pip install matplotlib`") from error
    if isinstance(reading, Reading):
        figure = plot_prediction(picture.name, read_image(picture.source), reading)
    else:
        figure = plot_numbers(picture.name, read_page(picture.source), reading)
    with warnings.catch_warnings(action="ignore"):  # of letters that the font lacks
        figure.savefig(file, format=form[1:], dpi=120, metadata={_MARKS[form][0]: "digits"})
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(file.getvalue())
    except OSError as error:
        raise UsageError(f"--save-plot: {path} can't be written ({error.strerror})") from error
