"""What everybody trains on MNIST: the networks and recipes that ours is measured against.

Both take float32 arrays of shape (n, 28, 28, 1), pixels 0 to 255, and scale them as their authors
do.
"""

from collections.abc import Callable
from typing import NamedTuple

import keras
from keras import layers


class Rival(NamedTuple):
    """A network, and how its authors train it."""

    build: Callable[[], keras.Model]
    """Returns the model, compiled."""
    batch_size: int
    epochs: int
    decay: float
    """What the learning rate is multiplied by after each epoch."""


def build_keras_convnet() -> keras.Model:
    """Build the simple MNIST convnet of the Keras documentation (Chollet, 2015)."""
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_pytorch_net() -> keras.Model:
    """Build the network of PyTorch's example `mnist`, with PyTorch's initial weights and Adadelta.

    Its inputs are standardised by the mean and the standard deviation of MNIST's training pixels.
    """
    mean, deviation = 0.1307, 0.3081
    uniform = keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(1 / 255 / deviation, -mean / deviation),
            layers.Conv2D(32, 3, activation="relu", kernel_initializer=uniform),
            layers.Conv2D(64, 3, activation="relu", kernel_initializer=uniform),
            layers.MaxPooling2D(),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(128, activation="relu", kernel_initializer=uniform),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax", kernel_initializer=uniform),
        ]
    )
    adadelta = keras.optimizers.Adadelta(1.0, rho=0.9, epsilon=1e-6)
    model.compile(adadelta, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


RIVALS = {
    "the Keras documentation's convnet": Rival(build_keras_convnet, 128, 15, 1.0),
    "the PyTorch examples' network": Rival(build_pytorch_net, 64, 14, 0.7),
}
