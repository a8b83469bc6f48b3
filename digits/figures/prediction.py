"""One answer as a figure: the picture, what the model saw of it, and the ten probabilities."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from digits.reading.reader import Reading

# Of seaborn's "colorblind" palette; seaborn itself takes seconds to load.
BLUE, GREY = "#0173b2", "#949494"


def plot_prediction(name: str, picture: NDArray[np.float32], reading: Reading) -> Figure:
    """Draw a picture (height, width), as `read_image` returns it, beside what was read in it."""
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    shown, seen, bars = figure.subplots(1, 3, width_ratios=(1, 1, 1.6))
    shown.imshow(picture, cmap="gray", vmin=0, vmax=255)
    title = "standard input" if name == "-" else Path(name).name
    # What is no text can't be drawn, and makes no SVG.
    title = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in title)
    shown.set_title(title, parse_math=False)
    seen.imshow(reading.digit, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    seen.set_title("what the model saw")
    for axes in (shown, seen):
        axes.set_xticks([])
        axes.set_yticks([])
    probabilities = np.array(reading.probabilities or [0.0] * 10)
    colors = [BLUE if digit == reading.prediction else GREY for digit in range(10)]
    drawn = bars.bar(range(10), probabilities, color=colors)
    bars.bar_label(drawn, [f"{p:.0%}" if p >= 0.005 else "" for p in probabilities], fontsize=9)
    bars.set(xlabel="digit", ylabel="probability", xticks=range(10), ylim=(0, 1.1))
    bars.yaxis.set_major_formatter(PercentFormatter(1))
    bars.set_title(reading.reason or f"{reading.prediction}, {reading.confidence:.1%} sure")
    bars.spines[["top", "right"]].set_visible(False)
    return figure
