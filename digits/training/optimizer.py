"""The optimizer of both networks, and the learning rate's cycles."""

from typing import Any

import keras
from keras import ops
from keras.optimizers.schedules import CosineDecay, LearningRateSchedule


class Muon(keras.optimizers.Muon):  # type: ignore[misc]  # Keras has no types
    """Muon for convolutions, where Keras's own is for dense layers.

    A kernel is stepped as a matrix (height x width x channels, filters), all directions of which
    get steps of one length; what is no kernel of a convolution is stepped by AdamW (Jordan et al.,
    "Muon: An optimizer for hidden layers in neural networks", 2024).
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        return len(variable.shape) != 4

    def _apply_weight_decay(self, variables: Any) -> None:
        """Shrink the weights, whichever way they are stepped. Keras's own method would work out the
        learning rate once more for each of them."""
        if not self.weight_decay:
            return
        rate = self.learning_rate
        for variable in filter(self._use_weight_decay, variables):
            variable.assign(variable - variable * self.weight_decay * rate)

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """Make all directions of a kernel's gradient equally long."""
        matrix = super().zeropower_via_newtonschulz5(_as_matrix(x), steps)
        return ops.reshape(matrix, x.shape)

    def lr_adjust(self, x: Any) -> Any:
        """Scale a kernel's step as Adam would (Liu et al., "Muon is scalable for LLM training",
        2025)."""
        return ops.reshape(super().lr_adjust(_as_matrix(x)), x.shape)


class Cycles(LearningRateSchedule):  # type: ignore[misc]  # Keras has no types
    """A short cycle of so many steps, then a long one (after Loshchilov and Hutter, "SGDR:
    Stochastic gradient descent with warm restarts", 2017)."""

    def __init__(self, short: LearningRateSchedule, steps: int, long: LearningRateSchedule) -> None:
        self.short, self.steps, self.long = short, steps, long

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, counted from 0."""
        return ops.where(step < self.steps, self.short(step), self.long(step - self.steps))


def build_cycle(learning_rate: float, warmup: float, steps: int) -> LearningRateSchedule:
    """Let the rate climb for the share `warmup` of the steps, then fall to 0 along a cosine (after
    Smith and Topin, "Super-convergence", 2018)."""
    climb = int(warmup * steps)
    return CosineDecay(
        initial_learning_rate=learning_rate / 25,
        warmup_target=learning_rate,
        warmup_steps=climb,
        decay_steps=steps - climb,
    )


def _as_matrix(kernel: Any) -> Any:
    return ops.reshape(kernel, (-1, kernel.shape[-1]))
