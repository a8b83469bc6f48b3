"""The network that reads lines of digits: its layers, what it learns from a line, and its loss."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from digits.data.lines import MOST_DIGITS, WIDTH, Lines
from digits.reading.recogniser import BLANK, CLASSES, COLUMN, HEIGHT
from digits.training.augment import shuffled_batches
from digits.training.model import FusedBatchNormalization

# Of what each column is said to hold, beside CTC; and of a digit's column, beside others.
COLUMN_WEIGHT, DIGIT_WEIGHT = 0.3, 3.0
_UNKNOWN = -1
# The network halves the width so often that one place of its answer tells of two columns.
_COLUMNS_A_PLACE = 2


def _convolution(
    inputs: tf.Tensor,
    filters: int,
    size: int | tuple[int, int] = 3,
    strides: int | tuple[int, int] = 1,
    padding: str = "same",
) -> tf.Tensor:
    outputs = layers.Conv2D(filters, size, strides, padding=padding, use_bias=False)(inputs)
    return layers.ReLU()(FusedBatchNormalization(momentum=0.95)(outputs))


def build_recogniser(filters: Sequence[int]) -> keras.Model:
    """Build the network: float32 (n, HEIGHT, width, 1), pixels 0 to 255, the width a multiple of
    four → logits, float32 (n, 1, width / 4, 2 x CLASSES), of two columns beside each other.

    `filters`: of the convolutions at a half, a quarter and an eighth of the height, and of those
    that see all of it.
    """
    half, quarter, eighth, whole = filters
    inputs = keras.Input((HEIGHT, None, 1))
    x = _convolution(layers.Rescaling(1 / 255)(inputs), half, 6, 2)
    x = _convolution(_convolution(x, quarter, 3, 2), quarter)
    x = _convolution(_convolution(x, eighth, 3, (2, 1)), eighth)
    x = _convolution(layers.ZeroPadding2D((0, 1))(x), whole, (HEIGHT // 8, 3), padding="valid")
    x = _convolution(x, whole, (1, 3))
    return keras.Model(inputs, layers.Conv2D(_COLUMNS_A_PLACE * CLASSES, 1)(x), name="recogniser")


def line_batches(lines: Lines, batch_size: int, epochs: range, seed: int) -> tf.data.Dataset:
    """Return the batches of the given epochs, one epoch after the other, each shuffled on its own.

    Each batch is what the network takes, and what it is to say: int32 (n, MOST_DIGITS + columns),
    the labels and, column by column, what is there, -1 what is not known.
    """
    columns = [to_columns(*line) for line in zip(lines.labels, lines.places, strict=True)]
    targets = tf.constant(np.concatenate([lines.labels, columns], axis=1))
    images = tf.constant(lines.images[..., np.newaxis])

    def batch(_: tf.Tensor, chosen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        pixels = tf.cast(tf.gather(images, chosen), tf.float32)
        return pixels, tf.cast(tf.gather(targets, chosen), tf.int32)

    return shuffled_batches(len(lines.images), batch_size, epochs, seed, batch)


def to_columns(labels: NDArray[np.int8], places: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return what each column of a line holds: its digit where its middle is, BLANK elsewhere, and
    nothing that is known beside a middle.

    `labels`: int8 (k,), -1 beyond the last; `places`: float32 (k,), in pixels.
    """
    columns = np.full(WIDTH // COLUMN, BLANK, np.int8)
    middles = (places[labels >= 0] / COLUMN).astype(int).clip(0, len(columns) - 1)
    for beside in (-1, 1):
        columns[(middles + beside).clip(0, len(columns) - 1)] = _UNKNOWN
    columns[middles] = labels[labels >= 0]
    return columns


def recogniser_loss(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """Return the loss of a batch: by CTC, and of what each column holds, which CTC alone takes
    long to find out."""
    targets = tf.cast(targets, tf.int32)
    labels, columns = targets[:, :MOST_DIGITS], targets[:, MOST_DIGITS:]
    logits = tf.reshape(outputs, (tf.shape(outputs)[0], columns.shape[1], CLASSES))
    of_line = tf.nn.ctc_loss(
        tf.maximum(labels, 0),
        logits,
        tf.reduce_sum(tf.cast(labels >= 0, tf.int32), axis=1),
        tf.fill(tf.shape(labels)[:1], columns.shape[1]),
        logits_time_major=False,
        blank_index=BLANK,
    )
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(columns, 0), logits)
    weight = tf.cast(columns != _UNKNOWN, tf.float32)
    weight *= tf.where(columns < BLANK, DIGIT_WEIGHT, 1.0)
    of_columns = tf.reduce_sum(weight * entropy, axis=1)
    return tf.reduce_mean(of_line + COLUMN_WEIGHT * of_columns)
