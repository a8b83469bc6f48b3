"""The network, and how its file is written."""

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import keras
from keras import layers


def build_model(
    stem_filters: int, block_filters: Sequence[int], convolutions_per_block: int, dropout: float
) -> keras.Model:
    """Build the CNN: float32 array of shape (n, 28, 28, 1), pixels 0 to 255 → logits (n, 10).

    The 6x6 stem with stride 2 sees every pixel and leaves 12x12, which halves twice without losing
    a border; at full resolution the same blocks would cost five times the arithmetic. The model
    gives logits, not probabilities, so that they can be calibrated after training.
    """
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1 / 255)], name="digits")
    model.add(layers.Conv2D(stem_filters, 6, strides=2, use_bias=False))
    model.add(layers.BatchNormalization())
    model.add(layers.ReLU())
    for filters in block_filters:
        for _ in range(convolutions_per_block):
            model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
            model.add(layers.BatchNormalization())
            model.add(layers.ReLU())
        model.add(layers.MaxPooling2D())
        model.add(layers.Dropout(dropout))
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    return model


def save_model(model: keras.Model, path: Path) -> None:
    """Write the model to a `.keras` file: the same model gives the same bytes.

    Keras itself puts the date of saving into the archive, and that of each entry.
    """
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(entries["metadata.json"])
    entries["metadata.json"] = json.dumps(metadata | {"date_saved": ""}).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(entries):
            archive.writestr(zipfile.ZipInfo(name), entries[name])
