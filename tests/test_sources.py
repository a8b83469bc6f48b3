"""Pictures by the thousand: where they come from, and what becomes of a batch of them."""

import argparse
import functools
import hashlib
import http.server
import io
import json
import os
import shutil
import tarfile
import threading

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pinned import MODEL

from digits.commands import cli, pack, shards
from digits.commands.batch_reader import BatchReader
from digits.commands.errors import UsageError
from digits.commands.shards import PICTURES, load_shard
from digits.commands.sources import Addresses
from digits.data.scenes import Scene, draw

COLUMNS = ["path", "prediction", "confidence", "probabilities", "reason", "count", "error"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, handwritten):
    """Forty pictures of digits, some in a folder below, one that is none, and one empty file."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "below [1]").mkdir()
    random = np.random.default_rng(1)
    for number, digit in enumerate(handwritten.images[:40]):
        name = f"below [1]/{number}.PNG" if number < 5 else f"{number}.png"
        (folder / name).write_bytes(draw(digit, Scene(quality=90), random))
    (folder / "notes.png").write_text("no picture")
    (folder / "empty.png").touch()
    (folder / "notes.txt").write_text("no picture")
    return folder


def load(source) -> pa.Table:
    return pa.concat_tables(
        table for shard in Addresses(str(source)).shards() for table in load_shard(shard)
    )


def in_memory(folder) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*.[pP]*"))}


def pack_into(source, output, size=1) -> bool:
    options = {"source": str(source), "output": str(output), "size": size, "quiet": True}
    return pack.pack(argparse.Namespace(**options))


def to_tar(folder, path):
    with tarfile.open(path, "w:gz") as tar:
        tar.add(folder, "scans")
    return path


def test_a_folder_a_pattern_and_manifests_stand_for_the_same_pictures(folder, tmp_path):
    expected = in_memory(folder)
    found = load(folder)
    assert dict(zip(*found.to_pydict().values(), strict=True)) == expected
    assert list(Addresses(f"{folder}/*.png")) == [name for name in expected if "below" not in name]
    assert list(Addresses(f"{folder}/3[12].pn?")) == [f"{folder}/31.png", f"{folder}/32.png"]
    text, table = tmp_path / "all.txt", tmp_path / "all.parquet"
    text.write_text("\ufeff" + "\n".join(expected) + "\n\n", encoding="utf-8")
    pq.write_table(pa.table({"address": [None, *expected]}), table)
    assert load(text) == load(table) == found


def test_a_name_that_is_no_text_is_read_all_the_same(folder, tmp_path):
    shutil.copy(folder / "10.png", os.fsencode(tmp_path) + b"/\xff.png")
    (row,) = load(tmp_path).to_pylist()
    assert row == {
        "path": rf"{tmp_path}/\udcff.png",
        "bytes": (folder / "10.png").read_bytes(),
    }


def test_paths_are_absolute(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert list(Addresses(folder.name)) == list(Addresses(str(folder)))


def test_packed_shards_hold_the_same_in_the_same_order(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "BATCH", 8)
    monkeypatch.setattr(pack, "BATCH", 8)
    assert pack_into(folder, tmp_path / "shards", size=0.03)
    files = sorted(tmp_path.glob("shards/shard-*.parquet"))
    assert len(files) > 2
    assert load(tmp_path / "shards") == load(folder)

    contents = [shard.read_bytes() for shard in files]
    for shard in files[-2:]:  # as after a kill
        shard.unlink()
    assert pack_into(folder, tmp_path / "shards", size=0.03)
    assert [shard.read_bytes() for shard in files] == contents


def test_a_web_server_s_pictures_are_fetched(folder, tmp_path):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_) -> None:
            pass

    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"
        names = [f"{url}/{name}.png" for name in ("10", "empty", "gone")]
        (tmp_path / "some.txt").write_text("\n".join(names))
        found, listed = load(tmp_path / "some.txt"), load(f"{url}/")
        server.shutdown()
    assert found["path"].to_pylist() == names
    assert found["bytes"].to_pylist() == [(folder / "10.png").read_bytes(), b"", None]
    assert sorted(listed["bytes"].to_pylist()) == sorted(in_memory(folder).values())


def test_a_tar_file_is_a_shard(folder, tmp_path):
    found = load(to_tar(folder, tmp_path / "scans.tar.gz"))
    expected = {
        f"{tmp_path}/scans.tar.gz/scans{name.removeprefix(str(folder))}": content
        for name, content in in_memory(folder).items()
    }
    assert dict(zip(*found.to_pydict().values(), strict=True)) == expected


def test_hidden_files_are_left_out(folder, tmp_path):
    scans = tmp_path / "scans"
    (scans / "__MACOSX").mkdir(parents=True)
    for name in ("7.png", "._7.png", ".more.tar", "__MACOSX/7.png"):
        shutil.copy(folder / "10.png", scans / name)
    assert load(scans)["path"].to_pylist() == [f"{scans}/7.png"]
    with tarfile.open(tmp_path / "scans.tar", "w") as tar:
        tar.add(scans, ".")
    assert load(tmp_path / "scans.tar")["path"].to_pylist() == [f"{tmp_path}/scans.tar/./7.png"]


def test_what_a_manifest_names_and_is_not_there_becomes_a_row(folder, tmp_path):
    names = [f"{folder}/10.png", f"{folder}/gone.png", f"{folder}/below [1]"]
    (tmp_path / "some.txt").write_text("\n".join(names))
    rows = BatchReader()(load(tmp_path / "some.txt")).to_pylist()
    assert [row["path"] for row in rows] == names
    assert [row["reason"] for row in rows[1:]] == ["unreadable"] * 2
    assert rows[1]["error"].startswith("the file can't be opened: it is missing")
    assert rows[1]["sha256"] is None
    for _ in range(2):  # also where all is there already
        assert not pack_into(tmp_path / "some.txt", tmp_path / "shards")
    assert load(tmp_path / "shards") == load(tmp_path / "some.txt")


def test_a_batch_is_read_as_predict_reads_it(folder, capsys):
    with pytest.raises(SystemExit):
        cli.main(["predict", "--json", "--quiet", str(folder)])
    expected = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    reader = BatchReader(MODEL)
    table = reader(load(folder))
    assert table.drop(["sha256"]).to_pylist() == expected
    assert table["sha256"].to_pylist() == [
        hashlib.sha256(content).hexdigest() for content in in_memory(folder).values()
    ]
    model = hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert table.schema.metadata == {b"model_sha256": model.encode()}
    assert reader(PICTURES.empty_table()).schema == table.schema


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nothing", "nothing does not exist"),
        (".", "holds no Parquet or tar files, and none that end like a picture"),
        ("nothing/*.png", "holds no Parquet or tar files"),
        ("nothing.txt", "does not exist"),
        ("empty.txt", "names no pictures"),
        ("odd.parquet", "has neither a column `path` nor a single column"),
        ("broken.parquet", "can't be reached"),
        ("s4://bucket/scans", "Protocol not known"),
        ("ssh://me:secret@example.org/scans", "example.org/scans holds a password"),
        ("https://example.org/a.png?X-Amz-Signature=secret", "holds a password or a signature"),
    ],
)
def test_a_source_that_can_not_be_is_refused_with_a_sentence(
    tmp_path, monkeypatch, address, sentence
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").write_text("\n")
    if address.endswith(".parquet"):
        pq.write_table(pa.table({"a": ["x"], "b": ["y"]}), "odd.parquet")
        (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(UsageError, match=sentence) as error:
        list(Addresses(address))
    assert "secret" not in str(error.value)


def test_shards_are_not_packed_again(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "scans")
    to_tar(folder, tmp_path / "scans" / "more.tgz")
    with pytest.raises(UsageError, match=r"more\.tgz is a shard already"):
        pack_into(tmp_path / "scans", tmp_path / "shards")


def test_shards_do_not_go_among_the_pictures(folder):
    with pytest.raises(UsageError, match="OUTPUT lies in SOURCE"):
        pack_into(folder, folder / "shards")


def test_a_folder_with_other_files_is_left_alone(folder, tmp_path):
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(UsageError, match="holds other files: name a new folder"):
        pack_into(folder, tmp_path)
    assert os.listdir(tmp_path) == ["mine.csv"]


def test_another_source_is_not_packed_into_the_same_folder(folder, tmp_path):
    pack_into(folder, tmp_path / "shards")
    with pytest.raises(UsageError, match="was begun with another source"):
        pack_into(f"{folder}/*.png", tmp_path / "shards")


def test_no_picture_takes_more_memory_than_a_picture_may(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "MAX_BYTES", 10)
    (tmp_path / "large.png").write_bytes(bytes(100))
    with tarfile.open(tmp_path / "large.tar", "w") as tar:
        member = tarfile.TarInfo("large.png")
        member.size = 100
        tar.addfile(member, io.BytesIO(bytes(100)))
    assert [len(content) for content in load(tmp_path)["bytes"].to_pylist()] == [11, 11]
