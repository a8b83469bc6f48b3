"""The exported model: a verified .tflite file that turns digits into probabilities."""

import hashlib
import os
import threading
from functools import lru_cache
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from digits.reading.artefact import ModelError, unpack
from digits.reading.finder import Finder
from digits.reading.location import default_model

BATCH_SIZE = 256
_NEEDED = {"temperature", "ood_threshold"}


class Classifier:
    """An exported model, ready to predict; one object serves any number of threads.

    It can be copied and pickled, for other processes.
    """

    def __init__(self, content: bytes) -> None:
        """Take the content of a .tflite file as the stage `export` writes it.

        Raises ModelError where it is damaged or of another version.
        """
        self._content = content
        self._model, finder, self.description = unpack(content)
        """The network that names digits, the one that finds them, and what is known of both."""
        self.finder = Finder(finder)
        missing = _NEEDED - self.description.keys()
        if missing:
            raise ModelError(f"it states no {' and no '.join(sorted(missing))}")
        self.version = hashlib.sha256(content).hexdigest()[:8]
        """The start of the file's SHA-256."""
        self._local = threading.local()

    def __reduce__(self) -> tuple[type["Classifier"], tuple[bytes]]:
        return Classifier, (self._content,)

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> "Classifier":
        """Read a .tflite file, the `default_model` if none is named.

        Raises ModelError where it is missing, damaged or of another version.
        """
        path = default_model() if path is None else Path(path)
        try:
            return cls(path.read_bytes())
        except OSError as error:
            reason = f"can't be read ({error.strerror})"
            raise ModelError(f"the model {path} {reason}: {_advice(path)}") from error
        except ModelError as error:
            reason = f"is damaged or of another version: {error}"
            raise ModelError(f"the model {path} {reason}. {_advice(path)}") from error

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


def load_cached(path: Path | None = None) -> Classifier:
    """Return what `Classifier.load` does, but read the file again only when it has changed."""
    path = (default_model() if path is None else path).absolute()
    return _load(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=1)
def _load(path: Path, _: int) -> Classifier:
    return Classifier.load(path)


def _advice(path: Path) -> str:
    """Say what to do, where there is a pipeline and where there is none."""
    project = path.absolute().parent.parent
    if (project / "Makefile").is_file() and (project / "dvc.yaml").is_file():
        return "make one with `make run`, or see docs/troubleshooting.md"
    return "name another with --model or DIGITS_MODEL"
