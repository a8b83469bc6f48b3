"""Fit the network that finds digits to composed pages.

data/pages/{train,val}.npz → models/finder.keras and plots/finder_history.csv (after each epoch):
`python -m stages.train_finder`
"""

import shutil
from functools import partial
from pathlib import Path

import keras
import tensorflow as tf

from digits.data.pages import Pages, load_pages
from digits.pipeline.params import load_params
from digits.pipeline.stage import replacing, run_stage, write_csv
from digits.training.checkpoint import Checkpoint, History
from digits.training.finder import build_finder, finder_loss, page_batches
from digits.training.fitting import CycleParams, fit_cycle, ingredients, set_threads, start_anew
from digits.training.model import save_model

FINDER = Path("models/finder.keras")
HISTORY = Path("plots/finder_history.csv")
CHECKPOINT_DIR = Path("models/finder_checkpoint")
CODE = (
    *(Path(f"digits/training/{name}.py") for name in ("finder", "fitting", "optimizer")),
    Path("stages/train_finder.py"),
)


class TrainFinderParams(CycleParams):
    """The section `train_finder` of params.yaml."""


def fit(
    params: TrainFinderParams, train: Pages, val: Pages, folder: Path
) -> tuple[keras.Model, History]:
    """Train a finder, or go on where a training with the same arguments was killed.

    `folder` keeps the state after each epoch. Returns the model and its history, a record an epoch.
    """
    start_anew(params.seed)
    contents = (array.tobytes() for part in (train, val) for array in part)
    model = build_finder(params.filters)
    history = fit_cycle(
        params,
        model,
        finder_loss,
        len(train.images),
        lambda epochs: page_batches(train, params.batch_size, epochs, params.seed),
        page_batches(val, params.batch_size, range(1), params.seed),
        Checkpoint(folder, ingredients(params, CODE, contents)),
        partial(write_csv, HISTORY),
    )
    return model, history


def main() -> None:
    """Run the stage."""
    params = load_params("train_finder", TrainFinderParams)
    set_threads(params.threads)
    tf.config.experimental.enable_op_determinism()
    model, history = fit(params, load_pages("train"), load_pages("val"), CHECKPOINT_DIR)
    write_csv(HISTORY, history)  # which a training that had come to its end before did not do
    with replacing(FINDER) as temporary:
        save_model(model, temporary)
    shutil.rmtree(CHECKPOINT_DIR)


if __name__ == "__main__":
    run_stage(main)
