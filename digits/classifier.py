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

DEFAULT_MODEL = Path("models/digits.tflite")
BATCH_SIZE = 256


class ModelError(DigitsError):
    """A model that is missing, or not the one that its description speaks of."""


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
    def load(cls, path: str | os.PathLike[str] = DEFAULT_MODEL) -> "Classifier":
        """Read a .tflite file and the .json file beside it that states its SHA-256.

        Raises ModelError where one of them is missing or they don't belong together.
        """
        path = Path(path)
        try:
            model = path.read_bytes()
            description = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the model {path} can't be read ({error}): make one with `make run`"
            ) from error
        known = isinstance(description, dict) and description.get("sha256")
        if hashlib.sha256(model).hexdigest() != known:
            raise ModelError(
                f"{path} is not the model that {path.with_suffix('.json')} describes: "
                "bring both back from Git, or make them anew with `make run`"
            )
        return cls(model, description)

    def predict_proba(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return each digit's probability: uint8 array (n, 28, 28), ink bright → float32 (n, 10).

        Raises ValueError for any other shape or type.
        """
        if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
            raise ValueError(f"images are {images.dtype} {images.shape}, not uint8 (n, 28, 28)")
        if len(images) == 0:
            return np.empty((0, 10), np.float32)
        batches = np.split(images, range(BATCH_SIZE, len(images), BATCH_SIZE))
        logits = np.concatenate([self._predict_logits(batch) for batch in batches])
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        probabilities: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
        return probabilities

    def _predict_logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        interpreter = self._interpreter()
        details = interpreter.get_input_details()[0]
        if details["shape"][0] != len(images):
            interpreter.resize_tensor_input(details["index"], (len(images), 28, 28, 1))
            interpreter.allocate_tensors()
        interpreter.set_tensor(details["index"], images[..., np.newaxis].astype(np.float32))
        interpreter.invoke()
        logits: NDArray[np.float32] = interpreter.get_tensor(
            interpreter.get_output_details()[0]["index"]
        )
        return logits

    def _interpreter(self) -> Interpreter:
        # An interpreter holds the tensors of the call it serves, so each thread has its own.
        if not hasattr(self._local, "interpreter"):
            self._local.interpreter = Interpreter(model_content=self._model, num_threads=1)
            self._local.interpreter.allocate_tensors()
        return self._local.interpreter
