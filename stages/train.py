"""Fit the CNN to augmented training digits.

data/processed/{train,val,own_train,own_val}.npz → models/digits.keras, models/training.json (the
parameters), plots/history.csv and metrics/train.json (after each epoch) and data/augmented.npy:
`python -m stages.train`
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digits.data.hands import add_hands
from digits.data.own import load_own, mix
from digits.data.splits import Split, load_split
from digits.errors import DigitsError
from digits.pipeline.params import load_params
from digits.pipeline.stage import replacing, run_stage, write_array, write_csv, write_json
from digits.training.augment import Ranges, steps_per_epoch, training_batches, warp
from digits.training.checkpoint import Checkpoint, History
from digits.training.fitting import Report, fit_epochs, ingredients, set_threads, start_anew
from digits.training.model import build_model, save_model, start_from
from digits.training.recipe import PlateauParams, TrainParams, build_optimizer

MODEL = Path("models/digits.keras")
TRAINING = Path("models/training.json")
HISTORY = Path("plots/history.csv")
METRICS = Path("metrics/train.json")
AUGMENTED = Path("data/augmented.npy")
CHECKPOINT_DIR = Path("models/checkpoint")
CODE = (
    *(
        Path(f"digits/training/{name}.py")
        for name in ("augment", "fitting", "model", "optimizer", "recipe")
    ),
    Path("stages/train.py"),
)


class DevicesError(DigitsError):
    """More devices are asked for than the machine has."""


def build_strategy(devices: int) -> tf.distribute.Strategy:
    """Build what trains on so many of the machine's GPUs, or CPUs where it has none.

    Each takes its share of every batch. Raises DevicesError where there are fewer.
    """
    if devices == 1:
        return tf.distribute.get_strategy()
    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    if len(found) < devices:
        raise DevicesError(
            f"train.devices in params.yaml is {devices}; TensorFlow sees {len(found)} "
            f"{found[0].device_type}: set it to {len(found)}"
        )
    return tf.distribute.MirroredStrategy([device.name for device in found[:devices]])


def build_plateau(params: PlateauParams) -> list[keras.callbacks.Callback]:
    """Build what lowers the rate, and in the end stops, where the validation loss stalls."""
    return [
        keras.callbacks.ReduceLROnPlateau(
            factor=params.factor, patience=params.patience, verbose=1
        ),
        keras.callbacks.EarlyStopping(patience=params.stop_after, verbose=1),
    ]


def note_rate(optimizer: keras.optimizers.Optimizer) -> keras.callbacks.Callback:
    """Build what notes the learning rate at the end of each epoch in the history."""

    def note(epoch: int, logs: dict[str, float]) -> None:
        logs["learning_rate"] = float(optimizer.learning_rate)

    return keras.callbacks.LambdaCallback(on_epoch_end=note)


def report(history: History) -> None:
    """Write the history, a row an epoch, and what the last epoch says of validation digits."""
    write_csv(HISTORY, history)
    last = history[-1]
    write_json(
        METRICS,
        {"epoch": last["epoch"], "accuracy": last["val_accuracy"], "loss": last["val_loss"]},
    )


def build_compiled(params: TrainParams, steps: int) -> keras.Model:
    """Build the network, ready to be trained for epochs of so many steps; it starts from another's
    weights where the parameters name one."""
    model = build_model(params.stem_filters, params.blocks, params.dropout)
    if params.start_from:
        start_from(model, Path(params.start_from))
    model.compile(
        optimizer=build_optimizer(params, steps),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    return model


def fit(
    params: TrainParams,
    train: Split,
    val: Split,
    folder: Path,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    report: Report = lambda history: None,
) -> tuple[keras.Model, History]:
    """Train a model, or go on where a training with the same arguments was killed.

    `folder` keeps the state after each epoch; `report` gets the history so far, each time. Returns
    the model with the exponential moving average of its weights, with `plateau` those after its
    best epoch, and the history, one record an epoch, of the weights themselves.
    """
    start_anew(params.seed)
    steps = steps_per_epoch(len(train.labels), params.batch_size)
    plateau = build_plateau(params.plateau) if params.schedule == "plateau" else []
    with build_strategy(params.devices).scope():
        model = build_compiled(params, steps)
        checkpoint = Checkpoint(folder, made_from(params, train, val), plateau)
        checkpoint.restore(model)
    ranges = Ranges(**params.augmentation.model_dump())
    history = fit_epochs(
        model,
        checkpoint,
        params.epochs,
        steps,
        lambda epochs: training_batches(
            train, params.batch_size, epochs, params.seed, ranges, params.first_cycle
        ),
        report,
        [note_rate(model.optimizer), *plateau, *callbacks],
        validation_data=(val.images[..., np.newaxis], val.labels),
        validation_batch_size=512,
    )
    if plateau:
        checkpoint.restore_best(model)
    # Keras does so at the end of `fit`, which a finished training that is taken up doesn't reach.
    model.optimizer.finalize_variable_values(model.trainable_variables)
    return model, history


def made_from(params: TrainParams, *splits: Split) -> list[Any]:
    """Return what a training is made from: parameters, code, digits, and what it starts from."""
    start = [Path(params.start_from)] if params.start_from else []
    contents = (split.images.tobytes() + split.labels.tobytes() for split in splits)
    return ingredients(params, [*CODE, *start], contents)


def describe(params: TrainParams, own: int) -> dict[str, Any]:
    """Return the parameters that had a part in a training with so many own digits, and of the model
    that it started from the SHA-256."""
    used = params.model_dump(exclude_none=True, exclude=set() if own else {"own_share"})
    if own:
        used["own_digits"] = own
    if params.start_from:
        start = Path(params.start_from).read_bytes()
        used["start_from_sha256"] = hashlib.sha256(start).hexdigest()
    return used


def augmented_samples(train: Split, ranges: Ranges, seed: int) -> NDArray[np.uint8]:
    """Return uint8 array (10, 9, 28, 28): the first digit of each class, then 8 warps of it."""
    firsts = [np.flatnonzero(train.labels == label)[:1] for label in range(10)]
    digits = train.images[np.concatenate(firsts)]
    repeated = tf.constant(np.repeat(digits, 8, axis=0)[..., np.newaxis], tf.float32)
    warped = warp(repeated, tf.constant([seed, 0]), ranges).numpy().round().astype(np.uint8)
    return np.concatenate([digits[:, np.newaxis], warped.reshape(len(digits), 8, 28, 28)], axis=1)


def main() -> None:
    """Run the stage."""
    params = load_params("train", TrainParams)
    set_threads(params.threads)
    tf.config.experimental.enable_op_determinism()
    own = load_own("train")
    train = add_hands(load_split("train"), params.drawn_share, params.seed)
    train = mix(train, own, params.own_share)
    val = mix(load_split("val"), load_own("val"), params.own_share)
    model, history = fit(params, train, val, CHECKPOINT_DIR, report=report)
    report(history)  # which a training that had come to its end before did not do
    ranges = Ranges(**params.augmentation.model_dump())
    write_array(AUGMENTED, augmented_samples(train, ranges, params.seed))
    with replacing(MODEL) as temporary:
        save_model(model, temporary)
    write_json(TRAINING, describe(params, len(own.labels)))
    shutil.rmtree(CHECKPOINT_DIR)


if __name__ == "__main__":
    run_stage(main)
