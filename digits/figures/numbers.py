"""Figures of numbers: how well they are read, and examples."""

import textwrap
from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from digits.figures.common import BLUE, ORANGE, new_figure
from digits.reading.numbers import NumbersReading

COLUMNS = 4


def plot_examples(
    examples: Sequence[tuple[Image.Image, list[str], NumbersReading]], dataset: str
) -> Figure:
    """Show pictures with a box around each digit that was read: the picture, what is written on it
    and what was read. Titles of what was misread are orange."""
    rows = -(-len(examples) // COLUMNS)
    figure = new_figure(11, 1.6 * rows + 0.8, "Numbers as they are read", dataset)
    axes = figure.subplots(rows, COLUMNS, squeeze=False)
    for place in axes.ravel():
        place.set_axis_off()
    for place, (image, truth, reading) in zip(axes.ravel(), examples, strict=False):
        show_numbers(place, image, reading)
        texts = [number.text for number in reading.numbers]
        is_right = sorted(texts) == sorted(truth)
        read = " ".join(texts) or "nothing"
        title = read if is_right else f"{read} for {' '.join(truth) or 'nothing'}"
        lines = textwrap.fill(title, 34, max_lines=2, placeholder=" …")
        place.set_title(lines, fontsize=8, color=BLUE if is_right else ORANGE)
    return figure


def show_numbers(axes: Axes, image: Image.Image, reading: NumbersReading) -> None:
    """Show a picture, and on it a box around each digit that was read."""
    axes.imshow(np.asarray(image), interpolation="nearest")
    axes.set_axis_off()
    for number in reading.numbers:
        for digit in number.digits:
            x, y, width, height = digit.box
            color = BLUE if digit.confidence >= 0.5 else ORANGE
            axes.add_patch(
                Rectangle((x - 0.5, y - 0.5), width, height, fill=False, edgecolor=color)
            )


def plot_numbers(rows: Sequence[dict[str, str]], dataset: str) -> Figure:
    """Show the share of numbers read right by kind of page: rows with `kind` and `accuracy`."""
    shown = [row for row in rows if row["accuracy"]]
    figure = new_figure(8, 0.28 * len(shown) + 1.4, "Numbers read right, by kind of page", dataset)
    axes = figure.subplots()
    shares = [float(row["accuracy"]) for row in shown]
    bars = axes.barh([row["kind"] for row in shown], shares, color=BLUE)
    axes.bar_label(bars, [f"{share:.1%}" for share in shares], padding=3, fontsize=9)
    axes.invert_yaxis()
    axes.set(xlabel="share of numbers whose every digit is right", xlim=(0, 1.1))
    axes.xaxis.set_major_formatter("{x:.0%}")
    sns.despine(ax=axes)
    return figure
