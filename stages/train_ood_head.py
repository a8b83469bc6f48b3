"""Fit the out-of-distribution head to what the network makes of digits and of what is none.

models/digits.keras, data/processed/{train,own_train}.npz, data/drawn/negatives.npy →
models/ood_head.keras: `python -m stages.train_ood_head`
"""

from pathlib import Path
from typing import Annotated

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from pydantic import Field

from digits.data.hands import add_hands
from digits.data.own import load_own, mix
from digits.data.splits import load_split, spread
from digits.pipeline.params import Count, Multiple, Section, Seed, Share, load_params
from digits.pipeline.stage import replacing, run_stage
from digits.training.fitting import set_threads
from digits.training.model import save_model
from digits.training.ood_head import build_ood_head, varied_features

NETWORK = Path("models/digits.keras")
OOD_HEAD = Path("models/ood_head.keras")
NEGATIVES = Path("data/drawn/negatives.npy")


class TrainOodHeadParams(Section):
    """The section `train_ood_head` of params.yaml."""

    seed: Seed
    threads: Count
    variations: Count
    drawn_share: Multiple
    own_share: Share
    epochs: Count
    batch_size: Count
    learning_rate: Annotated[float, Field(gt=0, le=10)]
    weight_decay: Share
    units: Count
    dropout: Share
    energy_weight: Multiple


def fit(
    params: TrainOodHeadParams,
    network: keras.Model,
    digits: NDArray[np.uint8],
    negatives: NDArray[np.uint8],
) -> keras.Model:
    """Train the head on what the network makes of digits and negatives (n, 28, 28) alike."""
    keras.utils.set_random_seed(params.seed)
    images = np.concatenate([digits, negatives])
    features, logits = varied_features(network, images, params.variations, params.seed)
    are_ood = np.repeat([0, 1], [len(digits), len(negatives)]).astype(np.float32)
    ood_head = build_ood_head(features.shape[1], params.units, params.dropout, params.energy_weight)
    steps = params.epochs * -(-len(features) // params.batch_size)
    ood_head.compile(
        optimizer=keras.optimizers.AdamW(
            keras.optimizers.schedules.CosineDecay(params.learning_rate, steps),
            weight_decay=params.weight_decay,
        ),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=20,  # a step is short beside what Keras does between two
    )
    ood_head.fit(
        (features, logits),
        np.tile(are_ood, 1 + params.variations)[:, np.newaxis],
        batch_size=params.batch_size,
        epochs=params.epochs,
        verbose=2,
    )
    return ood_head


def main() -> None:
    """Run the stage."""
    params = load_params("train_ood_head", TrainOodHeadParams)
    negatives = np.load(NEGATIVES)
    train = add_hands(load_split("train"), params.drawn_share, params.seed)
    digits = spread(train, len(negatives))
    digits = mix(digits, load_own("train"), params.own_share)
    set_threads(params.threads)
    tf.config.experimental.enable_op_determinism()
    network = keras.models.load_model(NETWORK, compile=False)
    ood_head = fit(params, network, digits.images, negatives)
    with replacing(OOD_HEAD) as temporary:
        save_model(ood_head, temporary)


if __name__ == "__main__":
    run_stage(main)
