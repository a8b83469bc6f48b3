"""The state of a training after each epoch, so that one that was killed goes on from there."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from digits.pipeline.stage import replacing, write_json

History = list[dict[str, float]]


class Checkpoint(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
    """Keeps weights, optimizer and random state after each epoch; the last callback of all.

    They lie in a file an epoch, and the history tells how many there were: it is written
    after them, so that whenever the process is killed the two belong together.
    """

    def __init__(
        self, folder: Path, made_from: Any, followers: Sequence[keras.callbacks.Callback] = ()
    ) -> None:
        """`made_from`: what the training depends on, as JSON; a state made from anything else is
        not taken up. `followers`: callbacks whose own state is what they saw of the history."""
        super().__init__()
        self.history: History = []
        self.stopped = False
        self._folder = folder
        self._made_from = made_from
        self._followers = followers

    def restore(self, model: keras.Model) -> None:
        """Bring a compiled model to the state after the last epoch that was kept, if any was.

        Its optimizer gets its variables here: if it got them in the first step, Keras would trace
        the step twice.
        """
        model.optimizer.build(model.trainable_variables)
        try:
            state = json.loads(self._state_path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if state["made_from"] == self._made_from:
            self.history, self.stopped = state["history"], state["stopped"]
            self._load(model, len(self.history))

    def restore_best(self, model: keras.Model) -> None:
        """Bring a model to the state after the epoch with the lowest validation loss."""
        self._load(model, self._best_epoch())

    def on_train_begin(self, logs: Any = None) -> None:
        """Let the followers see the epochs before this start."""
        optimizer = self.model.optimizer
        rate = optimizer.learning_rate.numpy() if self._followers else None
        for epoch, record in enumerate(self.history):
            for follower in self._followers:
                follower.on_epoch_end(epoch, dict(record))
        if rate is not None:
            optimizer.learning_rate = rate

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep the state."""
        self.history.append({name: float(value) for name, value in (logs or {}).items()})
        self.stopped = self.model.stop_training
        latest = self._variables_path(len(self.history))
        with replacing(latest) as temporary:
            np.savez(temporary, *(variable.numpy() for variable in _variables(self.model)))
        state = {
            "made_from": self._made_from,
            "history": self.history,
            "stopped": self.stopped,
        }
        write_json(self._state_path, state)
        for path in self._folder.glob("*.npz"):
            if path not in (latest, self._variables_path(self._best_epoch())):
                path.unlink()

    def _best_epoch(self) -> int:
        losses = [record["val_loss"] for record in self.history]
        return 1 + losses.index(min(losses))

    def _load(self, model: keras.Model, epoch: int) -> None:
        with np.load(self._variables_path(epoch)) as arrays:
            for variable, array in zip(_variables(model), arrays.values(), strict=True):
                variable.assign(array)

    def _variables_path(self, epoch: int) -> Path:
        return self._folder / f"{epoch}.npz"

    @property
    def _state_path(self) -> Path:
        return self._folder / "state.json"


def _variables(model: keras.Model) -> list[keras.Variable]:
    """Return all that a step changes: weights, optimizer, and where the random numbers are."""
    return [
        *model.trainable_variables,
        *model.non_trainable_variables,
        *model.optimizer.variables,
    ]


def to_records(history: History) -> History:
    """Return what Keras says of each epoch with the epoch's number, from 1, and rounded."""
    return [
        {"epoch": epoch} | {name: round(value, 6) for name, value in record.items()}
        for epoch, record in enumerate(history, start=1)
    ]
