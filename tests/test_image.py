"""Properties of reading a picture that hold for any input: arrays, bytes and damaged files."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image, ImageDraw
from scipy import ndimage
from systems import on_linux

from digits.data.scenes import draw
from digits.evaluation.corruptions import CORRUPTIONS
from digits.reading.image import UnreadableImage, read_image, to_mnist
from digits.reading.ink import is_paper_dark, thumbnail
from digits.reading.normalisation import normalise

# Time differs from machine to machine, and says nothing of the answer.
settings.register_profile("untimed", deadline=None, derandomize=True, database=None)
settings.load_profile("untimed")

SHAPES = array_shapes(min_dims=2, max_dims=2, max_side=90) | st.sampled_from(
    [(1, 1), (1, 5000), (5000, 1), (2, 700), (513, 257)]
)
NUMBERS = st.sampled_from([np.bool_, np.uint8, np.uint16, np.int64, np.float32, np.float64])


@given(st.data())
def test_any_array_of_numbers_becomes_a_digit_or_blank(data):
    """Any type, shape and values, with NaN and infinity among them."""
    image = data.draw(arrays(data.draw(NUMBERS), data.draw(SHAPES)))
    digit = to_mnist(image)
    assert digit.dtype == np.uint8
    assert digit.shape == (28, 28)
    assert digit.max() in (0, 255)


@given(st.floats(-1e38, 1e38), st.floats(1e-3, 1e38))
def test_the_scale_of_values_makes_no_difference(seven, low, span):
    grey = np.asarray(seven, np.float64) / 255
    digit = to_mnist(low + grey * span)
    if digit.any():  # a span may be lost beside a much larger value
        assert overlap(digit, to_mnist(np.asarray(seven))) > 0.8


def overlap(one, two):
    """Ink that two digits share, as a share of all their ink: 0 to 1."""
    return np.minimum(one, two).sum() / np.maximum(one, two).sum()


def placed(digit, size, left, top, side):
    """Draw a digit's 20 x 20 at another size on a square picture, dark on white."""
    ink = Image.fromarray(digit).resize((size, size), Image.Resampling.BICUBIC)
    picture = Image.new("L", (side, side))
    picture.paste(ink, (left, top))
    return 255 - np.asarray(picture)


@given(st.data())
def test_neither_polarity_nor_place_nor_size_makes_a_difference(handwritten, data):
    number = data.draw(st.integers(0, len(handwritten.images) - 1))
    size = data.draw(st.integers(40, 150))
    left, top = (data.draw(st.integers(0, 200 - size)) for _ in range(2))
    digit = handwritten.images[number]
    first = to_mnist(placed(digit, 100, 50, 50, 200))
    moved = placed(digit, size, left, top, 200)
    assert overlap(first, to_mnist(moved)) > 0.6
    inverted = to_mnist(255 - moved)
    assert overlap(to_mnist(moved), inverted) > 0.9
    assert np.abs(np.array(ndimage.center_of_mass(inverted)) - 13.5).max() <= 1


@pytest.mark.parametrize("corruption", ["photo", "shadow", "inverted"])
def test_paper_in_a_deep_shadow_is_paper_still(handwritten, corruption):
    taken_for_dark = 0
    for number, digit in enumerate(handwritten.images):
        random = np.random.default_rng(number)
        scene = CORRUPTIONS[corruption]["severe"](random)
        picture = Image.fromarray(read_image(draw(digit, scene, random)))
        taken_for_dark += is_paper_dark(thumbnail(picture))
    assert taken_for_dark == (len(handwritten.images) if corruption == "inverted" else 0)


@given(
    st.binary(max_size=2000) | st.binary(max_size=500).map(lambda tail: b"\x89PNG\r\n\x1a\n" + tail)
)
def test_any_bytes_are_read_or_refused(content):
    try:
        picture = read_image(content)
    except UnreadableImage:
        return
    assert picture.dtype == np.float32


def test_a_speck_darker_than_a_faint_digit_does_not_hide_it(seven):
    faint = 215 + np.asarray(seven, np.float32) * 40 / 255
    speckled = faint.copy()
    speckled[10:13, 10:13] = 165
    assert overlap(to_mnist(faint), to_mnist(speckled)) > 0.9


@pytest.mark.parametrize("side", [8, 11, 12])
def test_the_edges_of_strokes_that_fill_a_tiny_picture_are_no_noise(side):
    for width in range(8, 12):
        image = Image.new("L", (64, 64))
        corners = [(4, 6), (58, 4), (26, 28), (58, 44), (30, 60), (4, 52)]
        ImageDraw.Draw(image).line(corners, fill=255, width=width, joint="curve")
        assert to_mnist(np.asarray(image.resize((side, side), Image.Resampling.BOX))).any()


def test_the_pixels_of_a_tiny_digit_do_not_stay_squares():
    digit = normalise(np.diag(np.full(10, 255, np.uint8)))
    blocks = digit[4:24, 4:24].reshape(10, 2, 10, 2).swapaxes(1, 2).reshape(100, 4)
    assert np.ptp(blocks, axis=1).max() > 50


@pytest.mark.parametrize(("side", "expected"), [(8, 64), (23, 69), (24, 24), (300, 150)])
def test_a_tiny_picture_is_enlarged_and_a_large_one_shrunk(side, expected):
    assert read_image(np.full((side, side), 200, np.uint8)).shape == (expected, expected)


@on_linux
@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_damaged_files_are_read_or_refused(count):
    command = [sys.executable, "-W", "error", "-m", "benchmarks.fuzz", f"--count={count}"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{count} damaged files: ")
    assert " digit, " in result.stdout
    assert " unreadable; " in result.stdout


@pytest.mark.skipif(
    "DIGITS_HANDWRITING" not in os.environ,
    reason="DIGITS_HANDWRITING names no file of handwritten digits (X, y) to read",
)
def test_digits_of_another_origin_are_read():
    from digits.reading.classifier import Classifier

    with np.load(os.environ["DIGITS_HANDWRITING"]) as arrays_:
        images, labels = arrays_["X"][::5], arrays_["y"][::5]
    found = np.stack([to_mnist(255 - image) for image in images])
    accuracy = (Classifier.load().predict_proba(found).argmax(axis=1) == labels).mean()
    assert accuracy > 0.98
