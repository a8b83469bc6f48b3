"""Files are written whole or not at all; a stage ends in a sentence."""

import errno
import hashlib
import os

import numpy as np
import pytest

from digits.errors import DigitsError
from digits.pipeline.stage import replacing, run_stage, write_arrays, write_json


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as temporary:
        temporary.write_text("half of the ne")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file.txt"]


def test_success_replaces_the_file(tmp_path):
    path = tmp_path / "folder" / "file.json"
    write_json(path, {"é": 1})
    assert path.read_bytes() == '{\n  "é": 1\n}\n'.encode()
    assert os.listdir(path.parent) == ["file.json"]


def test_the_same_arrays_give_the_same_bytes_whatever_python_and_whenever(tmp_path):
    arrays = {"images": np.arange(12, dtype=np.uint8).reshape(3, 4), "labels": np.zeros(0, np.int8)}
    path = tmp_path / "arrays.npz"
    write_arrays(path, arrays)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest == "0a7aaf0493e12080ed10b311fbf65cf24d4bba75eb50196a0d0aafd73f8847a9"
    with np.load(path) as read:
        assert {name: read[name].dtype for name in read} == {"images": np.uint8, "labels": np.int8}
        np.testing.assert_array_equal(read["images"], arrays["images"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (DigitsError("do this"), "DigitsError: do this"),
        (PermissionError(13, "Permission denied"), "PermissionError: [Errno 13] Permission denied"),
        (
            OSError(errno.ENOSPC, "No space"),
            f"{os.strerror(errno.ENOSPC)}: make room and run the stage again; "
            "what could not be written is still there as it was",
        ),
        (KeyboardInterrupt(), 130),
    ],
)
def test_what_the_user_can_mend_ends_without_traceback(error, status):
    def fail():
        raise error

    with pytest.raises(SystemExit) as stop:
        run_stage(fail)
    assert stop.value.code == status


def test_a_bug_keeps_its_traceback():
    def fail():
        raise TypeError

    with pytest.raises(TypeError):
        run_stage(fail)
