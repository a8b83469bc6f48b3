"""Why the model answers as it does: measured on models whose reasons are known."""

import numpy as np

from digits.reading.explain import PATCH, find_nearest, occlude


class Looker:
    """A model that looks at one pixel: bright, it is a 1, dark, a 0."""

    def __init__(self, y: int, x: int) -> None:
        self.place = y, x

    def predict_proba(self, images):
        share = images[(slice(None), *self.place)] / 255
        y_prob = np.full((len(images), 10), 0.01)
        y_prob[:, 1] += 0.9 * share
        y_prob[:, 0] += 0.9 * (1 - share)
        return y_prob.astype(np.float32)


def test_the_pixel_that_the_model_looks_at_counts_most(tiny_split):
    digit = np.full((28, 28), 255, np.uint8)
    for y, x in ((14, 9), (0, 0), (27, 20)):
        weights = occlude(Looker(y, x), digit, 1)
        assert weights.shape == (28, 28)
        assert weights.max() == weights[y, x] > 0
        far = np.abs(np.indices((28, 28)) - np.array([y, x])[:, None, None]).max(axis=0) >= PATCH
        assert np.abs(weights[far]).max() < 1e-6
        np.testing.assert_allclose(np.argwhere(weights == weights.max()).tolist(), [[y, x]])
        assert occlude(Looker(y, x), digit, 0)[y, x] < 0


def test_the_digit_itself_is_left_as_it_was(tiny_split):
    digit = tiny_split.images[3].copy()
    occlude(Looker(14, 14), digit, 1)
    assert np.array_equal(digit, tiny_split.images[3])


def test_the_nearest_are_those_that_differ_least():
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (5000, 28, 28), np.uint8)
    digit = images[4500].copy()
    images[77] = digit
    images[77, 0, 0] ^= 255
    images[78] = digit
    images[78, :2] ^= 255
    assert find_nearest(digit, images).tolist() == [4500, 77, 78]
    assert find_nearest(digit, images, 1).tolist() == [4500]
