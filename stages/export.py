"""Turn the Keras model into the file that the app and the command line use.

models/digits.keras → models/digits.tflite, models/digits.json (what the file is) and
models/keras_predictions.npy (what it must agree with): `python -m stages.export`
"""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from digits.errors import DigitsError
from digits.splits import load_dataset, load_split
from digits.stage import replacing, run_stage, write_array, write_json

KERAS_MODEL = Path("models/digits.keras")
TRAINING = Path("models/training.json")
MODEL = Path("models/digits.tflite")
DESCRIPTION = Path("models/digits.json")
KERAS_PREDICTIONS = Path("models/keras_predictions.npy")


class ExportError(DigitsError):
    """The model can't be converted."""


def to_litert(model: keras.Model) -> bytes:
    """Convert the model to LiteRT's format; it takes any number of digits at once.

    Raises ExportError where the folder for temporary files has no room.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.tflite")
        try:
            model.export(path, format="litert", verbose=False)
        except (tf.errors.OutOfRangeError, tf.errors.ResourceExhaustedError) as error:
            raise ExportError(
                f"the model can't be converted in {tempfile.gettempdir()}: make room there, or set "
                f"TMPDIR to a folder that has some ({error.message})"
            ) from error
        return path.read_bytes()


def describe(model: keras.Model, exported: bytes) -> dict[str, Any]:
    """Say what the exported file is: its SHA-256, and what it was made from."""
    dataset = load_dataset()
    return {
        "sha256": hashlib.sha256(exported).hexdigest(),
        "dataset": dataset["name"],
        "splits": dataset["splits"],
        "parameters": model.count_params(),
        "train": json.loads(TRAINING.read_text(encoding="utf-8"))["params"],
    }


def main() -> None:
    """Run the stage."""
    model = keras.models.load_model(KERAS_MODEL, compile=False)
    images = load_split("test").images[..., np.newaxis].astype(np.float32)
    y_pred = model.predict(images, batch_size=512).argmax(axis=1).astype(np.uint8)
    exported = to_litert(model)
    # Both files are complete before either is moved, so that a full disk leaves the old pair.
    with replacing(MODEL) as temporary:
        temporary.write_bytes(exported)
        write_array(KERAS_PREDICTIONS, y_pred)
        write_json(DESCRIPTION, describe(model, exported))


if __name__ == "__main__":
    run_stage(main)
