"""Train a network on composed samples, in one cycle of the learning rate."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Generic, Protocol, TypeVar

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from pydantic import Field

from digits.pipeline.params import Count, Section, Seed, Share
from digits.pipeline.stage import replacing, write_csv
from digits.training.augment import steps_per_epoch
from digits.training.checkpoint import Checkpoint, History
from digits.training.fitting import Report, fit_epochs, ingredients, set_threads, start_anew
from digits.training.model import save_model
from digits.training.optimizer import Muon, build_cycle


class CycleParams(Section):
    """What such a training asks for."""

    seed: Seed
    threads: Count
    epochs: Count
    batch_size: Count
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    warmup: Share
    weight_decay: Share
    filters: Annotated[list[Count], Field(min_length=4, max_length=4)]


class Samples(Protocol):
    """Arrays of samples, each of as many."""

    @property
    def images(self) -> NDArray[np.uint8]:
        """uint8 array (n, height, width)."""

    def __iter__(self) -> Iterator[Any]:
        """All arrays, the images among them."""


S = TypeVar("S", bound=Samples)


@dataclass(frozen=True)
class Learner(Generic[S]):
    """A network, and what it learns from."""

    name: str
    """As in train_NAME, models/NAME.keras and plots/NAME_history.csv."""
    build: Callable[[Sequence[int]], keras.Model]
    """From the filters of its convolutions to the network."""
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    """From targets and outputs of a batch."""
    batches: Callable[[S, int, range, int], tf.data.Dataset]
    """From samples, batch size, epochs and seed to the batches of these epochs."""


def fit(
    learner: Learner[S],
    params: CycleParams,
    train: S,
    val: S,
    folder: Path,
    report: Report = lambda history: None,
) -> tuple[keras.Model, History]:
    """Train a network, or go on where a training with the same arguments was killed.

    `folder` keeps the state after each epoch; `report` gets the history so far, each time. Returns
    the model and its history, a record an epoch.
    """
    start_anew(params.seed)
    steps = steps_per_epoch(len(train.images), params.batch_size)
    rate = build_cycle(params.learning_rate, params.warmup, params.epochs * steps)
    model = learner.build(params.filters)
    model.compile(Muon(rate, weight_decay=params.weight_decay), loss=learner.loss)
    contents = (array.tobytes() for part in (train, val) for array in part)
    checkpoint = Checkpoint(folder, ingredients(params, _code(learner.name), contents))
    checkpoint.restore(model)
    history = fit_epochs(
        model,
        checkpoint,
        params.epochs,
        steps,
        lambda epochs: learner.batches(train, params.batch_size, epochs, params.seed),
        report,
        validation_data=learner.batches(val, params.batch_size, range(1), params.seed),
    )
    return model, history


def _code(name: str) -> list[Path]:
    modules = (name, "augment", "cycle", "fitting", "optimizer")
    return [Path(f"digits/training/{module}.py") for module in modules]


def run(learner: Learner[S], params: CycleParams, load: Callable[[str], S]) -> None:
    """Train a network on the samples "train", and write it and its history (after each epoch);
    `load` reads samples by their name."""
    set_threads(params.threads)
    tf.config.experimental.enable_op_determinism()
    checkpoints = Path(f"models/{learner.name}_checkpoint")
    report = partial(write_csv, Path(f"plots/{learner.name}_history.csv"))
    model, history = fit(learner, params, load("train"), load("val"), checkpoints, report)
    report(history)  # which a training that had come to its end before did not do
    with replacing(Path(f"models/{learner.name}.keras")) as temporary:
        save_model(model, temporary)
    shutil.rmtree(checkpoints)
