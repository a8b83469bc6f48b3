"""What a training costs: seconds, arithmetic, and the share of what the machine could do.

Everything here loads TensorFlow.
"""

import math
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
import yaml

from benchmarks.networks import RIVALS, Rival
from digits.data.splits import Split
from digits.pipeline.params import PARAMS_FILE
from digits.training.recipe import TrainParams
from stages import train

GOAL = 0.99
OURS, ONE_EPOCH = "ours", "ours, one epoch"
ONE_EPOCH_FILE = Path(__file__).with_name("one-epoch.yaml")


class Clock(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Notes seconds since the start at the end of each epoch, and how long it trained in it."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []
        self.accuracies: list[float] = []
        """On the validation digits, at the end of each epoch."""
        self.training: list[float] = []
        """Seconds of each epoch without its validation."""

    def on_train_begin(self, logs: Any = None) -> None:
        self._start = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch_start = time.perf_counter()

    def on_test_begin(self, logs: Any = None) -> None:
        self.training.append(time.perf_counter() - self._epoch_start)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.ends.append(time.perf_counter() - self._start)
        self.accuracies.append((logs or {})["val_accuracy"])


class Result(NamedTuple):
    """One training."""

    seconds_to_goal: float | None
    """To the end of the first epoch with GOAL of the validation digits right; None: never."""
    seconds: float
    test_accuracy: float
    parameters: int
    multiply_adds: int
    """To read one digit."""
    throughput: float
    """Digits a second, validation left out; the median of the epochs."""
    product_speed: float
    """FLOP a second of the machine's matrix product, in the type that the network computes in."""

    @property
    def utilisation(self) -> float:
        """The share of the matrix product's speed that training reaches: backwards is counted as
        twice the work of forwards, and a multiply-add as two operations."""
        return self.throughput * 3 * 2 * self.multiply_adds / self.product_speed


def multiply_adds(model: keras.Model) -> int:
    """Count the multiply-adds of convolutions and dense layers for one digit."""
    return sum(
        math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1])
        for layer in _layers_with_kernel(model)
    )


def product_speed(dtype: str, sizes: tuple[int, ...] = (1024, 2048, 4096)) -> float:
    """Measure the FLOP a second of the matrix product, at the best of the sizes and runs."""
    speeds = []
    for size in sizes:
        matrix = tf.cast(tf.random.stateless_uniform((size, size), (1, 2)), dtype)
        for _ in range(4):  # the first one warms up
            start = time.perf_counter()
            tf.linalg.matmul(matrix, matrix)[0, 0].numpy()
            speeds.append(2 * size**3 / (time.perf_counter() - start))
    return max(speeds)


def run(name: str, splits: dict[str, Split], folder: Path, **changes: Any) -> Result:
    """Train what is called so, a rival or ours, to its end, and only then read the test digits.

    `splits`: "train", "val" and "test"; `folder`: where ours may keep its state; `changes`: of our
    parameters, or of a rival's fields.
    """
    clock = Clock()
    if name in RIVALS:
        model = _fit_rival(RIVALS[name]._replace(**changes), splits, clock)
    else:
        params = our_params(name, changes)
        model, _ = train.fit(params, splits["train"], splits["val"], folder, [clock])
    y_prob = model.predict(_pixels(splits["test"]), batch_size=512, verbose=0)
    reached = [end for end, acc in zip(clock.ends, clock.accuracies, strict=True) if acc >= GOAL]
    return Result(
        seconds_to_goal=reached[0] if reached else None,
        seconds=clock.ends[-1],
        test_accuracy=float((y_prob.argmax(axis=1) == splits["test"].labels).mean()),
        parameters=model.count_params(),
        multiply_adds=multiply_adds(model),
        throughput=len(splits["train"].labels) / median(clock.training),
        product_speed=product_speed(_layers_with_kernel(model)[0].compute_dtype),
    )


def our_params(name: str, changes: dict[str, Any]) -> TrainParams:
    """Return the section `train` of params.yaml, for ONE_EPOCH with its changes."""
    section = yaml.safe_load(PARAMS_FILE.read_text(encoding="utf-8"))["train"]
    if name == ONE_EPOCH:
        section = _merge(section, yaml.safe_load(ONE_EPOCH_FILE.read_text(encoding="utf-8")))
    return TrainParams.model_validate(_merge(section, changes))


def _fit_rival(rival: Rival, splits: dict[str, Split], clock: Clock) -> keras.Model:
    keras.utils.set_random_seed(our_params(OURS, {}).seed)
    model = rival.build()
    model.fit(
        _pixels(splits["train"]),
        splits["train"].labels,
        batch_size=rival.batch_size,
        epochs=rival.epochs,
        validation_data=(_pixels(splits["val"]), splits["val"].labels),
        validation_batch_size=512,
        callbacks=[
            keras.callbacks.LearningRateScheduler(
                lambda epoch, rate: rate * (rival.decay if epoch else 1)
            ),
            clock,
        ],
    )
    return model


def _merge(section: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return section | {
        key: _merge(section[key], value) if isinstance(value, dict) else value
        for key, value in changes.items()
    }


def _pixels(split: Split) -> Any:
    return split.images[..., np.newaxis].astype(np.float32)


def _layers_with_kernel(model: keras.Model) -> list[keras.Layer]:
    return [layer for layer in model.layers if hasattr(layer, "kernel")]
