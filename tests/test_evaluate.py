"""`digits evaluate PATH`: labelled pictures, from folders, names and arrays."""

import gzip
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digits.commands.cli import main
from digits.commands.errors import UsageError
from digits.commands.evaluate import find_labelled, score, to_text
from digits.reading.image import to_mnist
from digits.reading.reader import Reading, prepare


class Ended(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys):
    """Run `digits evaluate ...` in this process."""

    def run(*words):
        with pytest.raises(SystemExit) as end:
            main(["evaluate", *map(str, words)])
        return Ended(end.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def arrays(tmp_path, handwritten):
    path = tmp_path / "digits.npz"
    np.savez(path, X=handwritten.images[:30], y=handwritten.labels[:30])
    return path


NAMES = {
    "7/12.png": 7,
    "7/3.png": 7,
    "7/alice/first.png": 7,
    "digit_7/3.png": 7,
    "Digit 7/3.png": 7,
    "seven/3.png": 7,
    "ZERO/3.png": 0,
    "7.png": 7,
    "7-first.png": 7,
    "7-2.png": 7,
    "7 (2).png": 7,
    "7_copy_3.png": 7,
    "1_cvteam5_13.jpg": 1,
}


@pytest.mark.parametrize("name", NAMES)
def test_labels_come_from_folders_or_names(tmp_path, seven, name):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    seven.save(tmp_path / name)
    assert [found.label for found in find_labelled(tmp_path)] == [NAMES[name]]


def test_a_single_picture_is_labelled_too(tmp_path, seven):
    (tmp_path / "7").mkdir()
    for name in ("7/3.png", "7-3.png"):
        seven.save(tmp_path / name)
        assert [found.label for found in find_labelled(tmp_path / name)] == [7]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("04-4.png", "begins with 04, which is no single digit"),
        ("4711_3.jpg", "begins with 4711, which is no single digit.*evaluate --numbers"),
        ("seven.png", "doesn't say which digit it shows"),
        ("scan 3.png", "doesn't say which digit it shows"),
        ("7th.png", "doesn't say which digit it shows"),
        ("7.5 mm.png", "doesn't say which digit it shows"),
        ("٧-1.png", "doesn't say which digit it shows"),
        ("3/7/first.png", "lies in folders of several digits, 3 and 7"),
    ],
)
def test_an_ambiguous_label_is_asked_for(tmp_path, seven, name, sentence):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    seven.save(tmp_path / name)
    with pytest.raises(UsageError, match=sentence):
        find_labelled(tmp_path)


def test_the_given_folder_names_the_digit_where_none_in_it_does(tmp_path, seven, monkeypatch):
    for name in ("3/7/first.png", "5/first.png"):
        (tmp_path / name).parent.mkdir(parents=True)
        seven.save(tmp_path / name)
    assert [found.label for found in find_labelled(tmp_path / "3")] == [7]
    monkeypatch.chdir(tmp_path / "5")
    assert [found.label for found in find_labelled(Path())] == [5]


def test_copies_that_programs_keep_are_left_out(run, tmp_path, seven):
    for name in ("7.png", "._7.png", ".ipynb_checkpoints/7-checkpoint.png", "__MACOSX/7.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        seven.save(tmp_path / name, "PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    result = run(tmp_path)
    assert result.stdout.startswith("pictures  1\n")
    assert result.stderr == f"{tmp_path}: 4 files left out: 3 hidden, 1 not a picture\n"
    assert run("--quiet", tmp_path).stderr == ""


def saved(path, **arrays):
    np.savez(path, **arrays)
    return path


def in_form(images, labels):
    """The same pictures and labels, in every form that is read."""
    grey = images / np.float32(255)
    return {
        "uint8": {"X": images, "y": labels},
        "dark ink": {"X": 255 - images, "y": labels},
        "floats to 255": {"X": images.astype(np.float64), "y": labels},
        "floats to 1": {"x_test": grey, "y_test": labels, "x_train": grey, "y_train": labels},
        "bits": {"X_test": images > 127, "y_test": labels.astype(np.float32)},
        "channel": {"images": images[..., np.newaxis], "labels": labels[:, np.newaxis]},
        "rows": {"X": images.reshape(len(images), 784), "y": labels.astype(np.int64)},
        "one-hot": {"X": images, "y": np.eye(10, dtype=np.float32)[labels]},
    }


@pytest.mark.parametrize("form", in_form(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8)))
def test_arrays_may_have_every_usual_form(tmp_path, handwritten, form):
    images, labels = handwritten.images[:30], handwritten.labels[:30]
    path = saved(tmp_path / "digits.npz", **in_form(images, labels)[form])
    found = find_labelled(path)
    assert [label for _, label in found] == labels.tolist()
    digits = [prepare([picture.source])[0].digit for picture, _ in found]
    expected = [to_mnist(image) for image in images]
    assert np.abs(np.array(digits) - np.array(expected, float)).mean() < (
        30 if form == "bits" else 3
    )


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"X": np.zeros((2, 28, 28), np.uint8)}, "holds X, where one of these pairs is wanted"),
        ({"X": np.zeros((2, 28, 28), np.uint8), "y": [1]}, "holds 2 pictures and 1 labels"),
        ({"X": np.zeros((2, 28, 28, 3)), "y": [1, 2]}, r"pictures of shape \(2, 28, 28, 3\)"),
        ({"X": np.zeros((2, 1, 28, 28)), "y": [1, 2]}, r"pictures of shape \(2, 1, 28, 28\)"),
        ({"X": np.zeros((2, 100)), "y": [1, 2]}, r"pictures of shape \(2, 100\)"),
        ({"X": np.full((2, 28, 28), 16), "y": [1, 2]}, "values from 0 to 16: scale them"),
        ({"X": np.full((2, 28, 28), -1.0), "y": [1, 2]}, "values from -1 to 0: scale them"),
        ({"X": np.full((2, 28, 28), 65535), "y": [1, 2]}, "values from 0 to 65535: scale them"),
        ({"X": np.full((2, 28, 28), np.nan), "y": [1, 2]}, "values from nan to nan: scale them"),
        ({"X": np.full((2, 28, 28), "a"), "y": [1, 2]}, "type <U1, and not numbers"),
        ({"X": np.full((2, 28, 28), None), "y": [1, 2]}, "is damaged .*: save or send it again"),
        ({"X": np.zeros((2, 28, 28)), "y": [1, 10]}, "labels that are neither digits"),
        ({"X": np.zeros((2, 28, 28)), "y": [1, -1]}, "labels that are neither digits"),
        ({"X": np.zeros((2, 28, 28)), "y": [1, 0.5]}, "labels that are neither digits"),
        ({"X": np.zeros((2, 28, 28)), "y": np.full((2, 10), 0.1)}, "labels that are neither"),
        ({"X": np.zeros((0, 28, 28)), "y": np.zeros(0)}, "holds no labelled pictures"),
    ],
)
def test_any_other_array_ends_in_a_sentence(tmp_path, arrays, sentence):
    path = saved(tmp_path / "digits.npz", **arrays)
    with pytest.raises(UsageError, match=sentence):
        find_labelled(path)


def test_two_pairs_of_arrays_are_asked_about(tmp_path, handwritten):
    images, labels = handwritten.images[:3], handwritten.labels[:3]
    path = saved(tmp_path / "a.npz", X=images, y=labels, images=images, labels=labels)
    with pytest.raises(UsageError, match="one of these pairs is wanted"):
        find_labelled(path)


def test_arrays_are_read_and_scored(run, arrays):
    result = run("--json", arrays)
    assert (result.returncode, result.stderr) == (0, "")
    record = json.loads(result.stdout)
    assert record["pictures"] == 30
    assert record["accuracy"] > 0.8
    assert record["accuracy_low"] < record["accuracy"] < record["accuracy_high"] + 1e-9
    assert np.array(record["confusion"]).shape == (10, 11)
    assert np.sum(record["confusion"]) == 30


def test_people_get_a_table(run, arrays):
    lines = run(arrays).stdout.splitlines()
    assert lines[0] == "pictures  30"
    assert lines[1].startswith("labels    0: ")
    assert lines[2].startswith("accuracy  ")
    assert lines[4].startswith("answered  ")
    assert len(lines) == 17


def test_rejections_are_counted_beside_best_guesses():
    unsure = Reading(reason="not_a_digit", probabilities=(0.9, *[0.01] * 9))
    blank = Reading(reason="blank")
    sure = Reading(prediction=0, probabilities=(0.9, *[0.01] * 9))
    assert score([sure], [0]).answered_right == 1
    result = score([unsure, blank, sure], [0, 1, 2])
    assert (result.total, result.right, result.rejected, result.answered_right) == (3, 1, 2, 0)
    assert result.confusion[1, 10] == 1
    assert "0.00% rightly, 33.33% wrongly" in to_text(result)
    assert "  0.00% wrongly" in to_text(score([sure, *[blank] * 6], [0] * 7)).replace(", ", "  ")


def test_what_could_not_be_read_is_named_apart(run, tmp_path, handwritten, seven):
    Image.fromarray(handwritten.images[0]).resize((84, 84)).save(tmp_path / "0.png")
    Image.new("L", (40, 40), 255).save(tmp_path / "1-blank.png")
    (tmp_path / "2.png").write_bytes(b"")
    result = run("--json", tmp_path)
    assert result.returncode == 1
    assert result.stderr == f"{tmp_path}/2.png: the file is empty: save or send it again\n"
    record = json.loads(result.stdout)
    assert (record["pictures"], record["unreadable"], record["rejected"]) == (2, 1, 0.5)
    assert record["labels"] == [1, 1, *[0] * 8]
    lines = run("--quiet", tmp_path).stdout.splitlines()
    assert lines[1] == "unreadable, and left out of all figures  1"
    assert lines[2].startswith("labels    0: 1, 1: 1, 2: 0, ")


def test_where_nothing_can_be_read_there_are_no_figures(run, tmp_path):
    (tmp_path / "2.png").write_bytes(b"")
    result = run(tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"{tmp_path}/2.png: the file is empty: save or send it again\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing", "doesn't exist"),
        ("a" * 300, "doesn't exist"),
        ("empty", "holds no labelled pictures"),
        ("train-images.idx.gz", "is neither a folder of pictures nor an .npz file"),
        ("cut.npz", "is no .npz file, or only a part of one"),
        ("damaged.npz", "is damaged"),
        ("text.npz", "is no .npz file, or only a part of one"),
    ],
)
def test_what_is_no_set_of_pictures_ends_in_a_sentence(run, tmp_path, arrays, name, sentence):
    (tmp_path / "empty").mkdir()
    (tmp_path / "train-images.idx.gz").write_bytes(gzip.compress(bytes(100)))
    content = arrays.read_bytes()
    (tmp_path / "cut.npz").write_bytes(content[:5000])
    (tmp_path / "damaged.npz").write_bytes(content[:200] + bytes(5000) + content[5200:])
    (tmp_path / "text.npz").write_text("no archive")
    result = run(tmp_path / name)
    assert (result.returncode, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_no_model_is_said(run, arrays):
    result = run("--model", "nowhere.tflite", arrays)
    assert result.returncode == 3
    assert "--model" in result.stderr


STROKES = {"1": [(4, 24), (24, 0), (20, 80)], "7": [(0, 4), (44, 0), (16, 80)]}


@pytest.fixture
def numbers(tmp_path):
    """Four numbers, one under a wrong name."""
    for name in ("17_a", "77_a", "771 b", "12-wrong"):
        text, picture = name.split("_")[0].split(" ")[0], Image.new("L", (320, 160), 255)
        for place, digit in enumerate(text if "wrong" not in name else "17"):
            line = [(60 + 70 * place + x, 40 + y) for x, y in STROKES[digit]]
            ImageDraw.Draw(picture).line(line, fill=0, width=10, joint="curve")
        picture.save(tmp_path / f"{name}.png")
    return tmp_path


def test_numbers_are_scored_by_their_names(run, numbers):
    result = run("--numbers", numbers)
    assert (result.returncode, result.stderr) == (0, "")
    record = json.loads(run("--numbers", "--json", numbers).stdout)
    assert record["pictures"] == 4
    assert record["accuracy"] == 0.75
    assert record["character_error_rate"] > 0
    assert "75.00% of the numbers are right" in result.stdout


def test_numbers_that_cannot_be_read_or_named_are_said(run, numbers):
    (numbers / "77_cut.png").write_bytes(next(numbers.iterdir()).read_bytes()[:99])
    result = run("--numbers", numbers)
    assert result.returncode == 1
    assert "77_cut.png: " in result.stderr
    assert run("--numbers", "--quiet", numbers).stderr == ""
    assert "left out of all figures  1" in result.stdout
    (numbers / "77_cut.png").rename(numbers / "cut.png")
    assert "doesn't say which number it shows" in run("--numbers", numbers).stderr
    assert "doesn't exist" in run("--numbers", numbers / "nowhere").stderr
    (numbers / "7").mkdir()
    assert "holds no pictures" in run("--numbers", numbers / "7").stderr
