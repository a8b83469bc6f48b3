"""`digits batch` and `digits pack` with a real S3 server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.dataset
import pytest

from benchmarks.bucket import BUCKET, SECRET
from benchmarks.cluster import Cluster
from digits.data.scenes import Scene, draw

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "digits"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, handwritten):
    """Pictures of digits; one file is empty, one is no picture."""
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(1)
    for number, digit in enumerate(handwritten.images[:60]):
        (folder / f"{number:02}.jpg").write_bytes(draw(digit, Scene(quality=90), random))
    (folder / "notes.png").write_text("no picture")
    (folder / "empty.png").touch()
    return folder


@pytest.fixture(scope="module")
def expected(folder):
    """What `digits predict` says of the pictures, by their names."""
    done = subprocess.run([*COMMAND, "predict", "--json", "--quiet", folder], stdout=-1, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row | {"path": Path(row["path"]).name} for row in rows]


@pytest.fixture(scope="module")
def scans(bucket_server, folder) -> str:
    """The address of the pictures in the bucket."""
    bucket_server.files.put(f"{folder}/", f"{BUCKET}/scans/", recursive=True)
    return f"s3://{BUCKET}/scans"


@pytest.fixture(scope="module")
def cluster(bucket_server):
    cluster = Cluster(2, bucket_server.environment)
    yield cluster
    cluster.stop()


@pytest.fixture
def run(bucket_server):
    def run(*words, status=0, **environment) -> tuple[str, str]:
        """Run `digits ...` with the credentials or others: standard output, standard error."""
        command = [*COMMAND, *map(str, words)]
        environment = bucket_server.environment | environment
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        assert SECRET not in done.stdout + done.stderr
        return done.stdout, done.stderr

    return run


def rows(server, output) -> list[dict]:
    path = output.removeprefix("s3://")
    table = pyarrow.dataset.dataset(path, filesystem=server.files).to_table()
    return [row | {"path": Path(row["path"]).name} for row in table.drop(["sha256"]).to_pylist()]


def test_loose_pictures_and_shards_are_read_alike(run, bucket_server, scans, cluster, expected):
    words = "--scheduler", cluster.address, "--quiet"
    run("batch", scans, f"{scans}-loose", *words)
    assert rows(bucket_server, f"{scans}-loose") == expected
    run("pack", f"{scans}/*.*", f"{scans}-packed")
    run("batch", f"{scans}-packed", f"{scans}-out", *words)
    assert rows(bucket_server, f"{scans}-out") == expected
    names = {Path(name).name for name in bucket_server.files.find(f"{scans}-out")}
    assert names == {"_digits.json", "part-000000.parquet"}
    assert "nothing to do" in run("batch", f"{scans}-packed", f"{scans}-out", *words)[0]

    written = [bucket_server.files.cat(name) for name in bucket_server.files.find(f"{scans}-out")]
    assert SECRET.encode() not in b"".join([*written, cluster.log.read_bytes()])


def test_a_dry_run_counts(run, scans):
    output, errors = run("batch", scans, f"{scans}-dry", "--dry-run")
    assert f"{'pictures':20}62\n" in output
    assert errors == ""


def test_a_manifest_may_name_what_is_not_there(run, bucket_server, scans, tmp_path, cluster):
    names = [f"{scans}/00.jpg", f"{scans}/gone.jpg", f"{scans}/empty.png"]
    (tmp_path / "some.txt").write_text("\n".join(names))
    output = f"{scans}-some"
    run("batch", tmp_path / "some.txt", output, "--scheduler", cluster.address, "--quiet")
    digit, gone, empty = rows(bucket_server, output)
    assert digit["reason"] is None
    assert gone["error"].startswith("the file can't be opened: it is missing")
    assert empty["error"] == "the file is empty: save or send it again"


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (["s3://nothing/scans", "OUT"], {}, "s3://nothing/scans does not exist"),
        (["SCANS", "s3://nothing/out"], {}, "s3://nothing/out does not exist"),
        (["SCANS", "OUT"], {"AWS_SECRET_ACCESS_KEY": "wrong"}, "/scans can't be reached ("),
        (["FOLDER", "OUT"], {"AWS_SECRET_ACCESS_KEY": "wrong"}, "/out can't be reached ("),
        (["SCANS", "OUT"], {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "can't be reached ("),
    ],
    ids=["source", "output", "no right to read", "no right to write", "no server"],
)
def test_what_can_not_be_reached_is_said_before_the_work_begins(
    run, scans, folder, words, environment, sentence
):
    places = {"SCANS": scans, "OUT": f"s3://{BUCKET}/out", "FOLDER": folder}
    words = [places.get(word, word) for word in words]
    for command in ("batch", "pack"):
        assert sentence in run(command, *words, status=2, **environment)[1]


def test_workers_without_credentials_are_refused(run, scans, bucket_server):
    cluster = Cluster(1, dict(os.environ) | {"AWS_ENDPOINT_URL": bucket_server.url})
    try:
        words = "batch", scans, f"{scans}-refused", "--scheduler", cluster.address, "--quiet"
        _, errors = run(*words, status=2)
    finally:
        cluster.stop()
    assert f"{scans}-refused can't be reached (" in errors
