"""What the figures have in common: their palette, their title, and how a digit is shown.

Colours come from seaborn's "colorblind" palette and from viridis-like maps that also read in grey.
"""

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

BLUE, ORANGE, GREEN = sns.color_palette("colorblind", 3)


def new_figure(width: float, height: float, title: str, dataset: str) -> Figure:
    """Return an empty figure, `width` by `height` inches, titled above the data set's name."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(f"{title}\n{dataset}", fontsize=12)
    return figure


def show_digit(axes: Axes, image: NDArray[np.uint8], title: str = "") -> None:
    """Show a uint8 image (height, width), ink bright, as dark ink on white."""
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest")
    axes.set_title(title, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])
