"""Augmentation, model, training and export on a handful of digits."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
import yaml

from benchmarks.clone import SMALL
from digits.data.splits import Split
from digits.reading.artefact import Artefact, pack
from digits.reading.classifier import Classifier
from digits.training.augment import Ranges, training_batches, warp
from digits.training.model import FusedBatchNormalization, build_model, save_model
from digits.training.ood_head import build_ood_head, with_score
from digits.training.optimizer import Muon
from digits.training.recipe import TrainParams, build_learning_rate
from stages import export, train

STILL = Ranges(rotation=0, shift=0, zoom=0, shear=0)
LIVELY = Ranges(rotation=10, shift=2, zoom=0.1, shear=10)


def floats(split: Split) -> tf.Tensor:
    return tf.constant(split.images[..., np.newaxis], tf.float32)


def params(**changes) -> TrainParams:
    values = yaml.safe_load(SMALL.read_text())["train"]
    small = {"epochs": 2, "batch_size": 16, "stem_filters": 4, "blocks": [[4], [8]]}
    return TrainParams(**(values | small | changes))


def test_no_range_leaves_the_digits_as_they_are(tiny_split):
    digits = floats(tiny_split)
    np.testing.assert_allclose(warp(digits, tf.constant([1, 2]), STILL), digits, atol=0.05)


def test_the_seed_decides_the_warp(tiny_split):
    digits = floats(tiny_split)
    first, again, other = (warp(digits, tf.constant([1, step]), LIVELY) for step in (2, 2, 3))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 100
    assert first.shape == digits.shape


@pytest.mark.parametrize(
    ("name", "limit", "most"),
    [("shift", 2, 2.0), ("rotation", 10, 1.0), ("zoom", 0.1, 1.0), ("shear", 10, 1.0)],
)
def test_each_range_moves_the_digit_no_further_than_it_says(name, limit, most):
    digit = np.zeros((200, 28, 28, 1), np.float32)
    digit[:, 12:16, 12:16] = 255
    warped = warp(tf.constant(digit), tf.constant([1, 2]), STILL._replace(**{name: limit})).numpy()
    place = np.arange(28)
    centers = (warped[..., 0].sum(axis=1) @ place) / warped.sum(axis=(1, 2, 3))
    assert np.abs(centers - 13.5).max() <= most
    assert np.ptp(warped, axis=0).max() > 10, "nothing was warped"


def test_every_epoch_shows_every_digit_once_in_another_order():
    labels = np.arange(50, dtype=np.uint8)
    split = Split(np.zeros((50, 28, 28), np.uint8), labels)
    batches = training_batches(split, 16, range(2), seed=1, ranges=LIVELY, first_cycle=1)
    seen = np.concatenate([label for _, label in batches.as_numpy_iterator()])
    assert sorted(seen[:50]) == sorted(seen[50:]) == labels.tolist()
    assert seen[:50].tolist() != seen[50:].tolist()


def test_a_batch_depends_on_seed_and_place_alone(tiny_split):
    def all_batches(epochs, seed, first_cycle=1):
        batches = training_batches(tiny_split, 16, epochs, seed, LIVELY, first_cycle)
        return [digits for digits, _ in batches.as_numpy_iterator()]

    whole, second, other = (
        all_batches(range(2), 1),
        all_batches(range(1, 2), 1),
        all_batches(range(2), 2),
    )
    assert len(whole) == 6
    for one, two in zip(whole[3:], second, strict=True):
        np.testing.assert_array_equal(one, two)
    assert np.abs(whole[0] - other[0]).max() > 100
    longer = all_batches(range(2), 1, first_cycle=2)
    np.testing.assert_array_equal(longer[0], whole[0])
    assert np.abs(longer[3] - whole[3]).max() > 100


def test_digits_are_warped_by_a_share_of_the_ranges():
    digit = np.zeros((200, 28, 28, 1), np.float32)
    digit[:, 12:16, 12:16] = 255
    halves = [STILL._replace(rotation=5, shift=1), STILL._replace(rotation=10, shift=2)]
    one, other = (
        warp(tf.constant(digit), tf.constant([1, 2]), ranges, strength)
        for ranges, strength in zip(halves, (1.0, 0.5), strict=True)
    )
    np.testing.assert_allclose(one, other, atol=0.05)


def test_the_rate_has_a_cycle_for_the_sprint_and_one_for_the_rest():
    settings = params(epochs=5, first_cycle=2, learning_rate=0.01, warmup=0.5)
    rate = build_learning_rate(settings, steps_per_epoch=10)
    rates = [float(rate(step)) for step in range(50)]
    assert rates[0] == rates[20] == pytest.approx(0.01 / 25)
    assert rates[10] == rates[35] == pytest.approx(0.01)
    assert max(rates[18:20]) < 0.001
    alone = build_learning_rate(settings.model_copy(update={"epochs": 2}), 10)
    assert [float(alone(step)) for step in range(20)] == rates[:20]


def test_batches_are_normalised_as_keras_does():
    images = np.random.default_rng(1).normal(3, 2, (64, 4, 4, 5)).astype(np.float32)
    ours, theirs = FusedBatchNormalization(), keras.layers.BatchNormalization()
    for _ in range(3):
        outputs = [layer(images, training=True).numpy() for layer in (ours, theirs)]
        np.testing.assert_allclose(*outputs, atol=1e-5)
    # TensorFlow divides by n - 1 what Keras divides by n.
    for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def test_the_file_holds_layers_that_keras_has(tiny_split, tmp_path):
    model, _ = train.fit(params(), tiny_split, tiny_split, tmp_path / "checkpoint")
    save_model(model, tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert {type(layer).__module__.split(".")[0] for layer in loaded.layers} == {"keras"}
    digits = floats(tiny_split)
    np.testing.assert_array_equal(loaded(digits), model(digits, training=False))


def test_the_network_takes_digits():
    model = build_model(32, [[48, 48], [96, 96]], 0.0)
    assert model.output_shape == (None, 10)
    assert model.count_params() == 170_058


SCHEDULES = pytest.mark.parametrize(
    "schedule", ["one_cycle", pytest.param("plateau", marks=pytest.mark.slow)]
)


@SCHEDULES
def test_training_learns_and_repeats_itself(tiny_split, tmp_path, schedule):
    settings = params(schedule=schedule, epochs=4)
    files = []
    for name in ("a.keras", "b.keras"):
        model, history = train.fit(settings, tiny_split, tiny_split, tmp_path / name[0])
        save_model(model, tmp_path / name)
        files.append((tmp_path / name).read_bytes())
    assert [record["epoch"] for record in history] == [1, 2, 3, 4]
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"} < history[0].keys()
    assert history[-1]["loss"] < history[0]["loss"]
    assert files[0] == files[1]


class KilledError(Exception):
    pass


@SCHEDULES
def test_a_killed_training_ends_as_if_nothing_had_happened(
    tiny_split, tmp_path, monkeypatch, schedule
):
    settings, reports = params(schedule=schedule, epochs=6), []
    model, whole = train.fit(
        settings, tiny_split, tiny_split, tmp_path / "whole", report=reports.append
    )
    assert reports == [whole[:epochs] for epochs in range(1, 7)]
    save_model(model, tmp_path / "whole.keras")

    class Killer(train.Checkpoint):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch - len(begun) == 2:
                begun.extend(range(2))
                raise KilledError

    begun: list[int] = []
    monkeypatch.setattr(train, "Checkpoint", Killer)
    for _ in range(2):
        with pytest.raises(KilledError):
            train.fit(settings, tiny_split, tiny_split, tmp_path / "killed")
    reports.clear()
    model, resumed = train.fit(
        settings, tiny_split, tiny_split, tmp_path / "killed", report=reports.append
    )
    assert reports == [whole[:5], whole], "a row an epoch, none doubled"
    save_model(model, tmp_path / "resumed.keras")
    assert resumed == whole
    assert (tmp_path / "resumed.keras").read_bytes() == (tmp_path / "whole.keras").read_bytes()
    model, taken_up = train.fit(settings, tiny_split, tiny_split, tmp_path / "whole")
    save_model(model, tmp_path / "taken_up.keras")
    assert taken_up == whole
    assert (tmp_path / "taken_up.keras").read_bytes() == (tmp_path / "whole.keras").read_bytes()


@pytest.mark.slow
def test_the_weights_are_averaged_over_the_last_steps(tiny_split, tmp_path):
    weights, histories = [], []
    for average in (0, 0.01, 0.5, 0.99):
        settings = params(ema=average, epochs=4)
        model, history = train.fit(settings, tiny_split, tiny_split, tmp_path / str(average))
        weights.append(np.concatenate([weight.ravel() for weight in model.get_weights()]))
        histories.append(history)
    last, none, half, nearly_all = weights
    assert all(history == histories[0] for history in histories), "averages change no step"
    np.testing.assert_array_equal(none, last)
    assert 0 < np.abs(half - last).mean() < np.abs(nearly_all - last).mean()


def test_muon_steps_a_kernel_as_a_matrix_and_the_rest_as_adam_does():
    generator = np.random.default_rng(1)
    kernel = generator.normal(size=(3, 3, 4, 8)).astype(np.float32)
    bias = generator.normal(size=8).astype(np.float32)
    ours = keras.Variable(kernel), keras.Variable(bias)
    matrix, vector = keras.Variable(kernel.reshape(36, 8)), keras.Variable(bias)
    optimizer = Muon(0.1, weight_decay=0.01)
    references = [
        kind(0.1, weight_decay=0.01) for kind in (keras.optimizers.Muon, keras.optimizers.AdamW)
    ]
    for _ in range(3):
        gradients = generator.normal(size=kernel.shape), generator.normal(size=8)
        steps = [tf.constant(gradient, tf.float32) for gradient in gradients]
        optimizer.apply(steps, ours)
        references[0].apply([tf.reshape(steps[0], (36, 8))], [matrix])
        references[1].apply([steps[1]], [vector])
    np.testing.assert_allclose(ours[0].numpy().reshape(36, 8), matrix.numpy(), atol=1e-5)
    np.testing.assert_allclose(ours[1].numpy(), vector.numpy(), atol=1e-5)


def test_other_params_or_digits_start_afresh(tiny_split, tmp_path):
    train.fit(params(epochs=1), tiny_split, tiny_split, tmp_path)
    other = Split(tiny_split.images[::-1].copy(), tiny_split.labels[::-1].copy())
    for settings, digits in ((params(epochs=1, seed=2), tiny_split), (params(epochs=1), other)):
        checkpoint = train.Checkpoint(tmp_path, train.made_from(settings, digits, tiny_split))
        checkpoint.restore(train.build_compiled(settings, 1))
        assert checkpoint.history == []


def test_the_export_says_what_it_is_and_agrees_with_keras(tiny_split, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "TRAINING", tmp_path / "training.json")
    monkeypatch.setattr(export, "load_dataset", lambda: {"name": "bars", "splits": {"train": 40}})
    (tmp_path / "training.json").write_text(json.dumps({"epochs": 2}))
    model, _ = train.fit(params(), tiny_split, tiny_split, tmp_path / "checkpoint")
    joint = with_score(model, build_ood_head(model.layers[-1].input.shape[1], 4, 0.0, 0.3))
    exported = export.to_litert(joint)
    description = export.UNCALIBRATED | export.describe(model)
    assert description["dataset"] == "bars"
    assert description["train"] == {"epochs": 2}
    classifier = Classifier(pack(Artefact(exported, b"", b"", description)))
    logits, scores = joint(floats(tiny_split), training=False)
    found_logits, found_scores = classifier.look(tiny_split.images)
    np.testing.assert_allclose(found_logits, logits, atol=1e-4)
    np.testing.assert_allclose(found_scores, scores[:, 0], atol=1e-4)
    assert export.agreement(joint, classifier, tiny_split.images) == 1


def test_augmented_samples_show_original_and_warps(tiny_split):
    samples = train.augmented_samples(tiny_split, LIVELY, seed=1)
    assert samples.shape == (10, 9, 28, 28)
    assert samples.dtype == np.uint8
    np.testing.assert_array_equal(samples[3, 0], tiny_split.images[3])
    assert len({sample.tobytes() for sample in samples[3]}) == 9
