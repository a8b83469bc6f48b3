"""Train a variant of the recipe on 50,000 digits and score it on 10,000 others, no test digits.

`python -m benchmarks.variants --changes '{"dropout": 0.3}' --precision mixed_bfloat16 --seed 2`;
what came of it so far is in benchmarks/log.md.
"""

import argparse
import json

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.training import OURS, our_params
from digits.data.splits import Split, load_split
from digits.training.augment import Ranges, steps_per_epoch, training_batches
from digits.training.fitting import set_threads
from digits.training.model import build_model
from digits.training.recipe import TrainParams, build_learning_rate, build_optimizer

TRAINING_DIGITS = 50_000
SIDE = 28
SHIFTS = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))


def split_anew() -> tuple[Split, Split]:
    """Return 50,000 of the training and validation digits to train on, and the rest to score."""
    parts = [load_split(name) for name in ("train", "val")]
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    order = np.random.default_rng(99).permutation(len(labels))
    chosen, rest = order[:TRAINING_DIGITS], order[TRAINING_DIGITS:]
    return Split(images[chosen], labels[chosen]), Split(images[rest], labels[rest])


def distort(images: tf.Tensor, seed: tf.Tensor, reach: float) -> tf.Tensor:
    """Pull each image about as if on rubber: float32 tensor (n, 28, 28, 1) → the same.

    Every pixel moves by up to `reach` pixels along each axis, its neighbours about as far (after
    Simard et al., "Best Practices for Convolutional Neural Networks Applied to Visual Document
    Analysis", 2003). Keras's own layer takes as long as a step of training.
    """
    count = tf.shape(images)[0]
    moves = tf.random.stateless_uniform((count, 5, 5, 2), seed, -reach, reach)
    moves = tf.image.resize(moves, (SIDE, SIDE), "bicubic")
    grid = tf.stack(tf.meshgrid(tf.range(SIDE), tf.range(SIDE), indexing="ij"), axis=-1)
    places = tf.clip_by_value(tf.cast(grid, tf.float32) + moves, 0, SIDE - 1.001)
    corner = tf.floor(places)
    down, right = tf.unstack(places - corner, axis=-1)
    first = tf.cast(corner[..., 0] * SIDE + corner[..., 1], tf.int32)
    pixels = tf.reshape(images, (count, SIDE**2))
    a, b, c, d = (tf.gather(pixels, first + step, batch_dims=1) for step in (0, 1, SIDE, SIDE + 1))
    upper, lower = a + right * (b - a), c + right * (d - c)
    return (upper + down * (lower - upper))[..., tf.newaxis]


def build_adam(params: TrainParams, steps: int) -> keras.optimizers.Optimizer:
    """Build Adam with the learning rate and the moving average of the recipe's optimizer."""
    muon = build_optimizer(params, steps)
    rate = build_learning_rate(params, steps)
    return keras.optimizers.Adam(rate, use_ema=muon.use_ema, ema_momentum=muon.ema_momentum)


def fit(params: TrainParams, train: Split, options: argparse.Namespace) -> keras.Model:
    """Train the network on a split, with the options of the command line."""
    keras.mixed_precision.set_dtype_policy(options.precision)
    keras.utils.set_random_seed(params.seed)
    steps = steps_per_epoch(len(train.labels), params.batch_size)
    build = build_adam if options.adam else build_optimizer
    model = build_model(params.stem_filters, params.blocks, params.dropout)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=options.smoothing)
    model.compile(build(params, steps), loss, metrics=["accuracy"])
    ranges = Ranges(**params.augmentation.model_dump())
    epochs = range(params.epochs)
    batches = training_batches(
        train, params.batch_size, epochs, params.seed, ranges, params.first_cycle
    )
    if options.elastic:
        seeds = tf.data.Dataset.random(params.seed).batch(2)
        batches = tf.data.Dataset.zip(batches, seeds).map(
            lambda batch, seed: (distort(batch[0], seed, options.elastic), batch[1])
        )
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
    parser.add_argument("--elastic", type=float, default=0, help="reach in pixels (default none)")
    parser.add_argument("--adam", action="store_true", help="instead of Muon")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    params = our_params(OURS, options.changes | {"seed": options.seed})
    set_threads(params.threads)
    train, val = split_anew()
    model = fit(params, train, options)
    shifted = [predict(model, np.roll(val.images, shift, axis=(1, 2))) for shift in SHIFTS]
    accuracy, averaged = (
        float((y_prob.argmax(axis=1) == val.labels).mean())
        for y_prob in (shifted[0], np.mean(shifted, axis=0))
    )
    loss = keras.losses.SparseCategoricalCrossentropy()(val.labels, shifted[0])
    print(f"{accuracy:.2%}, loss {loss:.4f}; averaged over {len(SHIFTS)} shifts {averaged:.2%}")


if __name__ == "__main__":
    main()
