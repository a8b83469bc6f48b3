"""Turn the Keras model into the file that the app and the command line use.

models/digits.keras, models/detector.keras, data/processed/val.npz → models/digits.tflite,
models/digits.json (what the file is, and how to read its figures) and models/keras_predictions.npy
(what it must agree with): `python -m stages.export`
"""

import hashlib
import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tqdm import tqdm

from digits.calibration import fit_temperature
from digits.detector import with_score
from digits.errors import DigitsError
from digits.situations import SITUATIONS, read_drawn
from digits.splits import Split, load_dataset, load_split
from digits.stage import replacing, run_stage, write_array, write_json

INPUTS = Path("models/digits.keras"), Path("models/detector.keras")
TRAINING = Path("models/training.json")
MODEL = Path("models/digits.tflite")
DESCRIPTION = Path("models/digits.json")
KERAS_PREDICTIONS = Path("models/keras_predictions.npy")
# The share of validation digits that the threshold lets be taken for something else.
FALSE_REJECTION = 0.01


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


def read_all_drawn(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draw digits (n, 28, 28) as people hand them in, and read them: the way of every picture.

    Each is drawn in another of the situations, at the middle severity: plain drawings alone would
    let the threshold ask more of a digit than pictures that are less than perfect give.
    """
    # What a process inherits of TensorFlow's threads after a fork would be broken.
    with ProcessPoolExecutor(mp_context=get_context("forkserver")) as pool:
        each = images, range(len(images)), cycle(SITUATIONS), repeat("middle")
        read = pool.map(read_drawn, *each, chunksize=100)
        readings = list(tqdm(read, "pictures", len(images), unit="picture"))
    return np.stack([reading.digit for reading in readings if reading.digit is not None])


def calibrate(model: keras.Model, val: Split) -> dict[str, float]:
    """Fit to validation digits what turns logits into probabilities and scores into a yes or no."""
    logits, _ = predict(model, val.images)
    _, scores = predict(model, read_all_drawn(val.images))
    return {
        "temperature": round(fit_temperature(logits, val.labels), 4),
        "digit_threshold": round(float(np.quantile(scores, FALSE_REJECTION)), 4),
    }


def predict(model: keras.Model, images: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
    """Return logits (n, 10) and scores (n, 1) of uint8 digits (n, 28, 28)."""
    outputs: list[NDArray[np.float32]] = model.predict(images[..., np.newaxis], batch_size=512)
    return outputs


def describe(model: keras.Model, exported: bytes, calibration: dict[str, float]) -> dict[str, Any]:
    """Say what the exported file is, what it was made from, and how to read its figures."""
    dataset = load_dataset()
    return {
        "sha256": hashlib.sha256(exported).hexdigest(),
        **calibration,
        "dataset": dataset["name"],
        "splits": dataset["splits"],
        "parameters": model.count_params(),
        "train": json.loads(TRAINING.read_text(encoding="utf-8"))["params"],
    }


def main() -> None:
    """Run the stage."""
    network, detector = (keras.models.load_model(path, compile=False) for path in INPUTS)
    model = with_score(network, detector)
    y_pred = predict(model, load_split("test").images)[0].argmax(axis=1).astype(np.uint8)
    exported, calibration = to_litert(model), calibrate(model, load_split("val"))
    # Both files are complete before either is moved, so that a full disk leaves the old pair.
    with replacing(MODEL) as temporary:
        temporary.write_bytes(exported)
        write_array(KERAS_PREDICTIONS, y_pred)
        write_json(DESCRIPTION, describe(network, exported, calibration))


if __name__ == "__main__":
    run_stage(main)
