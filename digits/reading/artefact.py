"""The model as one file: a LiteRT network and, in a ZIP archive behind it, what is known of it.

So LiteRT's metadata standard packs associated files: what reads a network passes over them, and
`unzip -p models/digits.tflite` prints them.
"""

import hashlib
import io
import json
import zipfile
from typing import Any

from digits.errors import DigitsError

DESCRIPTION = "description.json"
_UNIX = 3  # the archive is the same, wherever it was written


class ModelError(DigitsError):
    """A model that is missing, damaged or of another version."""


def pack(network: bytes, description: dict[str, Any]) -> bytes:
    """Return the file that holds a network and its description, and the network's SHA-256.

    The same arguments give the same bytes.
    """
    content = {"network_sha256": hashlib.sha256(network).hexdigest()} | description
    entry = zipfile.ZipInfo(DESCRIPTION)
    entry.create_system = _UNIX
    file = io.BytesIO(network)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(entry, json.dumps(content, indent=2) + "\n")
    return file.getvalue()


def unpack(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """Return the network and the description that a file holds.

    Raises ModelError where it is damaged, or has no description.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            description: dict[str, Any] = json.loads(archive.read(DESCRIPTION))
            network = content[: min(entry.header_offset for entry in archive.infolist())]
            known = description["network_sha256"]
    except Exception as error:  # damage shows in whatever exception is at hand
        raise ModelError(f"it holds no {DESCRIPTION} ({error})") from error
    if hashlib.sha256(network).hexdigest() != known:
        raise ModelError("its network is not the one that it describes")
    return network, description
