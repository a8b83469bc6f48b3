"""The optimizer of the network."""

from typing import Any

import keras
from keras import ops


class Muon(keras.optimizers.Muon):  # type: ignore[misc]  # Keras has no types
    """Muon for convolutions, where Keras's own is for dense layers.

    A kernel is stepped as a matrix (height x width x channels, filters), all directions of which
    get steps of one length; what is no kernel of a convolution is stepped by AdamW (Jordan et al.,
    "Muon: An optimizer for hidden layers in neural networks", 2024).
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        return len(variable.shape) != 4

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """Make all directions of a kernel's gradient equally long."""
        matrix = super().zeropower_via_newtonschulz5(_as_matrix(x), steps)
        return ops.reshape(matrix, x.shape)

    def lr_adjust(self, x: Any) -> Any:
        """Scale a kernel's step as Adam would (Liu et al., "Muon is scalable for LLM training",
        2025)."""
        return ops.reshape(super().lr_adjust(_as_matrix(x)), x.shape)


def _as_matrix(kernel: Any) -> Any:
    return ops.reshape(kernel, (-1, kernel.shape[-1]))
