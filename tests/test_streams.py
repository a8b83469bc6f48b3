"""Pipes, closed and full streams, names like options, and what a system may lack."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from systems import on_linux, on_unix

from digits.data.scenes import Scene, draw
from digits.pipeline import processors

COMMAND = [sys.executable, "-m", "digits"]
MANY = 100


def shell(script: str, *words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of sh, in which "$@" is `digits` and the words."""
    command = ["sh", "-c", script, "sh", *COMMAND, *map(str, words)]
    settings = {"PYTHONUNBUFFERED": "", **environment}  # which changes when a write fails
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | settings)
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr
    return result


@pytest.fixture(scope="module")
def picture(tmp_path_factory, handwritten):
    path = tmp_path_factory.mktemp("picture") / "0.png"
    path.write_bytes(draw(handwritten.images[0], Scene(), np.random.default_rng(1)))
    return path


@pytest.fixture(scope="module")
def many(tmp_path_factory, picture):
    """A folder with enough pictures for several processes."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(MANY):
        shutil.copy(picture, folder / f"{number:03}.png")
    return folder


@on_unix
@pytest.mark.parametrize(
    "script",
    [
        'cat PICTURE | "$@" predict - --save-plot PLOT',
        'cat PICTURE | "$@" predict /dev/stdin --save-plot PLOT',
        '"$@" predict /dev/stdin --save-plot PLOT <PICTURE',
        'mkfifo FIFO; cat PICTURE >FIFO & "$@" predict FIFO --save-plot PLOT',
    ],
)
def test_a_stream_is_read_once_for_answer_and_plot(picture, tmp_path, script):
    plot = tmp_path / "plot.png"
    places = {"PICTURE": picture, "PLOT": plot, "FIFO": tmp_path / "fifo"}
    for name, place in places.items():
        script = script.replace(name, str(place))
    result = shell(script)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.split()[1] == "0"
    with Image.open(plot) as image:
        assert image.format == "PNG"


@on_unix
@pytest.mark.parametrize("source", ["/dev/zero", "/dev/null"])
def test_a_device_is_read_as_far_as_is_allowed(source):
    result = shell('"$@"', "predict", source)
    assert (result.returncode, result.stdout) == (1, f"{source}  -  unreadable\n")
    assert result.stderr.count("\n") == 1


@on_unix
def test_a_pipe_in_a_folder_is_left_out(picture, tmp_path):
    shutil.copy(picture, tmp_path)
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to("nowhere")
    result = shell('"$@"', "predict", tmp_path)
    assert (result.returncode, result.stdout.count("\n")) == (0, 1)
    assert result.stderr == f"{tmp_path}: 2 files left out: 2 not a file\n"


@on_unix
@pytest.mark.parametrize("closed", ["2>&-", "2>&- <&-"])
def test_closed_standard_error_changes_nothing(picture, tmp_path, closed):
    words = "predict", "--json", picture, tmp_path / "missing.png"
    result = shell(f'"$@" {closed}', *words)
    assert result.returncode == 1
    assert result.stdout == shell('"$@" 2>/dev/null', *words).stdout
    assert result.stdout.count("\n") == 2


@on_unix
@pytest.mark.parametrize(
    ("words", "unbuffered"),
    [
        (["predict", "FOLDER"], ""),
        (["predict", "--csv", "PICTURE"], "1"),
        (["evaluate", "PICTURE"], ""),
    ],
)
def test_results_that_can_not_be_written_end_in_a_line(picture, many, words, unbuffered):
    places = {"PICTURE": picture, "FOLDER": many}
    words = [places.get(word, word) for word in words]
    result = shell('"$@" >/dev/full', *words, PYTHONUNBUFFERED=unbuffered)
    assert result.returncode == 1
    assert result.stderr == "digits: the results can't be written: No space left on device\n"


@on_unix
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_that_can_not_be_written_end_in_a_line(word, unbuffered):
    result = shell('"$@" >/dev/full', word, PYTHONUNBUFFERED=unbuffered)
    assert result.returncode == 1
    assert result.stderr == "digits: the results can't be written: No space left on device\n"


@on_unix
def test_closed_standard_output_is_said(picture):
    result = shell('"$@" >&-', "predict", picture)
    assert result.returncode == 1
    assert result.stderr.startswith("digits: standard output is closed")


@on_unix
def test_full_standard_error_keeps_no_result_back(picture, tmp_path):
    words = "predict", tmp_path / "missing.png", picture, tmp_path / "missing.png"
    result = shell('"$@" 2>/dev/full', *words)
    assert (result.returncode, result.stdout.count("\n")) == (1, 3)
    assert shell('"$@" 2>/dev/full', "predict").returncode == 2
    assert shell('"$@" >/dev/full 2>/dev/full', *words).returncode == 1


@on_unix
def test_a_full_disk_ends_in_a_line_and_keeps_the_old_plot(picture, many, tmp_path):
    plot = tmp_path / "plot.png"
    assert shell('"$@"', "predict", picture, "--save-plot", plot).returncode == 0
    before = plot.read_bytes()
    full = f'ulimit -f 1; "$@" >{tmp_path}/results'  # blocks of 512 bytes
    result = shell(full, "predict", many)
    assert result.returncode == 1
    assert result.stderr == "digits: the results can't be written: File too large\n"
    result = shell(full, "predict", picture, "--save-plot", plot)
    assert result.returncode == 2
    assert f"--save-plot: {plot} can't be written (File too large)\n" in result.stderr
    assert plot.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plot.png", "results"]


@pytest.mark.parametrize("words", [["-7.png"], ["0.png", "-7.png"]])
def test_a_name_like_an_option_is_explained(picture, tmp_path, words):
    for name in ("0.png", "-7.png"):
        shutil.copy(picture, tmp_path / name)
    options = {"cwd": tmp_path, "capture_output": True, "text": True}
    result = subprocess.run([*COMMAND, "predict", *words], **options)
    assert result.returncode == 2
    assert "comes after --, or is written like ./-7.png" in result.stderr
    for given in (["--", *words], [os.path.join(".", word) for word in words], ["."]):  # noqa: PTH118
        result = subprocess.run([*COMMAND, "predict", *given], **options)
        assert (result.returncode, result.stderr) == (0, "")
        assert "-7.png" in result.stdout


# Python loads a module of this name before anything else, in every process.
NO_FORK = """
import multiprocessing, os
from multiprocessing import context
del os.fork
for name in ("fork", "forkserver"):
    del context._concrete_contexts[name]
multiprocessing.set_start_method("spawn")
"""
NO_SEMAPHORES = """
import _multiprocessing
class SemLock:
    SEM_VALUE_MAX = 1
    def __init__(self, *_): raise OSError(38, "Function not implemented")
_multiprocessing.SemLock = SemLock
"""


def run_without(code: str, folder: Path, *words: object) -> list[str]:
    """Run `digits predict --json` in an environment that lacks something; return its lines."""
    (folder / "sitecustomize.py").write_text(code)
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [*COMMAND, "predict", "--json", *map(str, words)]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.splitlines()


@pytest.mark.parametrize("lack", [NO_FORK, NO_SEMAPHORES], ids=["fork", "semaphores"])
def test_what_a_system_lacks_changes_no_answer(many, picture, tmp_path, lack):
    """Windows has no fork, some containers no writable /dev/shm and so no semaphores."""
    answers = [json.loads(line) for line in run_without(lack, tmp_path, many)]
    assert [answer["path"] for answer in answers] == sorted(map(str, many.iterdir()))
    (one,) = [json.loads(line) for line in run_without("", tmp_path, picture)]
    assert all(answer["probabilities"] == one["probabilities"] for answer in answers)


@on_linux
def test_one_processor_takes_one_process(many):
    code = "import os, sys, threading; from concurrent import futures;"
    code += "from digits.commands import cli;"
    code += "futures.ProcessPoolExecutor = None;"  # which could not be called
    code += "os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1]); cli.main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "predict", "--json", many]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == MANY


@on_linux
@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/", {"cpu.max": "max 100000\n"}, 8),
        ("0::/", {"cpu.max": "150000 100000\n"}, 2),
        ("0::/a/b", {"a/cpu.max": "100000 100000\n", "a/b/cpu.max": "max 100000\n"}, 1),
        ("0::/docker/of-the-host", {"cpu.max": "300000 100000\n"}, 3),
        (
            "4:cpu,cpuacct:/",
            {"cpu/cpu.cfs_quota_us": "400000\n", "cpu/cpu.cfs_period_us": "100000\n"},
            4,
        ),
        (
            "4:cpu,cpuacct:/\n3:cpuset:/x",
            {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"},
            8,
        ),
        ("", {}, 8),
    ],
)
def test_a_container_is_taken_at_its_limit(tmp_path, monkeypatch, groups, files, expected):
    (tmp_path / "groups").write_text(groups)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(processors, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(processors, "_ROOT", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)))
    assert processors.count_processors() == expected


@pytest.mark.slow
def test_drawing_needs_no_fork(first_run, tmp_path):
    clone = first_run.copy(tmp_path / "clone")
    (tmp_path / "sitecustomize.py").write_text(NO_FORK)
    clone.environment["PYTHONPATH"] = str(tmp_path)
    names = ["negatives.npy", "ood.npz", "test.npz", "val.npy"]
    before = {name: (clone.folder / "data" / "drawn" / name).read_bytes() for name in names}
    process = clone.start(sys.executable, "-m", "stages.draw")
    output = process.communicate()[0]
    assert process.returncode == 0, output
    for name in names:
        assert (clone.folder / "data" / "drawn" / name).read_bytes() == before[name]
