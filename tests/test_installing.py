"""README's and docs' other ways to an environment, each in a folder of its own."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from benchmarks.deployment import copy, find_uv
from benchmarks.sound_files import sound_files

PICTURE = Path("app/gallery/04-4.png").resolve()
pytestmark = pytest.mark.slow
gigabytes = pytest.mark.skipif(
    "CI" not in os.environ, reason="it fetches gigabytes: CI=true has it run"
)
FILES = ("pyproject.toml", "uv.lock", "README.md", "LICENSE", "digits", "models/digits.tflite")


@pytest.fixture(scope="module")
def project(tmp_path_factory, package_index) -> Path:
    """A folder with what the project is installed from."""
    folder = tmp_path_factory.mktemp("project")
    for name in FILES:
        copy(name, folder)
    return folder


def run(folder: Path, *command: str | Path) -> str:
    """Run a command to its end, outside the environment of the tests; return what it printed."""
    own = {"VIRTUAL_ENV", "DIGITS_MODEL"}
    environment = {name: text for name, text in os.environ.items() if name not in own}
    output, error = subprocess.STDOUT, subprocess.PIPE
    done = subprocess.run(command, cwd=folder, env=environment, stdout=error, stderr=output)
    text = done.stdout.decode()
    assert done.returncode == 0, text
    return text


def test_pip_installs_what_reading_needs_and_no_more(project, tmp_path):
    run(tmp_path, sys.executable, "-m", "venv", "new")
    programs = tmp_path / "new" / "bin"
    run(project, programs / "pip", "install", ".")
    (tmp_path / "elsewhere").mkdir()
    answer = run(tmp_path / "elsewhere", programs / "digits", "predict", PICTURE)
    assert answer.split()[-2] == "4", "with the model that came along"
    assert "tensorflow" not in run(project, programs / "pip", "list")


def test_a_built_wheel_is_small_and_reads_wherever_it_is_installed(project, tmp_path):
    run(project, find_uv(), "build", "--wheel", "--out-dir", tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.stat().st_size < 3_000_000
    assert "digits/py.typed" in zipfile.ZipFile(wheel).namelist()
    run(tmp_path, find_uv(), "venv", "new")
    python = tmp_path / "new" / "bin" / "python"
    run(tmp_path, find_uv(), "pip", "install", "--python", python, wheel)
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", python, "-m", "digits", "predict", PICTURE).split()[-2] == "4"
    code = f"from digits import read_digit; print(read_digit({str(PICTURE)!r}).prediction)"
    assert run(tmp_path / "empty", python, "-c", code).split()[-1] == "4"
    version = run(tmp_path / "empty", python, "-m", "digits", "--version")
    assert str(tmp_path / "new") in version


def test_a_wheel_reads_every_format_in_an_empty_folder(project, tmp_path):
    run(project, find_uv(), "build", "--wheel", "--out-dir", tmp_path)
    (wheel,) = tmp_path.glob("digits-*.whl")
    run(tmp_path, sys.executable, "-m", "venv", "new")
    programs = tmp_path / "new" / "bin"
    run(tmp_path, programs / "pip", "install", wheel)
    (tmp_path / "empty").mkdir()
    for form, files in sound_files().items():
        (tmp_path / form).write_bytes(files[0])
        if form == "HEIF":
            command = [programs / "digits", "predict", tmp_path / form]
            needed = subprocess.run(command, cwd=tmp_path / "empty", capture_output=True, text=True)
            assert "`pip install pillow-heif`" in needed.stderr
            run(tmp_path, programs / "pip", "install", "pillow-heif")
        answer = run(tmp_path / "empty", programs / "digits", "predict", tmp_path / form)
        assert "%" in answer or "not a digit" in answer, form


@pytest.mark.parametrize("extra", ["ssh", "s3", "gs", "azure"])
def test_what_a_remote_needs_can_be_added(project, extra):
    run(project, find_uv(), "add", "--group", "train", f"dvc[{extra}]")
    program = project / ".venv" / "bin" / "python"
    run(project, program, "-c", f"import dvc_{extra}")


@pytest.mark.skipif(
    "DIGITS_RAY" not in os.environ,
    reason="Ray fetches a gigabyte, and was once seen to stand still: DIGITS_RAY=1 has it run",
)
def test_the_docs_example_reads_pictures_under_ray(project, tmp_path):
    """Ray asks for other versions than the lock file, and so has an environment of its own."""
    uv, programs = find_uv(), tmp_path / "new" / "bin"
    run(tmp_path, uv, "venv", "--quiet", "--python", sys.executable, "new")
    packages = [f"{project}[batch]", "ray[data]"]
    run(tmp_path, uv, "pip", "install", "--quiet", "--python", programs / "python", *packages)
    page = Path("docs/clusters.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(import ray\n.*?)```", page, re.S)
    (tmp_path / "example.py").write_text(example)
    run(tmp_path, programs / "digits", "pack", PICTURE.parent, "shards")
    run(tmp_path, programs / "python", "example.py")
    run(tmp_path, programs / "digits", "batch", "shards", "expected")
    answers, expected = (
        sorted(pq.read_table(tmp_path / name).to_pylist(), key=lambda row: row["path"])
        for name in ("answers", "expected")
    )
    assert answers == expected


@gigabytes
def test_cuda_is_added(project):
    """Not that it works, which takes a GPU."""
    run(project, find_uv(), "sync", "--group", "gpu")
    if sys.platform == "linux":
        program = project / ".venv" / "bin" / "python"
        run(project, program, "-c", "import nvidia.cudnn, tensorflow")
