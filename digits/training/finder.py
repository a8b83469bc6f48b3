"""The network that finds digits' ink: its layers, what it learns from a page, and its loss.

Each cell of a page, two pixels wide and high, says which digit's ink it holds, or that it holds
print's or none's, whether a digit's centre is there, and where the centre of its own digit lies: as
in Panoptic-DeepLab (Cheng et al., 2020). Centres are heat maps with the focal loss of CenterNet
(Zhou et al., 2019).
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from numpy.typing import NDArray

from digits.data.pages import IGNORED, MOST_DIGITS, PRINT, Pages
from digits.reading.finder import CELL, CENTER, CHANNELS, OFFSET_UNIT
from digits.training.augment import shuffled_batches
from digits.training.model import FusedBatchNormalization

# A centre's heat falls to 60 % at this share of the digit's height; at so many pixels at least.
SPREAD, LEAST_SPREAD = 0.07, 1.5
# All digits weigh as much as one of so many cells of ink, so that a 1 counts as an 8 does; but none
# of their cells weighs more than MOST_WEIGHT.
USUAL_INK, MOST_WEIGHT = 70.0, 2.0
# Of a cell of print.
PRINT_WEIGHT = 0.5
# The classes: none, ten digits, print.
PRINT_CLASS = 11


@keras.saving.register_keras_serializable("digits")
class DepthToSpace(layers.Layer):  # type: ignore[misc]  # has no types
    """Lay the channels of a cell out as two by two cells: (n, h, w, 4c) → (n, 2h, 2w, c)."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Rearrange a float tensor."""
        return tf.nn.depth_to_space(inputs, 2)


def _convolution(inputs: tf.Tensor, filters: int, size: int = 3, strides: int = 1) -> tf.Tensor:
    outputs = layers.Conv2D(filters, size, strides, padding="same", use_bias=False)(inputs)
    return layers.ReLU()(FusedBatchNormalization(momentum=0.95)(outputs))


def _merged(coarse: tf.Tensor, fine: tf.Tensor, filters: int) -> tf.Tensor:
    """Bring what was seen from afar to what was seen from near."""
    wide = DepthToSpace()(layers.Conv2D(4 * filters, 1, use_bias=False)(coarse))
    near = layers.Conv2D(filters, 1, use_bias=False)(fine)
    both = layers.ReLU()(FusedBatchNormalization(momentum=0.95)(layers.Add()([wide, near])))
    return _convolution(both, filters)


def build_finder(filters: Sequence[int]) -> keras.Model:
    """Build a U-shaped network (Ronneberger et al., 2015).

    float32 (n, height, width, 1), standardised, sides multiples of 16 → logits and offsets, float32
    (n, height / 2, width / 2, CHANNELS).

    `filters`: of the convolutions at a half, a quarter, an eighth and a sixteenth of the size.
    """
    half, quarter, eighth, sixteenth = filters
    inputs = keras.Input((None, None, 1))
    x = _convolution(inputs, half, 5, 2)
    at_quarter = _convolution(_convolution(x, quarter, 3, 2), quarter)
    x = _convolution(at_quarter, eighth, 3, 2)
    at_eighth = _convolution(_convolution(x, eighth), eighth)
    x = _convolution(at_eighth, sixteenth, 3, 2)
    x = _convolution(_convolution(x, sixteenth), sixteenth)
    x = _merged(x, at_eighth, eighth)
    x = _merged(x, at_quarter, 3 * quarter // 2)
    # At the start there is ink and there are centres nowhere, as in most places.
    bias = np.zeros((4, CHANNELS), np.float32)
    bias[:, 0], bias[:, CENTER] = 2, -4
    x = layers.Conv2D(4 * CHANNELS, 1)(x)
    model = keras.Model(inputs, DepthToSpace()(x), name="finder")
    model.layers[-2].bias.assign(bias.ravel())
    return model


def standardise(images: tf.Tensor) -> tf.Tensor:
    """Take uint8 pages (n, height, width) to float32 (n, height, width, 1) as the reader does."""
    pixels = tf.cast(images, tf.float32)[..., tf.newaxis]
    mean = tf.reduce_mean(pixels, (1, 2), keepdims=True)
    deviation = tf.math.reduce_std(pixels, (1, 2), keepdims=True)
    return (pixels - mean) / tf.maximum(deviation, 6.0)


def page_batches(pages: Pages, batch_size: int, epochs: range, seed: int) -> tf.data.Dataset:
    """Return the batches of the given epochs, one epoch after the other, each shuffled on its own.

    Each batch is what the network takes, and what it is to say (`to_targets`).
    """
    total, side = len(pages.images), pages.owners.shape[1]
    heat = np.stack([draw_heat(digits[digits[:, 3] > 0], side) for digits in pages.digits])
    table = np.concatenate([pages.digits, count_ink(pages.owners)], axis=-1)
    arrays = [tf.constant(array) for array in (pages.images, pages.owners, table, heat)]

    def batch(_: tf.Tensor, chosen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, *targets = (tf.gather(array, chosen) for array in arrays)
        return standardise(images), to_targets(*targets)

    return shuffled_batches(total, batch_size, epochs, seed, batch)


def count_ink(owners: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Count the cells of ink of each digit: uint8 (n, height, width) → float32 (n, MOST_DIGITS, 1).

    `owners`: whose ink a cell holds, from 1.
    """
    counts = [np.bincount(page.ravel(), minlength=256)[1 : MOST_DIGITS + 1] for page in owners]
    return np.array(counts, np.float32)[..., np.newaxis]


def draw_heat(digits: NDArray[np.float32], side: int) -> NDArray[np.uint8]:
    """Draw how near each cell is to a centre: uint8 array (side, side), 255 at a centre.

    `digits`: float32 array (k, 4): label, x and y of the centre, height, in pixels.
    """
    places = np.arange(side, dtype=np.float32) * CELL + CELL / 2
    spread = np.maximum(SPREAD * digits[:, 3:], LEAST_SPREAD)
    x = np.exp(-(((places - digits[:, 1:2]) / spread) ** 2) / 2)
    y = np.exp(-(((places - digits[:, 2:3]) / spread) ** 2) / 2)
    heat = (y[:, :, np.newaxis] * x[:, np.newaxis]).max(axis=0, initial=0)
    return np.asarray((255 * heat).round(), np.uint8)


def to_targets(owners: tf.Tensor, digits: tf.Tensor, heat: tf.Tensor) -> tf.Tensor:
    """Return what the network is to say: float32 (n, height, width, 6).

    The class (0 none, 1 to 10 digits, 11 print, -1 not known), the offset to the centre in pixels
    (x, y), the digit's height, the heat and the weight of the class. `owners`: uint8 (n, height,
    width), whose ink a cell holds, from 1; `digits`: float32 (n, k, 5), of each its label, x, y,
    height and cells of ink; `heat`: uint8 (n, height, width).
    """
    owner = tf.cast(owners, tf.int32)
    is_digit = (owner > 0) & (owner <= MOST_DIGITS)
    rows = tf.concat([tf.zeros_like(digits[:, :1]), digits], axis=1)
    label, x, y, height, ink = tf.unstack(
        tf.gather(rows, tf.where(is_digit, owner, 0), batch_dims=1), axis=-1
    )
    places = tf.range(owners.shape[1], dtype=tf.float32) * CELL + CELL / 2
    classes = tf.where(is_digit, label + 1, 0.0)
    classes = tf.where(owner == PRINT, float(PRINT_CLASS), classes)
    classes = tf.where(owner == IGNORED, -1.0, classes)
    offsets = x - places, y - places[:, tf.newaxis]
    weight = tf.minimum(USUAL_INK / tf.maximum(ink, 1.0), MOST_WEIGHT)
    weight = tf.where(owner == PRINT, PRINT_WEIGHT, weight)
    return tf.stack([classes, *offsets, height, tf.cast(heat, tf.float32) / 255, weight], axis=-1)


def finder_loss(targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
    """Return the loss of a batch: of whose ink it is, where centres are, and where they lie."""
    classes, height, heat, weight = (targets[..., place] for place in (0, 3, 4, 5))
    known, ink = tf.cast(classes >= 0, tf.float32), tf.cast(classes > 0, tf.float32)
    digit = ink * tf.cast(classes < PRINT_CLASS, tf.float32)
    entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(
        tf.cast(tf.maximum(classes, 0), tf.int32), outputs[..., :CENTER]
    )
    weight *= ink
    of_paper = tf.reduce_sum(entropy * known * (1 - ink)) / tf.reduce_sum(known)
    of_ink = tf.reduce_sum(entropy * weight) / (tf.reduce_sum(weight) + 1)
    distance = tf.abs(outputs[..., CENTER + 1 :] * OFFSET_UNIT - targets[..., 1:3])
    relative = tf.reduce_sum(distance, axis=-1) / tf.maximum(height, 6.0)
    of_offset = tf.reduce_sum(relative * digit) / (tf.reduce_sum(digit) + 1)
    of_center = _focal(heat, outputs[..., CENTER], known)
    return 2 * of_paper + of_ink + 0.2 * of_center + 2 * of_offset


def _focal(heat: tf.Tensor, logits: tf.Tensor, known: tf.Tensor) -> tf.Tensor:
    center = tf.cast(heat > 0.85, tf.float32)
    share = tf.sigmoid(logits)
    missed = center * (1 - share) ** 2 * tf.math.log_sigmoid(logits)
    invented = (1 - center) * (1 - heat) ** 4 * share**2 * tf.math.log_sigmoid(-logits)
    return -tf.reduce_sum((missed + invented) * known) / (tf.reduce_sum(center) / 3 + 1)
