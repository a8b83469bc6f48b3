"""`download` against a real HTTP server with every fault that a mirror can have."""

import hashlib
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import yaml

from digits.data.mnist import FILES, read_idx
from stages import download

CONTENT = bytes(range(256)) * 300
CHECKSUM = hashlib.sha256(CONTENT).hexdigest()


class Mirror(BaseHTTPRequestHandler):
    """Serves CONTENT under every path; the first part of the path chooses the fault."""

    def do_GET(self):
        fault = self.path.split("/")[1]
        if fault == "hang":
            time.sleep(1.5)
            return
        status = {"404": 404, "500": 500}.get(fault, 200)
        self.send_response(status)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        body = {"wrong": CONTENT[::-1], "truncated": CONTENT[:1000]}.get(fault, CONTENT)
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.mark.parametrize("fault", ["wrong", "truncated", "404", "500", "hang"])
def test_a_faulty_mirror_is_passed_over_in_one_line(server, tmp_path, capfd, fault):
    mirrors = [f"{server}/{fault}", f"{server}/good"]
    assert download.fetch("file.gz", CHECKSUM, mirrors, tmp_path, timeout=0.5)
    assert (tmp_path / "file.gz").read_bytes() == CONTENT
    assert os.listdir(tmp_path) == ["file.gz"]
    lines = [line for line in capfd.readouterr().err.splitlines() if "did not give" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"{server}/{fault} did not give file.gz: ")


def test_a_failed_download_keeps_what_was_there(server, tmp_path):
    (tmp_path / "file.gz").write_bytes(b"old")
    mirrors = [f"{server}/wrong", "http://127.0.0.1:9", str(tmp_path / "missing")]
    assert not download.fetch("file.gz", CHECKSUM, mirrors, tmp_path, timeout=0.5)
    assert (tmp_path / "file.gz").read_bytes() == b"old"


def test_a_good_file_is_not_fetched_again(tmp_path):
    (tmp_path / "file.gz").write_bytes(CONTENT)
    assert download.fetch("file.gz", CHECKSUM, [], tmp_path, timeout=0.5)


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    """A folder with params.yaml, where every file has CONTENT and there is no mirror."""

    def make(**changes):
        section = {
            "mirrors": [],
            "sha256": dict.fromkeys(FILES, CHECKSUM),
            "timeout": 0.5,
            "offline_fallback": True,
        }
        (tmp_path / "params.yaml").write_text(yaml.safe_dump({"download": section | changes}))
        return tmp_path

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGITS_MNIST_MIRROR", raising=False)
    return make


def test_the_mirror_of_the_environment_comes_first(in_folder, server, monkeypatch, capsys):
    folder = in_folder(mirrors=[f"{server}/404"])
    (folder / "mirror").mkdir()
    for name in FILES:
        (folder / "mirror" / name).write_bytes(CONTENT)
    monkeypatch.setenv("DIGITS_MNIST_MIRROR", str(folder / "mirror"))
    download.main()
    assert (folder / "data/raw/dataset.json").read_text() == '{\n  "name": "MNIST"\n}\n'
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("copy", [".", ".dvc/tmp/exps/tmp1", ".dvc/tmp/exps/standalone/tmp2/sub"])
def test_a_relative_mirror_is_found_from_the_project_in_its_copies_too(
    in_folder, monkeypatch, copy
):
    folder = in_folder()
    (folder / "mirror").mkdir()
    for name in FILES:
        (folder / "mirror" / name).write_bytes(CONTENT)
    (folder / copy).mkdir(parents=True, exist_ok=True)
    params = (folder / "params.yaml").read_text()
    (folder / copy / "params.yaml").write_text(params)
    monkeypatch.chdir(folder / copy)
    monkeypatch.setenv("DIGITS_MNIST_MIRROR", "mirror")
    download.main()
    assert (folder / copy / "data/raw" / FILES[0]).read_bytes() == CONTENT


@pytest.mark.parametrize("fallback", [True, False])
def test_a_mirror_that_somebody_named_is_never_replaced(in_folder, server, monkeypatch, fallback):
    folder = in_folder(mirrors=[f"{server}/good"], offline_fallback=fallback)
    for named in ("nowhere", f"{server}/404"):
        monkeypatch.setenv("DIGITS_MNIST_MIRROR", named)
        with pytest.raises(download.DownloadError, match=f"DIGITS_MNIST_MIRROR is {named}"):
            download.main()
    assert not (folder / "data/raw/dataset.json").exists()


def test_without_any_mirror_it_falls_back_and_says_so(in_folder, capsys):
    folder = in_folder(mirrors=["http://127.0.0.1:9"])
    download.main()
    assert "WARNING: no mirror of MNIST answers" in capsys.readouterr().err
    images = read_idx(folder / "data/raw/train-images-idx3-ubyte.gz")
    assert images.shape == (1437, 8, 8)
    assert images.max() == 255
    labels = read_idx(folder / "data/raw/t10k-labels-idx1-ubyte.gz")
    assert labels.shape == (360,)
    assert set(np.unique(labels)) == set(range(10))
    assert "scikit-learn" in (folder / "data/raw/dataset.json").read_text()


def test_the_fallback_can_be_refused(in_folder):
    in_folder(offline_fallback=False)
    with pytest.raises(download.DownloadError, match="Go online"):
        download.main()


def test_a_part_of_mnist_is_never_mixed_with_the_fallback(in_folder):
    folder = in_folder()
    (folder / "data/raw").mkdir(parents=True)
    (folder / "data/raw" / FILES[0]).write_bytes(CONTENT)
    with pytest.raises(download.DownloadError, match="1 of the 4"):
        download.main()
    assert (folder / "data/raw" / FILES[0]).read_bytes() == CONTENT
