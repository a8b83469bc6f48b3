"""Training digits, shuffled and warped in the TensorFlow graph."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from digits.data.splits import Split


class Ranges(NamedTuple):
    """How far a digit is warped at the most: each amount is drawn evenly from -limit to +limit."""

    rotation: float
    """Degrees."""
    shift: float
    """Pixels, along each axis."""
    zoom: float
    """Share of the size, along each axis: 0.1 is 90 % to 110 %."""
    shear: float
    """Degrees of slant."""


def warp(
    images: tf.Tensor, seed: tf.Tensor, ranges: Ranges, strength: float | tf.Tensor = 1.0
) -> tf.Tensor:
    """Rotate, shear, zoom and shift each image by amounts of its own, around its centre.

    `images`: float32 tensor of shape (n, height, width, 1). `seed`: int tensor of shape (2,); the
    same seed gives the same warps. `strength`: the share of the ranges that is used. Returns the
    same shape; what comes in from outside is 0.
    """
    count = tf.shape(images)[0]
    height, width = images.shape[1], images.shape[2]
    limits = np.array(
        [
            np.radians(ranges.rotation),
            np.radians(ranges.shear),
            *[ranges.zoom] * 2,
            *[ranges.shift] * 2,
        ],
        dtype=np.float32,
    )
    shares = tf.random.stateless_uniform((count, len(limits)), seed, -1.0, 1.0)
    amounts = strength * limits * shares
    rotation, shear, zoom_x, zoom_y, shift_x, shift_y = tf.unstack(amounts, axis=1)
    # The matrix takes a pixel of the result to the place in the source where its value is read.
    a = tf.cos(rotation) / (1 + zoom_x)
    b = (tf.cos(rotation) * tf.tan(shear) - tf.sin(rotation)) / (1 + zoom_x)
    c = tf.sin(rotation) / (1 + zoom_y)
    d = (tf.sin(rotation) * tf.tan(shear) + tf.cos(rotation)) / (1 + zoom_y)
    center_x, center_y = (width - 1) / 2, (height - 1) / 2
    offset_x = center_x - a * (center_x + shift_x) - b * (center_y + shift_y)
    offset_y = center_y - c * (center_x + shift_x) - d * (center_y + shift_y)
    zero = tf.zeros_like(a)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a, b, offset_x, c, d, offset_y, zero, zero], axis=1),
        output_shape=[height, width],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def training_batches(
    split: Split, batch_size: int, epochs: range, seed: int, ranges: Ranges, first_cycle: int
) -> tf.data.Dataset:
    """Return the batches of the given epochs, one epoch after the other.

    In the epochs of the `first_cycle` digits are warped half as far.

    Each batch is (float32 tensor of shape (n, 28, 28, 1), pixels 0 to 255; uint8 labels (n,)). It
    depends on the seed, the epoch and its place there, and on nothing that came before.
    """
    images = tf.constant(split.images[..., np.newaxis])
    labels = tf.constant(split.labels)
    steps = steps_per_epoch(len(split.labels), batch_size)

    def batch(step: tf.Tensor, chosen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        digits = tf.cast(tf.gather(images, chosen), tf.float32)
        strength = tf.where(step // steps < first_cycle, 0.5, 1.0)
        return warp(digits, tf.stack([seed, step]), ranges, strength), tf.gather(labels, chosen)

    return shuffled_batches(len(split.labels), batch_size, epochs, seed, batch)


def shuffled_batches(
    total: int,
    batch_size: int,
    epochs: range,
    seed: int,
    make: Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]],
) -> tf.data.Dataset:
    """Return the batches of the given epochs, one epoch after the other, each shuffled on its own.

    `make` gets a step, counted from the first epoch's first, and which of `total` samples are in
    its batch, and returns what the network takes and what it is to say.
    """
    steps = steps_per_epoch(total, batch_size)

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        first = (step % steps) * batch_size
        places = tf.range(first, tf.minimum(first + batch_size, total))
        shuffle_seed = tf.cast(tf.stack([seed, step // steps]), tf.uint32)
        return make(step, tf.random.experimental.index_shuffle(places, shuffle_seed, total - 1))

    batches = tf.data.Dataset.range(epochs.start * steps, epochs.stop * steps, output_type=tf.int32)
    options = tf.data.Options()
    # The thread that tunes sleeps for seconds at a time, longer and longer, and a training waits at
    # its end until it wakes; there is nothing here to tune.
    options.autotune.enabled = False
    batches = batches.map(batch, num_parallel_calls=1, deterministic=True).prefetch(4)
    return batches.with_options(options)


def steps_per_epoch(total: int, batch_size: int) -> int:
    """Return how many batches show every one of `total` digits once."""
    return -(-total // batch_size)
