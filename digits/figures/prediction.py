"""One answer as a figure: the picture, what the model saw of it, and the ten probabilities."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from digits.reading.image import Page
from digits.reading.numbers import NumbersReading
from digits.reading.reader import Reading

# Of seaborn's "colorblind" palette; seaborn itself takes seconds to load.
BLUE, ORANGE, GREY = "#0173b2", "#de8f05", "#949494"
# Less is doubtful.
SURE = 0.5


def plot_prediction(name: str, picture: NDArray[np.float32], reading: Reading) -> Figure:
    """Draw a picture (height, width), as `read_image` returns it, beside what was read in it."""
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    shown, seen, bars = figure.subplots(1, 3, width_ratios=(1, 1, 1.6))
    shown.imshow(picture, cmap="gray", vmin=0, vmax=255)
    shown.set_title(_title(name), parse_math=False)
    if reading.digit is not None:
        seen.imshow(reading.digit, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    seen.set_title("what the model saw" if reading.digit is not None else "no digit was cut out")
    for axes in (shown, seen):
        axes.set_xticks([])
        axes.set_yticks([])
    probabilities = np.array(reading.probabilities or [0.0] * 10)
    colors = [BLUE if digit == reading.prediction else GREY for digit in range(10)]
    drawn = bars.bar(range(10), probabilities, color=colors)
    bars.bar_label(drawn, [f"{p:.0%}" if p >= 0.005 else "" for p in probabilities], fontsize=9)
    bars.set(xlabel="digit", ylabel="probability", xticks=range(10), ylim=(0, 1.1))
    bars.yaxis.set_major_formatter(PercentFormatter(1))
    if reading.reason:
        bars.set_title(reading.reason.replace("_", " "))
    else:
        bars.set_title(f"{reading.prediction}, {reading.confidence:.1%} sure")
    bars.spines[["top", "right"]].set_visible(False)
    return figure


def plot_numbers(name: str, page: Page, reading: NumbersReading) -> Figure:
    """Draw a picture, as `read_page` returns it, with a box around each digit and each number above
    its own; what is doubtful is orange."""
    height, width = page.shape
    figure = Figure(figsize=(8, min(max(8 * height / width, 2), 12) + 0.4), layout="constrained")
    axes = figure.subplots()
    extent = (0, width, height, 0)
    axes.imshow(page.pixels, cmap="gray", vmin=0, vmax=255, extent=extent)
    for number in reading.numbers:
        for digit in number.digits:
            x, y, wide, high = digit.box
            color = BLUE if digit.confidence >= SURE else ORANGE
            axes.add_patch(
                Rectangle((x, y), wide, high, fill=False, edgecolor=color, linewidth=1.5)
            )
        left, top, _, _ = number.box
        color = BLUE if number.confidence >= SURE else ORANGE
        label = f"{number.text}  {number.confidence:.0%}"
        box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1}
        axes.text(left, top, label, color=color, va="bottom", bbox=box)
    axes.set(xticks=[], yticks=[])
    title = reading.reason.replace("_", " ") if reading.reason else _title(name)
    axes.set_title(title, parse_math=False)
    return figure


def _title(name: str) -> str:
    title = "standard input" if name == "-" else Path(name).name
    # What is no text can't be drawn, and makes no SVG.
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in title)
