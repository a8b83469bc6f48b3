"""The network, and how its file is written."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from digits.errors import DigitsError


class StartError(DigitsError):
    """A model that no training can start from."""


class FusedBatchNormalization(layers.BatchNormalization):  # type: ignore[misc]  # has no types
    """Keras's layer, but that training computes it in one operation of TensorFlow's: of the dozen
    that Keras takes, a step of training lasts a tenth longer."""

    def call(self, inputs: tf.Tensor, training: bool = False, mask: Any = None) -> tf.Tensor:
        """Normalise a batch: float tensor of shape (n, height, width, channels) → the same."""
        if not training:
            return super().call(inputs, training=False)
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=self.moving_mean,
            variance=self.moving_variance,
            epsilon=self.epsilon,
            exponential_avg_factor=1 - self.momentum,
        )
        self.moving_mean.assign(mean)
        self.moving_variance.assign(variance)
        return outputs


def build_model(stem_filters: int, blocks: Sequence[Sequence[int]], dropout: float) -> keras.Model:
    """Build the CNN: float32 array of shape (n, 28, 28, 1), pixels 0 to 255 → logits (n, 10).

    The 6x6 stem with stride 2 sees every pixel and leaves 12x12, which halves twice without losing
    a border; at full resolution the same blocks would cost five times the arithmetic. `blocks` are
    the filters of each block's 3x3 convolutions: each is Conv2D → BatchNorm → ReLU, and a block
    ends in MaxPool → Dropout. The averages that BatchNorm keeps for later settle within 50 batches
    (momentum 0.9), so that a small data set will do. Logits come out, to be calibrated later.
    """
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255)], name="digits")
    model.add(layers.Conv2D(stem_filters, 6, strides=2, use_bias=False))
    model.add(FusedBatchNormalization(momentum=0.9))
    model.add(layers.ReLU())
    for block in blocks:
        for filters in block:
            model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
            model.add(FusedBatchNormalization(momentum=0.9))
            model.add(layers.ReLU())
        model.add(layers.MaxPooling2D())
        model.add(layers.Dropout(dropout))
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


def start_from(model: keras.Model, path: Path) -> None:
    """Give a model the weights of another of the same layers, a `.keras` file.

    Raises StartError where it is missing, no model, or has other layers.
    """
    try:
        weights = keras.models.load_model(path, compile=False).get_weights()
    except (OSError, ValueError, TypeError) as error:
        raise StartError(
            f"train.start_from is {path}, which can't be read as a Keras model: copy one "
            f"there, `dvc get . models/digits.keras -o {path}`, or set it to null"
        ) from error
    if [weight.shape for weight in weights] != [weight.shape for weight in model.get_weights()]:
        raise StartError(
            f"train.start_from is {path}, whose layers are not those that train.stem_filters and "
            "train.blocks ask for: set these to what it was trained with, or take another model"
        )
    model.set_weights(weights)


def save_model(model: keras.Model, path: Path) -> None:
    """Write the model to a `.keras` file: the same model gives the same bytes.

    Keras itself writes down when it saved, and the memory addresses of objects. What could not be
    loaded without this module is left out: the optimizer, and how training computes a layer.
    """
    plain = {FusedBatchNormalization.__name__: layers.BatchNormalization}
    with keras.saving.custom_object_scope(plain):
        bare = type(model).from_config(model.get_config())
    bare.set_weights(model.get_weights())
    bare.save(path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for name in ("config.json", "metadata.json"):
        entries[name] = json.dumps(json.loads(entries[name], object_hook=_without_traces)).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(entries):
            archive.writestr(zipfile.ZipInfo(name), entries[name])


def _without_traces(content: dict[str, Any]) -> dict[str, Any]:
    return {key: content[key] for key in content if key not in ("date_saved", "shared_object_id")}
