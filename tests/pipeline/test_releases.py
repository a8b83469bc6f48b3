"""Whatever somebody fetches of a release reads a digit: the model alone, the archive, the clone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pinned import MODEL, without_model

from benchmarks.clone import Clone

pytestmark = pytest.mark.slow

PICTURE = Path("app/gallery/04-4.png").resolve()


@pytest.fixture(scope="module")
def released(tmp_path_factory) -> Clone:
    """A clone with a release, and another model after it."""
    clone = Clone.small(tmp_path_factory.mktemp("released") / "clone")
    model = clone.folder / "models" / "digits.tflite"
    shutil.copy(MODEL, model)
    clone.git("commit", "--quiet", "--all", "--allow-empty", "--message", "release")
    clone.git("tag", "--annotate", "digits@v0.1.0", "--message", "digits 0.1.0")
    model.write_bytes(b"another")
    clone.commit("another model")
    return clone


def read(folder: Path, *options: str) -> str:
    """The digit that `digits predict` reads in a folder."""
    command = [sys.executable, "-m", "digits", "predict", str(PICTURE), *options]
    return subprocess.check_output(command, cwd=folder, env=without_model(), text=True).split()[-2]


@pytest.mark.parametrize(
    "command", ["artifacts get {} digits --rev v0.1.0", "get {} models/digits.tflite --rev {tag}"]
)
def test_the_model_of_a_release_is_fetched_and_reads(released, tmp_path, command):
    words = command.format(released.folder, tag="digits@v0.1.0").split()
    subprocess.run(["dvc", *words], cwd=tmp_path, check=True)
    assert (tmp_path / "digits.tflite").read_bytes() == MODEL.read_bytes()
    assert read(tmp_path, "--model=digits.tflite") == "4"


def test_an_archive_of_a_release_reads(released, tmp_path):
    archive = tmp_path / "digits.zip"
    command = ["git", "archive", "--output", archive, "digits@v0.1.0"]
    subprocess.run(command, cwd=released.folder, check=True)
    shutil.unpack_archive(archive, tmp_path)
    assert read(tmp_path) == "4"
