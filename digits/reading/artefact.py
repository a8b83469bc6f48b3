"""The model as one file: the LiteRT network that names digits and, in a ZIP archive behind it, the
ones that find them and read lines of them, and what is known of all.

So LiteRT's metadata standard packs associated files: what reads a network passes over them, and
`unzip -p models/digits.tflite description.json` prints one.
"""

import hashlib
import io
import json
import zipfile
from typing import Any, NamedTuple

from digits.errors import DigitsError

DESCRIPTION = "description.json"
FINDER, RECOGNISER = "finder.tflite", "recogniser.tflite"
# Of the networks, in the order in which an Artefact holds them.
DIGESTS = "network_sha256", "finder_sha256", "recogniser_sha256"
_UNIX = 3  # the archive is the same, wherever it was written


class ModelError(DigitsError):
    """A model that is missing, damaged or of another version."""


class Artefact(NamedTuple):
    """What a model's file holds."""

    network: bytes
    """Names digits: float32 pixels 0 to 255 (n, 28, 28, 1) → logits (n, 10), OOD score (n, 1)."""
    finder: bytes
    """Finds them: `digits.reading.finder`."""
    recogniser: bytes
    """Reads lines of them: `digits.reading.recogniser`. Empty in models of before there was one."""
    description: dict[str, Any]


def pack(artefact: Artefact) -> bytes:
    """Return the file that holds the networks, and their SHA-256 in the description.

    The same argument gives the same bytes.
    """
    file = io.BytesIO(artefact.network)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(_entry(FINDER), artefact.finder)
        if artefact.recogniser:
            archive.writestr(_entry(RECOGNISER), artefact.recogniser)
        text = json.dumps(_digests(artefact) | artefact.description, indent=2) + "\n"
        archive.writestr(_entry(DESCRIPTION), text)
    return file.getvalue()


def _digests(artefact: Artefact) -> dict[str, str]:
    """Return what the description says of each network that there is."""
    return {
        name: hashlib.sha256(network).hexdigest()
        for name, network in zip(DIGESTS, artefact[:3], strict=True)
        if network or name != DIGESTS[2]
    }


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = _UNIX
    return entry


def unpack(content: bytes) -> Artefact:
    """Return what a model's file holds.

    Raises ModelError where it is damaged, or lacks a part.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            description: dict[str, Any] = json.loads(archive.read(DESCRIPTION))
            finder = archive.read(FINDER)
            recogniser = archive.read(RECOGNISER) if RECOGNISER in archive.namelist() else b""
            network = content[: min(entry.header_offset for entry in archive.infolist())]
            artefact = Artefact(network, finder, recogniser, description)
            known = {name: digest for name, digest in description.items() if name in DIGESTS}
    except Exception as error:  # damage shows in whatever exception is at hand
        raise ModelError(f"it holds no {FINDER} and {DESCRIPTION} ({error})") from error
    if _digests(artefact) != known:
        raise ModelError("its networks are not those that it describes")
    return artefact
