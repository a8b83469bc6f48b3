"""Why the model answers as it does: the pixels that count, and the training digits most alike."""

import numpy as np
from numpy.typing import NDArray

from digits.reading.classifier import Classifier

PATCH = 5  # pixels a side: somewhat more than a stroke is wide
_CHUNK = 4096


def occlude(classifier: Classifier, digit: NDArray[np.uint8], label: int) -> NDArray[np.float32]:
    """Measure how much each pixel speaks for `label`, by hiding patches (Zeiler and Fergus, 2014).

    `digit`: uint8 array (28, 28), ink bright. Returns a float32 array (28, 28): the fall of the
    label's log-probability (nats) as paper covers a patch, averaged over all patches on the pixel;
    below 0 where hiding it makes the label likelier.
    """
    places = [(y, x) for y in range(29 - PATCH) for x in range(29 - PATCH)]
    hidden = np.tile(digit, (len(places), 1, 1))
    for image, (y, x) in zip(hidden, places, strict=True):
        image[y : y + PATCH, x : x + PATCH] = 0
    y_prob = classifier.predict_proba(np.concatenate([digit[np.newaxis], hidden]))[:, label]
    log_prob = np.log(np.maximum(y_prob, np.finfo(np.float32).tiny))
    total, count = np.zeros((2, 28, 28), np.float32)
    for fall, (y, x) in zip(log_prob[0] - log_prob[1:], places, strict=True):
        total[y : y + PATCH, x : x + PATCH] += fall
        count[y : y + PATCH, x : x + PATCH] += 1
    mean: NDArray[np.float32] = total / count
    return mean


def find_nearest(
    digit: NDArray[np.uint8], images: NDArray[np.uint8], count: int = 3
) -> NDArray[np.intp]:
    """Find the images most like a digit: uint8 arrays (28, 28) and (n, 28, 28) → (count,) indices.

    Nearest comes first; the distance is Euclidean, between pixels.
    """
    query = digit.ravel().astype(np.float32)
    distances = [
        np.square(chunk.reshape(len(chunk), -1) - query).sum(axis=1)
        for chunk in np.split(images, range(_CHUNK, len(images), _CHUNK))
    ]
    return np.argsort(np.concatenate(distances), kind="stable")[:count]
