"""IDX files are read back as they were written, and damage is noticed."""

import gzip

import numpy as np
import pytest

from digits.data.mnist import DatasetError, read_idx, write_idx


@pytest.mark.parametrize("shape", [(5,), (3, 28, 28), (0, 28, 28)])
def test_round_trip(tmp_path, shape):
    array = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    write_idx(tmp_path / "a.gz", array)
    np.testing.assert_array_equal(read_idx(tmp_path / "a.gz"), array)


def test_the_same_array_gives_the_same_bytes(tmp_path):
    for name in ("a.gz", "b.gz"):
        write_idx(tmp_path / name, np.arange(9, dtype=np.uint8).reshape(3, 3))
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>not found</html>",
        gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x05abc"),
        gzip.compress(b"\x00\x00\x0d\x01\x00\x00\x00\x01\x00\x00\x00\x00"),
        gzip.compress(b"\x00\x00"),
        gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x05abcde")[:-9],
    ],
    ids=["empty", "html", "too short", "float type", "no header", "cut"],
)
def test_damage_is_an_error_that_names_the_file(tmp_path, content):
    (tmp_path / "a.gz").write_bytes(content)
    with pytest.raises(DatasetError, match=r"a\.gz"):
        read_idx(tmp_path / "a.gz")
