"""`digits evaluate PATH`: labelled pictures, from folders, names and arrays."""

import json
import subprocess
import sys

import numpy as np
import pytest

from digits.commands.evaluate import find_labelled, score
from digits.commands.predict import UsageError
from digits.reading.reader import Reading


def run(*words):
    command = [sys.executable, "-m", "digits", "evaluate", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def arrays(tmp_path, handwritten):
    path = tmp_path / "digits.npz"
    np.savez(path, X=handwritten.images[:30], y=handwritten.labels[:30])
    return path


@pytest.mark.parametrize(
    ("name", "label"), [("7/12.png", 7), ("7-first.png", 7), ("04-4.png", 4), ("scan 3.png", 3)]
)
def test_labels_come_from_folders_or_names(tmp_path, seven, name, label):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    seven.save(tmp_path / name)
    assert [found.label for found in find_labelled(tmp_path)] == [label]


def test_arrays_are_read_and_scored(arrays):
    result = run("--json", arrays)
    assert (result.returncode, result.stderr) == (0, "")
    record = json.loads(result.stdout)
    assert record["pictures"] == 30
    assert record["accuracy"] > 0.8
    assert record["accuracy_low"] < record["accuracy"] < record["accuracy_high"] + 1e-9
    assert np.array(record["confusion"]).shape == (10, 11)
    assert np.sum(record["confusion"]) == 30


def test_people_get_a_table(arrays):
    lines = run(arrays).stdout.splitlines()
    assert lines[0] == "pictures  30"
    assert lines[1].startswith("accuracy  ")
    assert lines[3].startswith("answered  ")
    assert len(lines) == 16


def test_rejections_are_counted_beside_best_guesses():
    unsure = Reading(reason="not_a_digit", probabilities=(0.9, *[0.01] * 9))
    blank = Reading(reason="blank")
    sure = Reading(prediction=0, probabilities=(0.9, *[0.01] * 9))
    assert score([sure], [0]).answered_right == 1
    result = score([unsure, blank, sure], [0, 1, 2])
    assert (result.total, result.right, result.rejected, result.answered_right) == (3, 1, 2, 0)
    assert result.confusion[1, 10] == 1


def test_no_label_no_picture_no_arrays_end_in_a_sentence(tmp_path, seven):
    with pytest.raises(UsageError, match="holds no labelled pictures"):
        find_labelled(tmp_path)
    seven.save(tmp_path / "seven.png")
    with pytest.raises(UsageError, match="name it like 7-first"):
        find_labelled(tmp_path)
    (tmp_path / "wrong.npz").write_bytes(b"no archive")
    result = run(tmp_path / "wrong.npz")
    assert result.returncode == 2
    assert "holds no arrays X and y" in result.stderr
    assert "Traceback" not in result.stderr


def test_no_model_is_said(arrays):
    result = run("--model", "nowhere.tflite", arrays)
    assert result.returncode == 3
    assert "--model" in result.stderr
