"""A repository with a history: three models, one of them in an experiment."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from pinned import MODEL

from digits.reading.artefact import pack, unpack

STUBBORN = "stubborn-" + "with-a-long-name-" * 5


def make_history(folder: Path) -> None:
    """Fill a folder: the tag "v1", the experiment STUBBORN, whose model reads a 1 in everything,
    and the branch "main", trained at another rate."""
    shutil.copytree(MODEL.parent, folder / "models")
    (folder / "metrics").mkdir()
    (folder / "metrics" / "test.json").write_text('{"accuracy": 0.9971}')
    shutil.copytree("app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    network = unpack((folder / "models/digits.tflite").read_bytes()).network
    run(folder, "git init -q -b main")
    run(folder, "git config user.name Test")
    run(folder, "git config user.email test@example.org")
    run(folder, "dvc init -q")
    run(folder, "git add -A")
    run(folder, "git commit -qm First")
    run(folder, "git tag -am First v1", GIT_COMMITTER_DATE="2020-02-03T12:00:00Z")
    write_model(folder, stubborn(network), dropout=0.9)
    run(folder, f"dvc exp save --name {STUBBORN}")
    write_model(folder, network, dropout=0.2, learning_rate=0.02)
    run(folder, "git commit -qam Second")


def run(folder: Path, command: str, **settings: str) -> None:
    environment = os.environ | settings
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True, env=environment)


def write_model(folder: Path, network: bytes, **params: float) -> None:
    """Write a network as a model that was trained with the parameters."""
    path = folder / "models/digits.tflite"
    artefact = unpack(path.read_bytes())
    facts = artefact.description
    del facts["network_sha256"]
    facts["train"] |= params
    path.write_bytes(pack(artefact._replace(network=network)))


def stubborn(network: bytes) -> bytes:
    """The network with a last layer that leans towards 1, whatever it sees."""
    interpreter = Interpreter(model_content=network)
    biases = [
        interpreter.get_tensor(details["index"])
        for details in interpreter.get_tensor_details()
        if details["shape"].tolist() == [10]
    ]
    assert network.count(biases[0].tobytes()) == 1
    leaning = biases[0] + 1000 * np.eye(10, dtype=np.float32)[1]
    return network.replace(biases[0].tobytes(), leaning.tobytes())
