"""`digits batch`: a folder of parts, whoever dies on the way."""

import argparse
import json
import logging
import shutil
import subprocess
import sys

import numpy as np
import pandas
import pyarrow.dataset
import pytest
from distributed import Client, LocalCluster
from pinned import MODEL

from digits.commands import cli, pack
from digits.commands.batch_reader import DIGITS
from digits.commands.errors import UsageError
from digits.commands.workers import ReaderPlugin
from digits.data.scenes import Scene, draw
from digits.reading.artefact import pack as pack_model
from digits.reading.artefact import unpack


@pytest.fixture(scope="module")
def folder(tmp_path_factory, handwritten):
    """Sixty pictures of digits, and one that is none."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(1)
    for number, digit in enumerate(handwritten.images[:60]):
        (folder / f"{number:02}.png").write_bytes(draw(digit, Scene(quality=90), random))
    (folder / "notes.png").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def shards(folder, tmp_path_factory):
    """The same pictures, packed into a few shards."""
    output = tmp_path_factory.mktemp("packed") / "shards"
    options = {"source": str(folder), "output": str(output), "size": 0.06, "quiet": True}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack, "BATCH", 10)
        pack.pack(argparse.Namespace(**options))
    assert len(list(output.glob("*.parquet"))) > 2
    return output


@pytest.fixture(scope="module")
def scheduler():
    """The address of a scheduler with two workers, in this process: they start at once."""
    options = {"processes": False, "threads_per_worker": 1, "silence_logs": logging.CRITICAL}
    address = "127.0.0.1:0"
    with LocalCluster(n_workers=2, dashboard_address=address, protocol="tcp", **options) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def run(capsys):
    """Run `digits batch ...` in this process: exit status, standard output, standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            cli.main(["batch", *map(str, arguments)])
        return end.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def expected(folder):
    """What `digits predict` says of the pictures."""
    return answers("predict", folder)


def answers(command, folder) -> list[dict]:
    words = [sys.executable, "-m", "digits", command, "--json", "--quiet", folder]
    lines = subprocess.run(words, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def rows(output) -> list[dict]:
    return pyarrow.dataset.dataset(output).to_table().drop(["sha256"]).to_pylist()


@pytest.mark.parametrize("source", ["folder", "shards"])
def test_the_table_is_what_predict_says(run, request, source, scheduler, tmp_path, expected):
    source = request.getfixturevalue(source)
    status, output, errors = run(source, tmp_path / "out", "--scheduler", scheduler)
    assert status == 0
    assert errors.startswith("dashboard: http://127.0.0.1:")
    assert errors.count("\n") == 1, "a progress bar is for terminals"
    assert rows(tmp_path / "out") == expected
    assert {"read", "unreadable", "rate", "a million"} <= {
        line[:20].strip() for line in output.splitlines()
    }
    assert "unreadable          1\n" in output


def test_numbers_are_a_table_of_what_read_says(run, folder, scheduler, tmp_path):
    few = tmp_path / "few"
    few.mkdir()
    for name in (*(f"{number:02}.png" for number in range(5)), "notes.png"):
        shutil.copy(folder / name, few)
    arguments = few, tmp_path / "out", "--scheduler", scheduler, "--quiet"
    assert run(*arguments, "--numbers")[0] == 0
    assert rows(tmp_path / "out") == answers("read", few)
    table = pandas.read_parquet(tmp_path / "out")
    numbers = pandas.json_normalize(table.explode("numbers")["numbers"].dropna())
    assert len(numbers) >= 3
    assert {"text", "confidence", "box", "digits"} == set(numbers)

    status, _, errors = run(*arguments)
    assert status == 2
    assert "out was begun with another kind: name another folder" in errors


def test_a_run_goes_on_with_the_parts_that_are_missing(run, shards, scheduler, tmp_path, expected):
    arguments = shards, tmp_path / "out", "--scheduler", scheduler, "--quiet"
    assert run(*arguments)[0] == 0
    first, second, *others = sorted(tmp_path.glob("out/part-*.parquet"))
    times = [part.stat().st_mtime_ns for part in (first, *others)]
    second.unlink()
    (tmp_path / "out" / "_unfinished").mkdir()  # as after a kill
    (tmp_path / "out" / "_unfinished" / "1234").write_text("half")
    assert run(*arguments)[0] == 0
    assert [part.stat().st_mtime_ns for part in (first, *others)] == times
    assert rows(tmp_path / "out") == expected
    assert not (tmp_path / "out" / "_unfinished").exists()

    status, output, _ = run(shards, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert status == 0
    assert output.endswith("parts: there is nothing to do\n")


def test_another_model_or_source_needs_another_folder(run, shards, folder, scheduler, tmp_path):
    arguments = tmp_path / "out", "--scheduler", scheduler, "--quiet"
    assert run(shards, *arguments)[0] == 0
    status, _, errors = run(folder, *arguments)
    assert status == 2
    assert "out was begun with another source: name another folder" in errors
    artefact = unpack(MODEL.read_bytes())
    model = tmp_path / "digits.tflite"
    model.write_bytes(pack_model(artefact._replace(description=artefact.description | {"n": 1})))
    status, _, errors = run(shards, *arguments, "--model", model)
    assert status == 2
    assert "out was begun with another model: name another folder" in errors


def test_a_damaged_shard_is_named_and_the_others_are_read(
    run, shards, scheduler, tmp_path, expected
):
    copy = tmp_path / "shards"
    shutil.copytree(shards, copy)
    damaged = sorted(copy.glob("*.parquet"))[1]
    damaged.write_bytes(damaged.read_bytes()[:-100])
    (copy / "more.tar").write_text("no tar file")
    arguments = copy, tmp_path / "out", "--scheduler", scheduler, "--quiet"
    status, output, errors = run(*arguments)
    assert status == 1
    assert f"digits: {damaged} could not be read (" in errors
    assert f"digits: {copy}/more.tar could not be read (" in errors
    assert "2 shards; the same command tries again" in output

    shutil.copy(shards / damaged.name, damaged)
    assert run(*arguments)[0] == 1
    (copy / "more.tar").write_bytes(bytes(10240))
    assert run(*arguments)[0] == 0
    assert rows(tmp_path / "out") == expected


def test_a_dry_run_counts_and_writes_nothing(run, folder, shards, tmp_path):
    for source in (folder, shards):
        status, output, errors = run(source, tmp_path / "out", "--dry-run")
        assert (status, errors) == (0, "")
        assert f"{'pictures':20}61\n" in output
        assert "core-hours" in output
    shutil.make_archive(str(tmp_path / "scans"), "tar", folder)
    _, output, _ = run(tmp_path / "scans.tar", tmp_path / "out", "--dry-run")
    counted = int(output.split("pictures")[1].split()[0])
    assert counted == pytest.approx(61, rel=0.1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["FOLDER", "FOLDER/out"], "OUTPUT lies in SOURCE: name a folder beside it"),
        (["FOLDER", "out", "--scheduler", "tcp://127.0.0.1:1"], "no scheduler answers at tcp"),
        (["FOLDER", "out", "--scheduler", "nonsense://x"], "no scheduler answers at nonsense"),
        (["FOLDER", "https://127.0.0.1:1/out"], "https://127.0.0.1:1/out can't be reached"),
        (["nothing", "out"], "nothing does not exist: correct the address"),
        (["FOLDER"], "the following arguments are required: OUTPUT"),
    ],
)
def test_a_wrong_call_ends_before_the_work_begins(
    run, folder, tmp_path, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("digits.commands.workers.SECONDS_TO_CONNECT", 1)
    words = [word.replace("FOLDER", str(folder)) for word in arguments]
    status, output, errors = run(*words)
    assert (status, output) == (2, "")
    assert sentence in errors


def test_workers_with_other_packages_are_refused(folder, scheduler, tmp_path):
    plugin = ReaderPlugin(MODEL.read_bytes(), DIGITS, str(tmp_path))
    plugin.versions["pillow"] = "1.0"
    with Client(scheduler) as client, pytest.raises(UsageError, match=r"has pillow \S+ in place"):
        client.register_plugin(plugin)


def test_workers_that_do_not_see_the_output_are_refused(scheduler, tmp_path):
    plugin = ReaderPlugin(MODEL.read_bytes(), DIGITS, str(tmp_path / "elsewhere"))
    with Client(scheduler) as client, pytest.raises(UsageError, match="does not see"):
        client.register_plugin(plugin)


def test_without_dask_a_sentence_says_what_to_install(run, folder, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "digits.commands.batch", raising=False)
    monkeypatch.delitem(sys.modules, "digits.commands.workers", raising=False)
    status, _, errors = run(folder, tmp_path / "out")
    assert status == 2
    assert "distributed is missing: in the project's folder, `pip install '.[batch]'`" in errors


def test_the_reader_needs_no_engine():
    code = "import sys, digits.commands.batch_reader, digits.commands.shards, digits.commands.pack;"
    code += "sys.exit({'dask', 'distributed', 'ray'} & sys.modules.keys() or 0)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
