"""Data and models are shared: over SSH with a real server, and through a folder."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import pytest

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
