"""What several tests share."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pinned  # noqa: F401 - sets the model
import pytest
from filelock import FileLock
from history import make_history
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits

from benchmarks.bucket import BucketServer
from benchmarks.clone import Clone
from benchmarks.deployment import find_uv
from benchmarks.kills import Reference, run_reference
from digits.data.splits import Split
from digits.reading.image import to_mnist


@pytest.fixture(scope="session")
def tiny_split() -> Split:
    """Forty easy "digits": a bar whose height tells the class."""
    labels = np.arange(40, dtype=np.uint8) % 10
    images = np.zeros((40, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[4 + 2 * label : 6 + 2 * label, 6:22] = 255
    return Split(images, labels)


@pytest.fixture(scope="session")
def handwritten() -> Split:
    """Two hundred of scikit-learn's handwritten digits at MNIST's size and place."""
    digits = load_digits()
    small = [Image.fromarray((image * 15.9).astype(np.uint8)) for image in digits.images[:200]]
    large = [np.asarray(image.resize((40, 40), Image.Resampling.BICUBIC)) for image in small]
    return Split(
        np.stack([to_mnist(255 - image) for image in large]), digits.target[:200].astype(np.uint8)
    )


@pytest.fixture(scope="session")
def seven() -> Image.Image:
    """A seven, dark on white, in a grey picture that is wider than high."""
    image = Image.new("L", (220, 180), 255)
    ImageDraw.Draw(image).line([(60, 40), (140, 40), (90, 150)], fill=0, width=14, joint="curve")
    return image


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Reference:
    """The small pipeline, run once through DVC for all processes of the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "reference"
    record = folder.with_suffix(".json")
    with FileLock(folder.with_suffix(".lock")):
        if not record.exists():
            ran = run_reference(folder)
            record.write_text(json.dumps([ran.seconds, ran.output]))
    return Reference(Clone(folder), *json.loads(record.read_text()))


@pytest.fixture(scope="session")
def first_run(reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone whose pipeline ran once, with no mirror to be had, and was committed."""
    clone = reference.after.copy(tmp_path_factory.mktemp("first_run") / "clone")
    clone.commit("run")
    return clone


@pytest.fixture
def clone(first_run: Clone) -> Clone:
    """The same clone, clean again after what earlier tests changed."""
    if first_run.git("status", "--porcelain"):
        first_run.git("checkout", "--", ".")
        first_run.dvc("checkout", "--force")
    return first_run


@pytest.fixture(scope="session")
def package_index() -> None:
    """Packages can be fetched; without a network what installs them is skipped, and says so."""
    command = [find_uv(), "pip", "compile", "--no-cache", "--quiet", "-"]
    if subprocess.run(command, input=b"pip", capture_output=True).returncode:
        pytest.skip("no package index can be reached: there is no network")


@pytest.fixture(scope="session")
def bucket_server(tmp_path_factory) -> Iterator[BucketServer]:
    """A real S3 server with an empty bucket."""
    server = BucketServer(tmp_path_factory.mktemp("bucket"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def history(tmp_path_factory) -> Path:
    """A repository whose history holds three models."""
    folder = tmp_path_factory.mktemp("history")
    make_history(folder)
    return folder
