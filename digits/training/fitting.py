"""Fit a network epoch by epoch; a training that was killed goes on where it was."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from digits.pipeline.params import Section
from digits.training.checkpoint import Checkpoint, History, to_records

Batches = Callable[[range], tf.data.Dataset]
Report = Callable[[History], None]


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


def ingredients(params: Section, files: Iterable[Path], contents: Iterable[bytes]) -> list[Any]:
    """Return what a training is made from: the parameters, and the SHA-256 of files and data."""
    parts = chain((path.read_bytes() for path in files), contents)
    return [params.model_dump(), *(hashlib.sha256(part).hexdigest() for part in parts)]
