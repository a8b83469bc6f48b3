"""What docs/own.md says: data that come, go and come back, and a hand that is learned quickly."""

import re
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.clone import Clone
from digits.data.strokes import draw_way
from digits.data.ways import WAYS
from digits.reading.classifier import Classifier
from digits.reading.digit_reader import read_digit
from digits.reading.location import MODEL

pytestmark = pytest.mark.slow

PAGE = Path("docs/own.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```console\n(.*?)```", PAGE, re.S) for line in block.splitlines()
]


def draw(folder: Path, count: int, seed: int, label: int | None = None) -> list[Path]:
    """Draw pictures into folders of their digits, or mirrored ones of one digit alone."""
    random, paths = np.random.default_rng(seed), []
    ways = [way for way in WAYS if label in (None, way.label)]
    for number in range(count):
        way = ways[number % len(ways)]
        image = 255 - draw_way(way, random)
        path = folder / str(way.label) / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image if label is None else image[:, ::-1]).save(path)
        paths.append(path)
    return paths


@pytest.fixture
def mine(clone, tmp_path) -> Clone:
    """A clone of mine, with pictures at home, and the storage that the page names in a folder."""
    mine = clone.copy(tmp_path / "mine")
    mine.environment["HOME"] = str(tmp_path / "home")
    return mine


def run(clone: Clone, command: str) -> str:
    """Run a line of the page; return what it prints."""
    line = command.replace("/mnt/storage", shlex.quote(str(clone.folder.parent / "storage")))
    process = clone.start("bash", "-ec", line)
    output = process.communicate()[0]
    assert process.returncode == 0, f"{command}\n{output}"
    return output


def test_the_page_runs_from_first_to_last(mine, tmp_path):
    for seed, name in enumerate(("anna", "ben")):
        draw(tmp_path / "home" / "scans" / name, 60, seed)
    printed, figures, writers = [], [], []
    for command in COMMANDS:
        printed.append((command, run(mine, command)))
        figures.append(mine.read("metrics/own.json") if command != COMMANDS[0] else {})
        writers.append({path.name for path in (mine.folder / "data" / "own").iterdir()})
    runs = [output for command, output in printed if command == "dvc repro"]
    assert all("Running stage 'gather'" in output for output in runs), "it notices pictures"
    differences = [output for command, output in printed if command == "dvc metrics diff"]
    assert all("metrics/own.json" in output for output in differences)
    back, forth = (place for place, command in enumerate(COMMANDS) if command == "dvc checkout")
    assert "ben" not in writers[back]
    assert {"anna", "ben"} <= writers[forth]
    first = COMMANDS.index("dvc push")
    assert figures[back] == figures[first] != {}
    assert figures[forth] == figures[COMMANDS.index("dvc push", first + 1)]
    assert mine.read("data/processed/own.json")["splits"]["train"] > 60
    table = printed[-1][1]
    assert re.search(r"^metrics/own_before\.json +\d", table, re.M), table
    assert max(map(len, table.splitlines())) <= 100, table
    assert len(table.splitlines()) <= 24, table


def test_a_clone_has_the_pictures_and_nothing_to_do(mine, tmp_path):
    draw(mine.folder / "data" / "own" / "anna", 60, seed=1)
    mine.dvc("repro", "gather")
    run(mine, "dvc remote add --default storage /mnt/storage")
    mine.dvc("push")
    mine.commit("own")
    yours = mine.clone(tmp_path / "yours")
    yours.dvc("pull")
    assert len(list((yours.folder / "data" / "own").rglob("*.png"))) == 60
    assert yours.dvc("status", "gather", "data/own.dvc").endswith("up to date.\n")


def test_a_made_up_hand_is_learned_in_the_quick_way(mine, tmp_path):
    draw(mine.folder / "data" / "own", 200, seed=1, label=7)
    commands = [command for command in COMMANDS if "base.keras" in command]
    assert len(commands) == 2
    for command in commands:
        run(mine, command)
    before, after = (mine.read(f"metrics/{name}.json") for name in ("own_before", "own"))
    assert after["accuracy"] >= max(0.9, before["accuracy"])
    classifier = Classifier.load(mine.folder / MODEL)
    assert classifier.description["train"]["own_digits"] > 100
    pictures = draw(tmp_path / "others", 20, seed=2, label=7)
    guesses = [read_digit(path, classifier).best_guess for path in pictures]
    assert guesses.count(7) >= 17


def test_a_base_that_is_missing_ends_in_a_line(mine):
    output = mine.dvc("exp", "run", "-S", "train.start_from=models/no.keras", "train", status=255)
    assert "StartError: train.start_from is models/no.keras" in output
    assert "Traceback" not in output


def test_a_run_without_own_pictures_says_nothing_of_them(clone):
    assert clone.read("metrics/own.json") == clone.read("metrics/own_before.json") == {}
    assert clone.git("ls-files", "data") == "data/own.dvc\n"
    assert subprocess.check_output(["ls", clone.folder / "data" / "own"], text=True) == (
        "README.txt\n"
    )
