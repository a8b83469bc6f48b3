"""The exported model: a verified .tflite file that turns digits into probabilities."""

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from digits.errors import DigitsError
from digits.reading.location import default_model

BATCH_SIZE = 256


class ModelError(DigitsError):
    """A model that is missing, or not the one that its description speaks of."""


def _advice(what: str) -> str:
    """Say what to do, where there is a pipeline and where there is none."""
    if Path("Makefile").is_file():
        return f"{what} with `make run`"
    return "name another with --model or DIGITS_MODEL"


class Classifier:
    """An exported model, ready to predict; one object serves any number of threads."""

    def __init__(self, model: bytes, description: dict[str, Any]) -> None:
        self.description = description
        """What the file beside the model says of it."""
        self._model = model
        self._local = threading.local()

    @property
    def version(self) -> str:
        """The start of the file's SHA-256."""
        return str(self.description["sha256"])[:8]

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> "Classifier":
        """Read a .tflite file, the `default_model` if none is named, and the .json file beside it
        that states its SHA-256.

        Raises ModelError where one of them is missing or they don't belong together.
        """
        path = default_model() if path is None else Path(path)
        try:
            model = path.read_bytes()
            description = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the model {path} can't be read ({error}): {_advice('make one')}"
            ) from error
        known = isinstance(description, dict) and description.get("sha256")
        if hashlib.sha256(model).hexdigest() != known:
            raise ModelError(
                f"{path} is not the model that {path.with_suffix('.json')} describes: "
                f"bring both back from Git, or {_advice('make them anew')}"
            )
        missing = {"temperature", "ood_threshold"} - description.keys()
        if missing:
            raise ModelError(
                f"{path.with_suffix('.json')} states no {' and no '.join(sorted(missing))}: the "
                f"model is of another version; {_advice('make one')}"
            )
        return cls(model, description)

    @property
    def ood_threshold(self) -> float:
        """The OOD score up to which something is taken for a digit."""
        return float(self.description["ood_threshold"])

    def predict(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what uint8 images (n, 28, 28), ink bright, show if they show digits, and whether.

        Each digit's probability, float32 (n, 10), calibrated; and an OOD score, float32 (n,): the
        higher, the farther from any digit (`ood_threshold`). Raises ValueError for any other shape
        or type.
        """
        if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
            raise ValueError(f"images are {images.dtype} {images.shape}, not uint8 (n, 28, 28)")
        batches = np.split(images, range(BATCH_SIZE, len(images), BATCH_SIZE))
        outputs = [self._run(batch) for batch in batches if len(batch)]
        if not outputs:
            return np.empty((0, 10), np.float32), np.empty(0, np.float32)
        logits, scores = (np.concatenate(parts) for parts in zip(*outputs, strict=True))
        logits = (logits - logits.max(axis=1, keepdims=True)) / self.description["temperature"]
        exponentials = np.exp(logits)
        return exponentials / exponentials.sum(axis=1, keepdims=True), scores[:, 0]

    def predict_proba(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return each digit's probability: uint8 array (n, 28, 28), ink bright → float32 (n, 10).

        Raises ValueError for any other shape or type.
        """
        return self.predict(images)[0]

    def _run(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return logits (n, 10) and scores (n, 1)."""
        interpreter = self._interpreter()
        details = interpreter.get_input_details()[0]
        if details["shape"][0] != len(images):
            interpreter.resize_tensor_input(details["index"], (len(images), 28, 28, 1))
            interpreter.allocate_tensors()
        interpreter.set_tensor(details["index"], images[..., np.newaxis].astype(np.float32))
        interpreter.invoke()
        outputs = [
            interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()
        ]
        # The converter keeps neither order nor names.
        score, logits = sorted(outputs, key=lambda output: output.shape[1])
        return logits, score

    def _interpreter(self) -> Interpreter:
        # An interpreter holds the tensors of the call it serves, so each thread has its own.
        if not hasattr(self._local, "interpreter"):
            self._local.interpreter = Interpreter(model_content=self._model, num_threads=1)
            self._local.interpreter.allocate_tensors()
        return self._local.interpreter
