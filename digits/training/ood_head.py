"""The out-of-distribution head: how far a picture is from any digit, by what the network sees."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray
from tqdm import tqdm

from digits.training.augment import Ranges, warp

BATCH_SIZE = 512
RANGES = Ranges(rotation=12, shift=1.5, zoom=0.12, shear=12)


def build_ood_head(features: int, units: int, dropout: float, energy_weight: float) -> keras.Model:
    """Build the head: the network's features (n, `features`) and logits (n, 10) → OOD score (n, 1).

    The score is a perceptron's with one hidden layer on the features, plus `energy_weight` times
    the energy of the logits, -logsumexp (Liu et al., "Energy-based Out-of-distribution Detection",
    2020). The higher, the farther from any digit.
    """
    inputs = keras.Input((features,)), keras.Input((10,))
    x = layers.Dropout(dropout)(inputs[0])
    x = layers.Dense(units, activation="relu")(x)
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(1)(x)
    energy = -keras.ops.logsumexp(inputs[1], axis=1, keepdims=True)
    return keras.Model(inputs, x + energy_weight * energy, name="ood_head")


def with_features(network: keras.Model) -> keras.Model:
    """Return the network with two outputs: what its last layer gets, and its logits."""
    return keras.Model(network.inputs, [network.layers[-1].input, network.outputs[0]])


def with_score(network: keras.Model, ood_head: keras.Model) -> keras.Model:
    """Join network and head: images → logits (n, 10), OOD score (n, 1)."""
    features, logits = with_features(network).outputs
    return keras.Model(network.inputs, [logits, ood_head([features, logits])], name="digits")


@tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
def vary(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Vary thickness, place, sharpness and contrast: float32 tensor (n, 28, 28, 1) → the same.

    Digits and OOD samples are varied alike, so that how they were drawn tells nothing.
    """
    shape = tf.shape(images)[0], 1, 1, 1
    seeds = tf.unstack(tf.random.split(seed, 4))
    amount = tf.random.stateless_uniform(shape, seeds[0], -0.8, 0.8)
    fat, thin = (sign * tf.nn.max_pool2d(sign * images, 3, 1, "SAME") for sign in (1, -1))
    images += tf.maximum(amount, 0) * (fat - images) + tf.maximum(-amount, 0) * (thin - images)
    images = warp(images, seeds[1], RANGES)
    blur = tf.random.stateless_uniform(shape, seeds[2], 0, 0.7)
    kernel = tf.constant(np.outer([1, 2, 1], [1, 2, 1])[..., np.newaxis, np.newaxis] / 16)
    blurred = tf.nn.conv2d(images, tf.cast(kernel, tf.float32), 1, "SAME")
    images += blur * (blurred - images)
    gamma = tf.exp(tf.random.stateless_uniform(shape, seeds[3], -0.5, 0.5))
    brightest = tf.reduce_max(images, axis=(1, 2, 3), keepdims=True)
    return 255 * (images / tf.maximum(brightest, 1)) ** gamma


def varied_features(
    network: keras.Model, images: NDArray[np.uint8], variations: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what the network makes of images (n, 28, 28), as they are and varied so many times.

    With m = (1 + variations) x n: features, float32 (m, features), and logits, float32 (m, 10).
    """
    model = with_features(network)
    batches = range(0, len(images), BATCH_SIZE)
    steps = [(variation, first) for variation in range(1 + variations) for first in batches]
    outputs = []
    for variation, first in tqdm(steps, "features", unit="batch"):
        batch = tf.constant(images[first : first + BATCH_SIZE, ..., np.newaxis], tf.float32)
        if variation:
            batch = vary(batch, tf.constant([seed, variation * len(images) + first]))
        outputs.append(model.predict_on_batch(batch))
    features, logits = (np.concatenate(parts) for parts in zip(*outputs, strict=True))
    return features, logits
