"""Train a variant of the recipe on 50,000 digits and score it on 10,000 others, no test digits.

`python -m benchmarks.variants --changes '{"dropout": 0.3}' --precision mixed_bfloat16 --seed 2`;
what came of it so far is in benchmarks/README.md.
"""

import argparse
import json

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.training import OURS, our_params
from digits.augment import Ranges, steps_per_epoch, training_batches
from digits.model import build_model
from digits.splits import Split, load_split
from stages.train import TrainParams, build_optimizer, set_threads

TRAINING_DIGITS = 50_000
SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))


def split_anew() -> tuple[Split, Split]:
    """Return 50,000 of the training and validation digits to train on, and the rest to score."""
    parts = [load_split(name) for name in ("train", "val")]
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    order = np.random.default_rng(99).permutation(len(labels))
    chosen, rest = order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]
    return Split(images[chosen], labels[chosen]), Split(images[rest], labels[rest])


def fit(
    params: TrainParams, train: Split, precision: str, smoothing: float, ema: float
) -> keras.Model:
    """Train the network on a split, in Keras's dtype policy `precision`, with smoothed labels and
    averaged weights where their numbers are above 0."""
    keras.mixed_precision.set_dtype_policy(precision)
    keras.utils.set_random_seed(params.seed)
    steps = steps_per_epoch(len(train.labels), params.batch_size)
    optimizer = build_optimizer(params, steps * params.epochs)
    if ema:
        optimizer.use_ema, optimizer.ema_momentum = True, ema
    model = build_model(params.stem_filters, params.blocks, params.dropout)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)
    model.compile(optimizer, loss, metrics=["accuracy"])
    ranges = Ranges(**params.augmentation.model_dump())
    batches = training_batches(train, params.batch_size, range(params.epochs), params.seed, ranges)
    model.fit(
        batches.map(lambda images, labels: (images, tf.one_hot(labels, 10))),
        epochs=params.epochs,
        steps_per_epoch=steps,
        shuffle=False,
    )
    return model


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return probabilities (n, 10) of uint8 digits (n, 28, 28)."""
    logits = model.predict(images[..., np.newaxis].astype(np.float32), batch_size=500, verbose=0)
    probabilities: NDArray[np.float32] = keras.ops.convert_to_numpy(
        keras.ops.softmax(logits.astype(np.float32))
    )
    return probabilities


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--changes", type=json.loads, default={}, help="of the section train")
    parser.add_argument("--precision", default="float32", help="Keras's dtype policy")
    parser.add_argument("--smoothing", type=float, default=0, help="of labels (default none)")
    parser.add_argument("--ema", type=float, default=0, help="momentum of averaged weights")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    params = our_params(OURS, options.changes | {"seed": options.seed})
    set_threads(params.threads)
    train, val = split_anew()
    model = fit(params, train, options.precision, options.smoothing, options.ema)
    shifted = [predict(model, np.roll(val.images, shift, axis=(1, 2))) for shift in SHIFTS]
    accuracy, averaged = (
        float((y_prob.argmax(axis=1) == val.labels).mean())
        for y_prob in (shifted[0], np.mean(shifted, axis=0))
    )
    print(f"{accuracy:.2%}; averaged over {len(SHIFTS)} shifts {averaged:.2%}")


if __name__ == "__main__":
    main()
