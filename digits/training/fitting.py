"""Fit a network epoch by epoch; a training that was killed goes on where it was."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import keras
import tensorflow as tf
from pydantic import Field

from digits.pipeline.params import Section
from digits.training.augment import steps_per_epoch
from digits.training.checkpoint import Checkpoint, History, to_records
from digits.training.optimizer import Muon, build_cycle

Count = Annotated[int, Field(strict=True, ge=1)]
Batches = Callable[[range], tf.data.Dataset]
Report = Callable[[History], None]


class CycleParams(Section):
    """What a training in one cycle of the learning rate asks for."""

    seed: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    threads: Count
    epochs: Count
    batch_size: Count
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    warmup: Annotated[float, Field(ge=0, lt=1)]
    weight_decay: Annotated[float, Field(ge=0, lt=1)]
    filters: Annotated[list[Count], Field(min_length=4, max_length=4)]


def set_threads(threads: int) -> None:
    """Let TensorFlow use so many threads; to be called before its first operation."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def start_anew(seed: int) -> None:
    """Let layers be numbered and weights be drawn as in a new process."""
    keras.utils.clear_session()  # Keras numbers its layers through the process's life
    keras.utils.set_random_seed(seed)


def fit_epochs(
    model: keras.Model,
    checkpoint: Checkpoint,
    epochs: int,
    steps: int,
    batches: Batches,
    report: Report,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **validation: Any,
) -> History:
    """Fit a compiled model that a checkpoint has restored, for the epochs that are left.

    `batches` returns those of some epochs, each of so many steps; `report` gets the history after
    each epoch. Returns the history, a record an epoch.
    """
    done = len(checkpoint.history)
    if done < epochs and not checkpoint.stopped:
        model.fit(
            batches(range(done, epochs)),
            initial_epoch=done,
            epochs=epochs,
            shuffle=False,
            steps_per_epoch=steps,
            callbacks=[
                *callbacks,
                checkpoint,
                keras.callbacks.LambdaCallback(
                    on_epoch_end=lambda epoch, logs: report(to_records(checkpoint.history))
                ),
            ],
            **validation,
        )
    return to_records(checkpoint.history)


def fit_cycle(
    params: CycleParams,
    model: keras.Model,
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    total: int,
    batches: Batches,
    val_batches: tf.data.Dataset,
    checkpoint: Checkpoint,
    report: Report,
) -> History:
    """Fit a model to `total` samples an epoch in one cycle of the learning rate, or go on where a
    training from the same ingredients was killed. Returns the history, a record an epoch."""
    steps = steps_per_epoch(total, params.batch_size)
    rate = build_cycle(params.learning_rate, params.warmup, params.epochs * steps)
    model.compile(Muon(rate, weight_decay=params.weight_decay), loss=loss)
    checkpoint.restore(model)
    return fit_epochs(
        model, checkpoint, params.epochs, steps, batches, report, validation_data=val_batches
    )


def ingredients(params: Section, files: Iterable[Path], contents: Iterable[bytes]) -> list[Any]:
    """Return what a training is made from: the parameters, and the SHA-256 of files and data."""
    parts = chain((path.read_bytes() for path in files), contents)
    return [params.model_dump(), *(hashlib.sha256(part).hexdigest() for part in parts)]
