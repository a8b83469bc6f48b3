"""Fetch the four MNIST files from the first mirror that has them, or fall back to smaller digits.

mirrors → data/raw: `python -m stages.download`. It also makes the folder for your own pictures.

The environment variable DIGITS_MNIST_MIRROR, an address or a folder, takes the mirrors' place.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import requests
from pydantic import Field
from tqdm import tqdm

from digits.data.mnist import FILES, IMAGE_FILES, LABEL_FILES, write_idx
from digits.data.own import OWN_README
from digits.errors import DigitsError
from digits.pipeline.params import Section, load_params
from digits.pipeline.stage import replacing, run_stage, write_json

RAW_DIR = Path("data/raw")
MNIST_NAME = "MNIST"
FALLBACK_NAME = "scikit-learn digits (8×8, enlarged)"
FALLBACK_TRAINING_SIZE = 1437
OWN_TEXT = """\
Your own labelled pictures go here: into folders named 0 to 9, in a folder for each writer if you
know who wrote them, or into .npz files. See docs/own.md.
"""
FALLBACK_WARNING = """\
WARNING: no mirror of MNIST answers. The pipeline goes on with 1,797 smaller handwritten digits that
scikit-learn ships. The model will be much worse than one trained on MNIST. Once you are online:
    dvc repro --force --single-item download && dvc repro"""


class DownloadParams(Section):
    """The section `download` of params.yaml."""

    mirrors: list[Annotated[str, Field(pattern="^https?://")]]
    sha256: dict[str, Annotated[str, Field(pattern="^[0-9a-f]{64}$")]]
    timeout: Annotated[float, Field(gt=0)]
    offline_fallback: bool


class DownloadError(DigitsError):
    """No mirror gave the file that was asked for."""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_from(mirror: str, name: str, target: Path, timeout: float) -> None:
    """Copy the file `name` of a mirror, an address or a folder, to `target`, showing progress.

    `timeout`: seconds that the server may stay silent. Raises DownloadError or a requests error.
    """
    if "://" not in mirror:
        path = project_root(Path.cwd()) / mirror / name
        if not path.is_file():
            raise DownloadError(f"there is no {path}")
        shutil.copyfile(path, target)
        return
    with requests.get(f"{mirror.rstrip('/')}/{name}", stream=True, timeout=timeout) as response:
        response.raise_for_status()
        size = int(response.headers.get("Content-Length", 0)) or None
        progress = tqdm(desc=name, total=size, unit="B", unit_scale=True)
        with progress, target.open("wb") as file:
            for piece in response.iter_content(chunk_size=2**16):
                progress.update(file.write(piece))


def project_root(folder: Path) -> Path:
    """Return the project that a folder is, or is a copy of: `dvc exp run` keeps its copies, of
    `--temp` and of a queue, somewhere below the project's `.dvc`."""
    originals = [parent.parent for parent in folder.parents if parent.name == ".dvc"]
    return originals[-1] if originals else folder


def fetch(name: str, checksum: str, mirrors: Iterable[str], folder: Path, timeout: float) -> bool:
    """Bring `folder/name` to the content with the given SHA-256, from the first mirror that has it.

    A file that is there and right is kept. Says in a line why a mirror was passed over.
    Returns whether the file is there.
    """
    path = folder / name
    if path.exists() and sha256(path) == checksum:
        return True
    for mirror in mirrors:
        try:
            with replacing(path) as temporary:
                copy_from(mirror, name, temporary, timeout)
                if sha256(temporary) != checksum:
                    raise DownloadError("its SHA-256 is not the expected one")
            return True
        except (requests.RequestException, DownloadError) as error:
            print(f"{mirror} did not give {name}: {error}", file=sys.stderr)
    return False


def write_fallback(folder: Path) -> None:
    """Write scikit-learn's 1,797 digits (8x8, 17 grey levels) as the four IDX files.

    They are the test part of UCI's "Optical Recognition of Handwritten Digits" (Alpaydin and
    Kaynak, 1998). The last 360 become the test digits here.
    """
    from sklearn.datasets import load_digits  # takes seconds, and is seldom needed

    digits = load_digits()
    images = (digits.images * (255 / 16)).round().astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    parts = {"train": slice(FALLBACK_TRAINING_SIZE), "test": slice(FALLBACK_TRAINING_SIZE, None)}
    for part, rows in parts.items():
        for name, array in ((IMAGE_FILES[part], images), (LABEL_FILES[part], labels)):
            with replacing(folder / name) as temporary:
                write_idx(temporary, array[rows])


def keep_place(readme: Path) -> None:
    """Make the folder for own pictures, with the file that `data/own.dvc` speaks of in a clone."""
    if not readme.parent.exists():
        readme.parent.mkdir(parents=True)
        readme.write_text(OWN_TEXT, encoding="utf-8", newline="\n")


def main() -> None:
    """Run the stage."""
    params = load_params("download", DownloadParams)
    named = os.environ.get("DIGITS_MNIST_MIRROR")
    mirrors = [named] if named else params.mirrors
    present = []
    for name in FILES:
        if not fetch(name, params.sha256[name], mirrors, RAW_DIR, params.timeout):
            break
        present.append(name)
    if len(present) == len(FILES):
        dataset = MNIST_NAME
    elif named:
        raise DownloadError(
            f"DIGITS_MNIST_MIRROR is {named}, which has not all of MNIST: name another address or "
            "folder, or unset it to try the mirrors in params.yaml"
        )
    elif present or not params.offline_fallback:
        raise DownloadError(
            f"{len(present)} of the {len(FILES)} MNIST files are there; no mirror gave the rest. "
            "Go online, or set DIGITS_MNIST_MIRROR to an address or a folder that has them."
        )
    else:
        print(FALLBACK_WARNING, file=sys.stderr)
        write_fallback(RAW_DIR)
        dataset = FALLBACK_NAME
    write_json(RAW_DIR / "dataset.json", {"name": dataset})
    keep_place(OWN_README)


if __name__ == "__main__":
    run_stage(main)
