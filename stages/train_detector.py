"""Fit the head that tells digits from anything else to the network's features.

models/digits.keras, data/processed/train.npz → models/detector.keras:
`python -m stages.train_detector`
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from pydantic import Field
from tqdm import tqdm

from digits.detector import build_detector, varied_features
from digits.model import save_model
from digits.negatives import draw_negatives
from digits.params import Section, load_params
from digits.splits import Split, load_split
from digits.stage import replacing, run_stage

NETWORK = Path("models/digits.keras")
DETECTOR = Path("models/detector.keras")
SHARES = 24

Count = Annotated[int, Field(strict=True, ge=1)]


class TrainDetectorParams(Section):
    """The section `train_detector` of params.yaml."""

    seed: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    threads: Count
    negatives: Annotated[int, Field(strict=True, ge=SHARES)]
    variations: Count
    epochs: Count
    batch_size: Count
    learning_rate: Annotated[float, Field(gt=0, le=10)]
    weight_decay: Annotated[float, Field(ge=0, lt=1)]
    units: Count
    dropout: Annotated[float, Field(ge=0, lt=1)]
    energy_weight: Annotated[float, Field(ge=0, le=10)]


def draw_all(split: Split, count: int, seed: int) -> NDArray[np.uint8]:
    """Draw about `count` negatives on all cores, whose number changes nothing."""
    seeds = range(seed * SHARES, (seed + 1) * SHARES)
    # What a process inherits of TensorFlow's threads after a fork would be broken.
    with ProcessPoolExecutor(mp_context=get_context("forkserver")) as pool:
        shares = pool.map(draw_negatives, [split] * SHARES, [count // SHARES] * SHARES, seeds)
        return np.concatenate(list(tqdm(shares, "negatives", SHARES, unit="share")))


def fit(
    params: TrainDetectorParams,
    network: keras.Model,
    digits: NDArray[np.uint8],
    negatives: NDArray[np.uint8],
) -> keras.Model:
    """Train the head on what the network makes of digits and negatives (n, 28, 28) alike."""
    keras.utils.set_random_seed(params.seed)
    images = np.concatenate([digits, negatives])
    features, logits = varied_features(network, images, params.variations, params.seed)
    are_digits = np.repeat([1, 0], [len(digits), len(negatives)]).astype(np.float32)
    detector = build_detector(features.shape[1], params.units, params.dropout, params.energy_weight)
    steps = params.epochs * -(-len(features) // params.batch_size)
    detector.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(params.learning_rate, steps),
            weight_decay=params.weight_decay,
        ),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    detector.fit(
        (features, logits),
        np.tile(are_digits, 1 + params.variations)[:, np.newaxis],
        batch_size=params.batch_size,
        epochs=params.epochs,
        verbose=2,
    )
    return detector


def main() -> None:
    """Run the stage."""
    params = load_params("train_detector", TrainDetectorParams)
    split = load_split("train")
    negatives = draw_all(split, params.negatives, params.seed)
    tf.config.threading.set_intra_op_parallelism_threads(params.threads)
    tf.config.threading.set_inter_op_parallelism_threads(params.threads)
    tf.config.experimental.enable_op_determinism()
    network = keras.models.load_model(NETWORK, compile=False)
    detector = fit(params, network, split.images[: len(negatives)], negatives)
    with replacing(DETECTOR) as temporary:
        save_model(detector, temporary)


if __name__ == "__main__":
    run_stage(main)
