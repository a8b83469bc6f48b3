"""The figure of a training: loss, accuracy and learning rate by epoch."""

from collections.abc import Sequence

import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from digits.figures.common import BLUE, GREEN, ORANGE, new_figure


def plot_history(history: Sequence[dict[str, float]], dataset: str) -> Figure:
    """Show loss, accuracy and learning rate by epoch: one record an epoch, with Keras's names."""
    figure = new_figure(11, 3.6, "Training history", dataset)
    panels = figure.subplots(1, 3)
    epochs = [record["epoch"] for record in history]
    for axes, name in zip(panels, ("loss", "accuracy"), strict=False):
        axes.plot(
            epochs,
            [record[name] for record in history],
            "o--",
            color=ORANGE,
            label="training, augmented",
        )
        axes.plot(
            epochs,
            [record[f"val_{name}"] for record in history],
            "o-",
            color=BLUE,
            label="validation",
        )
        axes.set(xlabel="epoch", title=name.capitalize())
        axes.legend(frameon=False)
    panels[0].set(ylabel="cross-entropy (nats)", yscale="log")
    panels[1].set(ylabel="accuracy")
    panels[1].yaxis.set_major_formatter(PercentFormatter(1))
    panels[2].plot(epochs, [record["learning_rate"] for record in history], "o-", color=GREEN)
    panels[2].set(xlabel="epoch", ylabel="rate at the end of the epoch", title="Learning rate")
    for axes in panels:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    sns.despine(figure)
    return figure
