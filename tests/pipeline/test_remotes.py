"""Data, models and pictures are shared: over SSH and S3 with real servers, and through a folder."""

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq
import pytest

from benchmarks.bucket import BUCKET, KEY, SECRET

pytestmark = pytest.mark.slow

PIPELINE_IS_DONE = "Data and pipelines are up to date."


class SshServer(NamedTuple):
    """OpenSSH's server on a port of its own, which trusts one key."""

    port: int
    home: Path
    """A home folder whose `.ssh` knows the server, and holds the key."""


@pytest.fixture(scope="module")
def ssh_server(tmp_path_factory):
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("there is no SSH server: `apt-get install openssh-server` brings one")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where the server locks up its unprivileged half
    folder, home = tmp_path_factory.mktemp("sshd"), tmp_path_factory.mktemp("home")
    (home / ".ssh").mkdir()
    for key in (folder / "host", home / ".ssh" / "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host_key = (folder / "host.pub").read_text()
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key}")
    options = {
        "ListenAddress": f"127.0.0.1:{port}",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": home / ".ssh" / "key.pub",
        "PasswordAuthentication": "no",
        "PidFile": "none",
        "StrictModes": "no",
        "Subsystem": "sftp internal-sftp",
    }
    config = folder / "config"
    config.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([program, "-D", "-e", "-f", config], stderr=log)
    while not answers(port):
        assert server.poll() is None, (folder / "log").read_text()
        time.sleep(0.05)
    yield SshServer(port, home)
    server.terminate()
    server.wait(timeout=20)


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def with_key(clone, server):
    """Do what the docs say once a clone: name user and key, where Git does not see them."""
    clone.environment["HOME"] = str(server.home)
    clone.dvc("remote", "modify", "--local", "storage", "user", getpass.getuser())
    clone.dvc("remote", "modify", "--local", "storage", "keyfile", str(server.home / ".ssh/key"))
    return clone


def check_that_nothing_is_left_to_do(clone):
    assert PIPELINE_IS_DONE in clone.dvc("status")
    output = clone.dvc("repro", "--dry")
    assert PIPELINE_IS_DONE in output
    assert "Running stage" not in output


def test_data_are_shared_over_ssh(clone, ssh_server, tmp_path):
    storage = tmp_path / "storage"
    mine = clone.copy(tmp_path / "mine")
    url = f"ssh://127.0.0.1:{ssh_server.port}{storage}"
    mine.dvc("remote", "add", "--default", "storage", url)
    with_key(mine, ssh_server).dvc("push")
    assert any(storage.rglob("*"))
    mine.commit("remote")
    assert f"url = {url}" in mine.git("show", "HEAD:.dvc/config")
    assert not mine.git("grep", "-F", str(ssh_server.home))

    yours = mine.clone(tmp_path / "yours")
    assert not (yours.folder / "models" / "digits.keras").exists()
    with_key(yours, ssh_server).dvc("pull")
    check_that_nothing_is_left_to_do(yours)
    assert yours.git("status", "--porcelain") == ""


def test_data_are_shared_through_a_folder(clone, tmp_path):
    mine = clone.copy(tmp_path / "mine")
    mine.dvc("remote", "add", "--default", "storage", str(tmp_path / "storage"))
    mine.dvc("push")
    mine.commit("remote")
    yours = mine.clone(tmp_path / "yours")
    yours.dvc("pull")
    check_that_nothing_is_left_to_do(yours)


def test_data_are_shared_through_a_bucket(clone, bucket_server, tmp_path):
    mine = clone.copy(tmp_path / "mine")
    mine.dvc("remote", "add", "--default", "storage", f"s3://{BUCKET}/storage")
    with_credentials(mine, bucket_server).dvc("push")
    assert bucket_server.files.find(f"{BUCKET}/storage")
    mine.commit("remote")
    for secret in (KEY, SECRET):
        assert not mine.git("grep", "-F", secret, "--", ".dvc")
    yours = mine.clone(tmp_path / "yours")
    with_credentials(yours, bucket_server).dvc("pull")
    check_that_nothing_is_left_to_do(yours)


def with_credentials(clone, server):
    """Do what the docs say once a clone: name the credentials, where Git does not see them."""
    folder = clone.folder.parent / "aws"
    folder.mkdir(exist_ok=True)
    (folder / "credentials").write_text(
        f"[NAME]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    )
    clone.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(folder / "credentials")
    clone.dvc("remote", "modify", "--local", "storage", "profile", "NAME")
    clone.dvc("remote", "modify", "--local", "storage", "endpointurl", server.url)
    return clone


def test_pictures_are_imported_from_a_bucket(bucket_server, tmp_path):
    """As docs/clusters.md says, into a project that trains on its own pictures."""
    (tmp_path / "data" / "own").mkdir(parents=True)
    (tmp_path / "data" / "own.dvc").touch()
    bucket_server.files.put("app/gallery/", f"{BUCKET}/own/4/", recursive=True)
    for command in (
        "git init -q",
        "dvc init -q",
        "rm -r data/own data/own.dvc",
        f"dvc import-url s3://{BUCKET}/own data/own",
        "dvc update data/own.dvc",
    ):
        (tmp_path / "data").mkdir(exist_ok=True)
        subprocess.run(command.split(), cwd=tmp_path, env=bucket_server.environment, check=True)
    names = {path.name for path in (tmp_path / "data" / "own" / "4").iterdir()}
    assert names == {path.name for path in Path("app/gallery").iterdir()}
    assert SECRET not in (tmp_path / "data" / "own.dvc").read_text()


def test_pictures_are_read_over_ssh(ssh_server, tmp_path):
    source = f"ssh://127.0.0.1:{ssh_server.port}{Path('app/gallery').resolve()}"
    config = Path(ssh_server.home, "fsspec")
    config.mkdir(exist_ok=True)
    keys = Path(ssh_server.home, ".ssh")
    options = {
        "username": getpass.getuser(),
        "client_keys": [str(keys / "key")],
        "known_hosts": str(keys / "known_hosts"),
    }
    (config / "ssh.json").write_text(json.dumps({"ssh": options}))
    environment = os.environ | {"FSSPEC_CONFIG_DIR": str(config)}
    output = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "digits",
        "batch",
        source,
        f"ssh://127.0.0.1:{ssh_server.port}{output}",
    ]
    subprocess.run([*command, "--quiet"], env=environment, check=True)
    rows = pq.read_table(output / "part-000000.parquet").to_pylist()
    names = sorted(Path("app/gallery").glob("*.png"))
    assert [row["path"] for row in rows] == [f"{source}/{name.name}" for name in names]
    assert rows[names.index(Path("app/gallery/04-4.png"))]["prediction"] == 4
