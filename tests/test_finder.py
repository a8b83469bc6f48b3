"""The training of finder and recogniser: it goes on where it was killed, and they are exported."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from digits.data.composition import compose_pages
from digits.data.line_composition import compose_lines
from digits.reading.finder import CENTER, CHANNELS, Finder
from digits.training.cycle import CycleParams, fit
from digits.training.finder import build_finder, finder_loss, page_batches, standardise
from digits.training.model import save_model
from stages import export, train_finder, train_recogniser

PARAMS = CycleParams(
    seed=1,
    threads=2,
    epochs=2,
    batch_size=4,
    learning_rate=0.004,
    warmup=0.1,
    weight_decay=0.001,
    filters=[4, 4, 8, 8],
)


@pytest.fixture(scope="module")
def pages(handwritten):
    return compose_pages(handwritten, 8, 1)


def weights(model):
    return [weight.numpy() for weight in model.weights]


@pytest.mark.parametrize(
    ("learner", "compose"),
    [(train_finder.FINDER, compose_pages), (train_recogniser.RECOGNISER, compose_lines)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_killed_training_goes_on_to_the_same_weights(learner, compose, handwritten, tmp_path):
    samples = compose(handwritten, 8, 1)
    whole, records = fit(learner, PARAMS, samples, samples, tmp_path / "whole")
    assert [record["epoch"] for record in records] == [1, 2]

    class Killed(BaseException):
        pass

    def die(history):
        if len(history) == 1:
            raise Killed

    with pytest.raises(Killed):
        fit(learner, PARAMS, samples, samples, tmp_path / "killed", die)
    resumed, again = fit(learner, PARAMS, samples, samples, tmp_path / "killed")
    assert again == records
    for one, same in zip(weights(whole), weights(resumed), strict=True):
        np.testing.assert_array_equal(one, same)


def test_it_is_exported_as_it_is_and_takes_pages_of_any_size(tmp_path):
    keras.utils.set_random_seed(1)
    model = build_finder([4, 4, 8, 8])
    path = tmp_path / "finder.keras"
    save_model(model, path)
    model = keras.models.load_model(path, compile=False)
    finder = Finder(export.to_litert(model))
    for shape in ((32, 48), (64, 16), (32, 48)):
        page = np.random.default_rng(1).integers(0, 255, shape, np.uint8)
        answer = finder.look(page)
        assert answer.shape == (shape[0] // 2, shape[1] // 2, CHANNELS)
        expected = model(standardise(page[np.newaxis]), training=False).numpy()[0]
        np.testing.assert_allclose(answer, expected, atol=0.02)


def test_the_loss_is_least_where_all_is_right(pages):
    (_, targets), *_ = page_batches(pages, 8, range(1), 1)
    right = np.zeros((*targets.shape[:3], CHANNELS), np.float32)
    classes = np.maximum(targets[..., 0].numpy().astype(int), 0)
    np.put_along_axis(right[..., :CENTER], classes[..., np.newaxis], 20, axis=-1)
    right[..., CENTER] = np.where(targets[..., 4] > 0.85, 20, -20)
    right[..., CENTER + 1 :] = targets[..., 1:3] / 16
    least = float(finder_loss(targets, tf.constant(right)))
    assert least < 0.01
    for channel in (5, 11, CENTER, CENTER + 1):
        wrong = right.copy()
        wrong[..., channel] += 25
        assert float(finder_loss(targets, tf.constant(wrong))) > least + 0.1
