"""`digits read`: a line a picture, as text, JSON or CSV, and a plot."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from digits import read_numbers
from digits.evaluation.number_pages import NUMBERS


@pytest.fixture(scope="module")
def pictures(tmp_path_factory, handwritten):
    """A picture of several numbers, one of nothing, and one that is none."""
    folder = tmp_path_factory.mktemp("pictures")
    page = NUMBERS["several"](handwritten, np.random.default_rng(1))
    page.image.save(folder / "a form.png")
    Image.new("L", (60, 40), 200).save(folder / "blank.png")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


def read(*arguments, expected=0):
    command = [sys.executable, "-m", "digits", "read", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == expected, result.stderr
    return result


def test_people_get_a_line_a_picture(pictures):
    numbers = [number.text for number in read_numbers(pictures / "a form.png").numbers]
    lines = read(pictures, expected=1).stdout.splitlines()
    assert lines[0].split() == [*str(pictures / "a form.png").split(), *numbers]
    assert [line.split()[-2:] for line in lines[1:]] == [["-", "blank"], ["-", "unreadable"]]


def test_programs_get_json_with_boxes(pictures):
    (record,) = map(json.loads, read(pictures / "a form.png", "--json").stdout.splitlines())
    assert record.keys() == {"path", "numbers", "reason", "error", "model"}
    assert record["numbers"]
    for number in record["numbers"]:
        assert number.keys() == {"text", "confidence", "box", "digits"}
        predictions = [digit["prediction"] for digit in number["digits"]]
        assert "".join(map(str, predictions)) == number["text"]
        assert number["digits"][0].keys() == {"prediction", "confidence", "box"}
        assert len(number["box"]) == 4


def test_a_table_has_a_row_a_number(pictures):
    result = read(pictures, "--csv", "--quiet", expected=1)
    assert result.stderr == ""
    rows = list(csv.DictReader(result.stdout.splitlines()))
    numbers = read_numbers(pictures / "a form.png").numbers
    assert [row["text"] for row in rows] == [*(number.text for number in numbers), "", ""]
    assert [row["reason"] for row in rows[-2:]] == ["blank", "unreadable"]
    assert [int(rows[0][name]) for name in ("x", "y", "width", "height")] == [*numbers[0].box]


def test_the_plot_shows_the_boxes(pictures, tmp_path):
    read(pictures / "a form.png", "--save-plot", tmp_path / "plot.png")
    with Image.open(tmp_path / "plot.png") as plot:
        assert plot.width > 400
    read(pictures, "--save-plot", tmp_path / "plot.png", expected=2)


@pytest.mark.slow
def test_many_pictures_are_read_by_all_processors(pictures):
    arguments = [pictures / "a form.png"] * 70
    lines = read(*arguments).stdout.splitlines()
    assert len(lines) == 70
    assert len(set(lines)) == 1
