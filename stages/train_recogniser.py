"""Fit the network that reads lines of digits to composed lines.

data/lines/{train,val}.npz → models/recogniser.keras and plots/recogniser_history.csv (after each
epoch): `python -m stages.train_recogniser`
"""

import shutil
from functools import partial
from pathlib import Path

import keras
import tensorflow as tf

from digits.data.lines import Lines, load_lines
from digits.pipeline.params import load_params
from digits.pipeline.stage import replacing, run_stage, write_csv
from digits.training.checkpoint import Checkpoint, History
from digits.training.fitting import CycleParams, fit_cycle, ingredients, set_threads, start_anew
from digits.training.model import save_model
from digits.training.recogniser import build_recogniser, line_batches, recogniser_loss

RECOGNISER = Path("models/recogniser.keras")
HISTORY = Path("plots/recogniser_history.csv")
CHECKPOINT_DIR = Path("models/recogniser_checkpoint")
CODE = (
    *(Path(f"digits/training/{name}.py") for name in ("fitting", "optimizer", "recogniser")),
    Path("stages/train_recogniser.py"),
)


class TrainRecogniserParams(CycleParams):
    """The section `train_recogniser` of params.yaml."""


def fit(
    params: TrainRecogniserParams, train: Lines, val: Lines, folder: Path
) -> tuple[keras.Model, History]:
    """Train a recogniser, or go on where a training with the same arguments was killed.

    `folder` keeps the state after each epoch. Returns the model and its history, a record an epoch.
    """
    start_anew(params.seed)
    contents = (array.tobytes() for part in (train, val) for array in part)
    model = build_recogniser(params.filters)
    history = fit_cycle(
        params,
        model,
        recogniser_loss,
        len(train.images),
        lambda epochs: line_batches(train, params.batch_size, epochs, params.seed),
        line_batches(val, params.batch_size, range(1), params.seed),
        Checkpoint(folder, ingredients(params, CODE, contents)),
        partial(write_csv, HISTORY),
    )
    return model, history


def main() -> None:
    """Run the stage."""
    params = load_params("train_recogniser", TrainRecogniserParams)
    set_threads(params.threads)
    tf.config.experimental.enable_op_determinism()
    model, history = fit(params, load_lines("train"), load_lines("val"), CHECKPOINT_DIR)
    write_csv(HISTORY, history)  # which a training that had come to its end before did not do
    with replacing(RECOGNISER) as temporary:
        save_model(model, temporary)
    shutil.rmtree(CHECKPOINT_DIR)


if __name__ == "__main__":
    run_stage(main)
