"""Fit the network that finds digits to composed pages.

data/pages/{train,val}.npz → models/finder.keras and plots/finder_history.csv (after each epoch):
`python -m stages.train_finder`
"""

import hashlib
import shutil
from pathlib import Path
from typing import Annotated, Any

import keras
import tensorflow as tf
from pydantic import Field

from digits.data.pages import Pages, load_pages
from digits.pipeline.params import Section, load_params
from digits.pipeline.stage import replacing, run_stage, write_csv
from digits.training.augment import steps_per_epoch
from digits.training.checkpoint import Checkpoint, to_records
from digits.training.finder import build_finder, finder_loss, page_batches
from digits.training.model import save_model
from digits.training.optimizer import Muon, build_cycle

FINDER = Path("models/finder.keras")
HISTORY = Path("plots/finder_history.csv")
CHECKPOINT_DIR = Path("models/finder_checkpoint")
CODE = tuple(
    Path(path)
    for path in (
        "digits/training/finder.py",
        "digits/training/optimizer.py",
        "stages/train_finder.py",
    )
)

Count = Annotated[int, Field(strict=True, ge=1)]


class TrainFinderParams(Section):
    """The section `train_finder` of params.yaml."""

    seed: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    threads: Count
    epochs: Count
    batch_size: Count
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    warmup: Annotated[float, Field(ge=0, lt=1)]
    weight_decay: Annotated[float, Field(ge=0, lt=1)]
    filters: Annotated[list[Count], Field(min_length=4, max_length=4)]


def fit(
    params: TrainFinderParams, train: Pages, val: Pages, folder: Path
) -> tuple[keras.Model, list[dict[str, float]]]:
    """Train a finder, or go on where a training with the same arguments was killed.

    `folder` keeps the state after each epoch. Returns the model and its history, a record an epoch.
    """
    keras.utils.clear_session()  # Keras numbers its layers through the process's life
    keras.utils.set_random_seed(params.seed)
    checkpoint = Checkpoint(folder, ingredients(params, train, val))
    steps = steps_per_epoch(len(train.images), params.batch_size)
    rate = build_cycle(params.learning_rate, params.warmup, params.epochs * steps)
    model = build_finder(params.filters)
    model.compile(
        Muon(rate, weight_decay=params.weight_decay),
        loss=finder_loss,
    )
    checkpoint.restore(model)
    done = len(checkpoint.history)
    if done < params.epochs:
        epochs = range(done, params.epochs)
        model.fit(
            page_batches(train, params.batch_size, epochs, params.seed),
            initial_epoch=done,
            epochs=params.epochs,
            shuffle=False,
            steps_per_epoch=steps,
            validation_data=page_batches(val, params.batch_size, range(1), params.seed),
            callbacks=[
                checkpoint,
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: write_csv(
                        HISTORY, to_records(checkpoint.history)
                    )
                ),
            ],
        )
    return model, to_records(checkpoint.history)


def ingredients(params: TrainFinderParams, *pages: Pages) -> list[Any]:
    """Return what a training is made from: the parameters, and the SHA-256 of code and pages."""
    contents = [path.read_bytes() for path in CODE]
    contents += [array.tobytes() for part in pages for array in part]
    return [params.model_dump(), *(hashlib.sha256(content).hexdigest() for content in contents)]


def main() -> None:
    """Run the stage."""
    params = load_params("train_finder", TrainFinderParams)
    tf.config.threading.set_intra_op_parallelism_threads(params.threads)
    tf.config.threading.set_inter_op_parallelism_threads(params.threads)
    tf.config.experimental.enable_op_determinism()
    model, history = fit(params, load_pages("train"), load_pages("val"), CHECKPOINT_DIR)
    write_csv(HISTORY, history)  # which a training that had come to its end before did not do
    with replacing(FINDER) as temporary:
        save_model(model, temporary)
    shutil.rmtree(CHECKPOINT_DIR)


if __name__ == "__main__":
    run_stage(main)
