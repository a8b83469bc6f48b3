"""The exported model: a verified .tflite file that turns digits into probabilities."""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digits.reading.artefact import ModelError, unpack
from digits.reading.finder import Finder
from digits.reading.location import default_model
from digits.reading.network import Network
from digits.reading.recogniser import Recogniser

BATCH_SIZE = 256
# An answer that is at least as likely, and an OOD score that is no higher, are sure: no other look
# at a picture has changed one. Chosen on pages of validation digits.
SURE, SURE_SCORE = 0.99, -1.0
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
            reason = f"is damaged or of another version ({error})"
            raise ModelError(f"the model {path} {reason}: {_advice(path)}") from error

    @property
    def ood_threshold(self) -> float:
        """The OOD score up to which something is taken for a digit."""
        return float(self.description["ood_threshold"])

    def predict(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what uint8 images (n, 28, 28), ink bright, show if they show digits, and whether.

        Each digit's probability, float32 (n, 10), calibrated; and an OOD score, float32 (n,): the
        higher, the farther from any digit (`ood_threshold`). What is not sure at first is looked at
        again, from each of eight places that are two pixels' steps aside, and has the mean of all
        nine looks. Raises ValueError for any other shape or type.
        """
        logits, scores = self.look(images)
        y_prob = self._calibrated(logits)
        is_sure = (y_prob.max(axis=1, initial=0) >= SURE) & (scores <= SURE_SCORE)
        doubtful = np.flatnonzero(~is_sure)
        if len(doubtful):
            looks = [self.look(moved) for moved in _moved(images[doubtful])]
            looks.append((logits[doubtful], scores[doubtful]))
            mean_logits, scores[doubtful] = (
                np.mean(parts, axis=0) for parts in zip(*looks, strict=True)
            )
            y_prob[doubtful] = self._calibrated(mean_logits)
        return y_prob, scores

    def look(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what the network itself makes of uint8 images (n, 28, 28), looking once: logits,
        float32 (n, 10), not calibrated, and OOD scores, float32 (n,).

        Raises ValueError for any other shape or type.
        """
        if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
            raise ValueError(f"images are {images.dtype} {images.shape}, not uint8 (n, 28, 28)")
        logits, scores = np.empty((len(images), 10), np.float32), np.empty(len(images), np.float32)
        for start in range(0, len(images), BATCH_SIZE):
            batch = slice(start, start + BATCH_SIZE)
            outputs = self._network.run(images[batch, ..., np.newaxis].astype(np.float32))
            # The converter keeps neither order nor names.
            score, logits[batch] = sorted(outputs, key=lambda output: output.shape[1])
            scores[batch] = score[:, 0]
        return logits, scores

    def predict_proba(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return each digit's probability: uint8 array (n, 28, 28), ink bright → float32 (n, 10).

        Raises ValueError for any other shape or type.
        """
        return self.predict(images)[0]

    def _calibrated(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = (logits - logits.max(axis=1, keepdims=True)) / self.description["temperature"]
        exponentials = np.exp(logits)
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _moved(images: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield images (n, 28, 28) two steps of a pixel aside: along one axis, or one along each."""
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    for top, left in product(range(5), repeat=2):
        if abs(top - 2) + abs(left - 2) == 2:
            yield padded[:, top : top + 28, left : left + 28]


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
