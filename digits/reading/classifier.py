"""The exported model: a verified .tflite file that turns digits into probabilities."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digits.reading.artefact import ModelError, unpack
from digits.reading.finder import Finder
from digits.reading.location import default_model
from digits.reading.network import Network
from digits.reading.recogniser import Recogniser

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
        artefact = unpack(content)
        self._network = Network(artefact.network)
        self.description = artefact.description
        """What is known of the networks."""
        self.finder = Finder(artefact.finder)
        self.recogniser = Recogniser(artefact.recogniser) if artefact.recogniser else None
        missing = _NEEDED - self.description.keys()
        if missing:
            raise ModelError(f"it states no {' and no '.join(sorted(missing))}")
        self.version = hashlib.sha256(content).hexdigest()[:8]
        """The start of the file's SHA-256."""

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
        outputs = self._network.run(images[..., np.newaxis].astype(np.float32))
        # The converter keeps neither order nor names.
        score, logits = sorted(outputs, key=lambda output: output.shape[1])
        return logits, score


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
