"""Splits are stratified, seeded and complete."""

import numpy as np
import pytest

from digits.data.mnist import IMAGE_FILES, LABEL_FILES, DatasetError, write_idx
from digits.data.splits import Split
from digits.pipeline.params import ParamsError
from stages import preprocess


@pytest.fixture
def many() -> Split:
    labels = np.repeat(np.arange(10, dtype=np.uint8), 50)
    images = np.zeros((500, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(500), 250)
    return Split(images, labels)


def numbers(split: Split) -> set[int]:
    return {250 * int(image[0, 0]) + int(image[0, 1]) for image in split.images}


def test_the_split_is_stratified_and_complete(many):
    train, val = preprocess.split_off(many, share=0.1, seed=1)
    assert np.bincount(val.labels).tolist() == [5] * 10
    assert np.bincount(train.labels).tolist() == [45] * 10
    assert numbers(train) | numbers(val) == set(range(500))
    assert not numbers(train) & numbers(val)


def test_the_seed_decides_the_split(many):
    first, again, other = (preprocess.split_off(many, 0.1, seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.images, again.images)
    assert numbers(first) != numbers(other)


@pytest.mark.parametrize("share", [0.0001, 0.019, 0.981, 0.9999])
def test_a_share_that_leaves_a_class_without_a_digit_is_refused_in_a_line(many, share):
    with pytest.raises(ParamsError) as error:
        preprocess.split_off(many, share, seed=1)
    assert str(error.value).startswith(f"params.yaml: preprocess.validation_share is {share}; ")
    assert "0.02000 to 0.98000" in str(error.value)
    for allowed in (0.02, 0.98):
        assert all(len(split.labels) >= 10 for split in preprocess.split_off(many, allowed, 1))


def test_small_digits_are_brought_to_size_and_mnist_is_left_alone():
    small = np.zeros((2, 8, 8), np.uint8)
    small[:, 1:7, 3] = 200
    assert preprocess.to_mnist_size(small).shape == (2, 28, 28)
    mnist = np.zeros((2, 28, 28), np.uint8)
    assert preprocess.to_mnist_size(mnist) is mnist


def test_files_that_do_not_belong_together_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(preprocess, "RAW_DIR", tmp_path)
    write_idx(tmp_path / IMAGE_FILES["train"], np.zeros((3, 28, 28), np.uint8))
    for labels in ([1, 2], [1, 2, 10]):
        write_idx(tmp_path / LABEL_FILES["train"], np.array(labels, np.uint8))
        with pytest.raises(DatasetError, match="don't fit"):
            preprocess.read_raw("train")
