"""Turn the Keras model into the file that the app and the command line use.

models/{digits,finder,ood_head,recogniser}.keras, data/processed/val.npz, data/drawn/val.npy →
models/digits.tflite, which also holds what it is and how to read its figures:
`python -m stages.export`
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digits.data.splits import Split, load_dataset, load_split
from digits.errors import DigitsError
from digits.evaluation.calibration import fit_temperature
from digits.pipeline.stage import replacing, run_stage
from digits.reading.artefact import Artefact, pack
from digits.reading.classifier import Classifier
from digits.training.finder import DepthToSpace  # noqa: F401 - a layer that Keras has to know
from digits.training.ood_head import with_score

NETWORKS = "digits", "ood_head", "finder", "recogniser"
TRAINING = Path("models/training.json")
MODEL = Path("models/digits.tflite")
CORRUPTED = Path("data/drawn/val.npy")
EIGHT_BITS = [tf.lite.Optimize.DEFAULT]
# The false rejection rate of corrupted validation digits at the threshold: of what it refuses, the
# finder may still see that it is a digit.
FALSE_REJECTION = 0.014
UNCALIBRATED = {"temperature": 1.0, "ood_threshold": 0.0}
# Of less a logarithm has no use.
LEAST_PROBABILITY = 1e-30


class ExportError(DigitsError):
    """The model can't be converted."""


def to_litert(model: keras.Model) -> bytes:
    """Convert the model to LiteRT's format; it takes any number of digits at once.

    Filters' weights have 8 bits, and what they are multiplied with is brought to as many, in steps
    that fit each input (dynamic range quantisation): a quarter of the size, a third of the time.
    Raises ExportError where the folder for temporary files has no room.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.tflite")
        try:
            model.export(path, format="litert", verbose=False, optimizations=EIGHT_BITS)
        except (tf.errors.OutOfRangeError, tf.errors.ResourceExhaustedError) as error:
            raise ExportError(
                f"the model can't be converted in {tempfile.gettempdir()}: make room there, or set "
                f"TMPDIR to a folder that has some ({error.message})"
            ) from error
        return path.read_bytes()


def calibrate(classifier: Classifier, val: Split, corrupted: NDArray[np.uint8]) -> dict[str, float]:
    """Fit the temperature to validation digits, and the OOD threshold to corrupted ones.

    `classifier`: one that is `UNCALIBRATED`. `corrupted`: uint8 array (n, 28, 28). Digits as they
    are alone would let the threshold ask more of a digit than pictures that are less than perfect
    give.
    """
    y_prob, _ = classifier.predict(val.images)
    _, scores = classifier.predict(corrupted)
    logits = np.log(np.maximum(y_prob, LEAST_PROBABILITY))
    return {
        "temperature": round(fit_temperature(logits, val.labels), 4),
        "ood_threshold": round(float(np.quantile(scores, 1 - FALSE_REJECTION)), 4),
    }


def agreement(model: keras.Model, classifier: Classifier, images: NDArray[np.uint8]) -> float:
    """Return the share of digits (n, 28, 28) in which the exported model and Keras's agree."""
    expected, _ = model.predict(images[..., np.newaxis], batch_size=512)
    found, _ = classifier.look(images)
    return round(float((expected.argmax(axis=1) == found.argmax(axis=1)).mean()), 6)


def describe(model: keras.Model) -> dict[str, Any]:
    """Say what the model was made from."""
    dataset = load_dataset()
    return {
        "dataset": dataset["name"],
        "splits": dataset["splits"],
        "parameters": model.count_params(),
        "train": json.loads(TRAINING.read_text(encoding="utf-8")),
    }


def main() -> None:
    """Run the stage."""
    network, ood_head, finder, recogniser = (
        keras.models.load_model(Path(f"models/{name}.keras"), compile=False) for name in NETWORKS
    )
    model, val = with_score(network, ood_head), load_split("val")
    networks = to_litert(model), to_litert(finder), to_litert(recogniser)
    classifier = Classifier(pack(Artefact(*networks, UNCALIBRATED)))
    description = {
        **calibrate(classifier, val, np.load(CORRUPTED)),
        **describe(network),
        "agreement_with_keras": agreement(model, classifier, val.images),
    }
    with replacing(MODEL) as temporary:
        temporary.write_bytes(pack(Artefact(*networks, description)))


if __name__ == "__main__":
    run_stage(main)
