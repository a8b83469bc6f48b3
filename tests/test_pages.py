"""Pages for the finder: they show what is said of them, and the same seed gives the same."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from digits.data.composition import compose, compose_pages
from digits.data.handwriting import Hand, draw_hand, write_digit, write_number
from digits.data.pages import IGNORED, MOST_DIGITS, PRINT, SIDE, load_pages, save_pages
from digits.data.sheet import Sheet, to_cells
from digits.data.surroundings import Layer, cross, ring
from digits.training.finder import MOST_WEIGHT, PRINT_WEIGHT, count_ink, draw_heat, to_targets

PLAIN = Hand(slant=0, rotation=0, width=1, pen=None, level=0.5, unevenness=0)


def test_the_same_seed_gives_the_same_pages(handwritten):
    once, twice, other = (compose_pages(handwritten, 4, seed) for seed in (1, 1, 2))
    for one, same in zip(once, twice, strict=True):
        np.testing.assert_array_equal(one, same)
    assert (once.images != other.images).any()


def test_pages_are_what_they_say(handwritten):
    pages = compose_pages(handwritten, 60, 1)
    assert pages.images.shape == (60, SIDE, SIDE)
    assert pages.owners.shape == (60, SIDE // 2, SIDE // 2)
    assert pages.digits.shape == (60, MOST_DIGITS, 4)
    counts = (pages.digits[..., 3] > 0).sum(axis=1)
    assert (counts == 0).any()
    assert counts.max() > 5
    for owners, count in zip(pages.owners, counts, strict=True):
        assert set(np.unique(owners)) <= {0, PRINT, IGNORED, *range(1, count + 1)}
    assert (pages.owners == PRINT).any()


def test_pages_are_found_again(handwritten, tmp_path, monkeypatch):
    monkeypatch.setattr("digits.data.pages.PAGES_DIR", tmp_path)
    pages = compose_pages(handwritten, 2, 1)
    save_pages("train", pages)
    for array, same in zip(pages, load_pages("train"), strict=True):
        np.testing.assert_array_equal(array, same)


def test_a_digit_is_as_high_as_it_should_be(handwritten):
    for height in (12, 40, 200):
        coverage = write_digit(handwritten.images[0], PLAIN, height, np.random.default_rng(1))
        assert coverage.shape[0] == height
        assert 0.8 < coverage.max() <= 1


def test_touching_digits_touch_and_spaced_ones_do_not(handwritten):
    for seed in range(5):
        random = np.random.default_rng(seed)
        for gap in (0.3, None):
            (_, first, _), (_, second, _) = write_number(handwritten, 2, 40, PLAIN, gap, random)
            assert second > first
    random = np.random.default_rng(1)
    wide = write_number(handwritten, 5, 40, PLAIN, 0.3, random)[-1][1]
    random = np.random.default_rng(1)
    assert write_number(handwritten, 5, 40, PLAIN, None, random)[-1][1] < wide


def test_most_of_a_cut_off_digit_has_to_be_seen():
    sheet = Sheet(20, 20)
    sheet.add(np.ones((10, 10), np.float32), 14, 5, 7)  # six of ten columns
    sheet.add(np.ones((10, 10), np.float32), -5, 5, 3)  # five
    assert [digit[0] for digit in sheet.digits] == [7]
    assert sheet.owners[6, 15] == 1
    assert sheet.owners[6, 2] == IGNORED


def test_a_cell_belongs_to_whoever_has_most_of_its_ink():
    owners = np.zeros((2, 8), np.uint8)
    owners[:, :2] = [[1, 1], [2, 0]]
    owners[:, 2:4] = [[0, 0], [0, 3]]
    owners[:, 4:6] = [[1, 2], [2, 2]]
    assert to_cells(owners).tolist() == [[1, 3, 2, 0]]


def test_targets_point_to_the_centre_of_the_cell_s_own_digit():
    owners = np.zeros((1, 8, 8), np.uint8)
    owners[0, 2, 3], owners[0, 5, 5], owners[0, 7, 7], owners[0, 0, 7] = 1, 2, IGNORED, PRINT
    digits = np.zeros((1, 3, 5), np.float32)
    digits[0, 0], digits[0, 1] = (4, 9, 5, 8, 1), (0, 3, 11, 6, 140)
    heat = draw_heat(digits[0, :2, :4], 8)[np.newaxis]
    targets = to_targets(*(tf.constant(array) for array in (owners, digits, heat))).numpy()[0]
    assert targets[2, 3, :4].tolist() == [5, 9 - 7, 5 - 5, 8]
    assert targets[5, 5, :4].tolist() == [1, 3 - 11, 11 - 11, 6]
    assert targets[7, 7, 0] == -1
    assert targets[0, 7, 0] == 11
    weights = [float(targets[row, column, 5]) for row, column in ((2, 3), (5, 5), (0, 7))]
    assert weights == [MOST_WEIGHT, 0.5, PRINT_WEIGHT]
    assert targets[0, 0, 0] == 0
    assert targets[2, 4, 4] == pytest.approx(1, abs=0.01)  # the centre (9, 5)
    assert targets[7, 0, 4] < 0.1


def test_the_ink_of_each_digit_is_counted():
    owners = np.array([[[1, 1, 2], [0, PRINT, IGNORED]]], np.uint8)
    assert count_ink(owners)[0, :3, 0].tolist() == [2, 1, 0]


@pytest.mark.parametrize("seed", range(3))
def test_every_page_can_be_composed_at_any_size(handwritten, seed):
    image, sheet = compose(handwritten, 96, 64, np.random.default_rng(seed))
    assert image.shape == sheet.owners.shape == (64, 96)
    assert draw_hand(np.random.default_rng(seed)).level > 0


@pytest.mark.parametrize("seed", range(3))
def test_a_ring_goes_around_its_box(seed):
    layer = Layer(100, 80)
    ring(layer, (30, 30, 70, 50), 3, np.random.default_rng(seed))
    ink = layer.coverage()
    assert ink[36:44, 40:60].max() == 0
    around = ndimage.binary_closing(ink > 0.5, iterations=12)  # it may not close
    assert ndimage.binary_fill_holes(around)[36:44, 40:60].all()


@pytest.mark.parametrize("seed", range(3))
def test_a_cross_has_four_arms_around_its_middle(seed):
    layer = Layer(80, 80)
    cross(layer, (40, 40), 20, 4, np.random.default_rng(seed))
    far = np.hypot(*(np.indices((80, 80)) - 40)) > 11
    _, count = ndimage.label(far & (layer.coverage() > 0.2), np.ones((3, 3)))
    assert count == 4
