"""Hands that MNIST lacks: digits drawn stroke by stroke, and written again with other pens."""

import numpy as np
import pytest

from digits.data.hands import add_hands, add_straight, write_again
from digits.data.handwriting import trace
from digits.data.splits import Split
from digits.data.strokes import draw_ways
from digits.data.ways import WAYS
from digits.reading.classifier import Classifier


def test_a_share_is_added_behind_the_digits_themselves(handwritten):
    count = len(handwritten.labels)
    both = add_hands(handwritten, 0.25, 1)
    assert len(both.labels) == count + round(0.25 * count)
    np.testing.assert_array_equal(both.images[:count], handwritten.images)
    assert both.images.shape[1:] == (28, 28)
    assert both.images.dtype == both.labels.dtype == np.uint8


def test_no_share_adds_nothing(handwritten):
    for one, same in zip(add_hands(handwritten, 0, 1), handwritten, strict=True):
        np.testing.assert_array_equal(one, same)


def test_the_seed_decides(handwritten):
    few = Split(*(array[:40] for array in handwritten))
    one, same, other = (add_hands(few, 1, seed).images for seed in (1, 1, [1, 1]))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_digits_written_again_keep_their_labels(handwritten):
    zeros = Split(*(array[handwritten.labels == 0] for array in handwritten))
    again = write_again(zeros, 30, 1)
    assert (again.labels == 0).all()
    assert again.images.reshape(30, -1).max(axis=1).tolist() == [255] * 30
    assert len({image.tobytes() for image in again.images}) == 30


def test_a_finer_pen_leaves_a_filled_loop_filled_and_strokes_fine():
    rows, columns = np.mgrid[:60, :40]
    stroke = (abs(columns - 20) <= 4) & (rows >= 5) & (rows < 55)
    loop = np.hypot(rows - 15, columns - 20) <= 11
    ink = trace(stroke | loop, 3, is_even=False)
    assert (ink[12:19, 17:24] == 1).all()
    assert trace(stroke | loop, 3)[15].sum() <= 5
    assert 2 <= ink[40].sum() <= 5


def test_a_wider_pen_goes_along_the_same_strokes():
    ink = np.zeros((60, 40), bool)
    ink[5:55, 19:22] = True
    wide = trace(ink, 9)
    assert (wide[20:40].sum(axis=1) > 8).all()
    assert wide[20:40, [20]].min() == 1


def test_each_way_of_writing_is_drawn_in_turn():
    drawn = draw_ways(2 * len(WAYS), 1)
    assert drawn.labels.tolist() == [way.label for way in WAYS] * 2
    assert set(drawn.labels) == set(range(10))


def test_digits_of_straight_lines_are_added_in_thick_pens(handwritten):
    both = add_straight(handwritten, 0.02, 1)
    added = Split(*(array[len(handwritten.labels) :] for array in both))
    assert len(added.labels) == round(0.02 * len(handwritten.labels))
    assert set(added.labels) == {1, 4, 7}
    ones = added.images[added.labels == 1]
    # A line from top to bottom.
    assert (ones[:, 6:22].max(axis=2) > 128).all()


@pytest.mark.parametrize("way", range(len(WAYS)))
def test_each_way_is_read_for_what_it_is(way):
    drawn = draw_ways(8 * len(WAYS), 99)
    images = drawn.images[way :: len(WAYS)]
    y_prob, scores = (classifier := Classifier.load()).predict(images)
    right = (y_prob.argmax(axis=1) == WAYS[way].label) & (scores <= classifier.ood_threshold)
    assert right.sum() >= 7
