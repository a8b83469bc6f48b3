"""Which formats of picture files are read, by their content and whatever their names."""

import re
import struct
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

# With the endings of such files. Help, page and README follow it. Pillow has the first four at
# hand, and loads the others once a file is none of those.
FORMATS = {
    "PNG": (".png",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "WebP": (".webp",),
    "TIFF": (".tif", ".tiff"),
    "AVIF": (".avif",),
    "HEIF": (".heic", ".heif", ".hif"),
}
ENDINGS = tuple(ending for endings in FORMATS.values() for ending in endings)
FORMAT_NAMES = f"{', '.join([*FORMATS][:-1])} or {[*FORMATS][-1]}"

_HEIF_BRANDS = (b"hei", b"hev", b"mif", b"msf")
# The property that says how many pixels of a HEIF picture are decoded, before any crop.
_HEIF_SIZE = re.compile(rb"ispe\0{4}(.{4})(.{4})", re.DOTALL)


def open_picture(file: BinaryIO) -> Image.Image:
    """Open a picture file of one of FORMATS, as Pillow does: only its header is read.

    Raises UnidentifiedImageError for another format, ImportError for a HEIF picture where
    pillow-heif is not installed, and whatever decoders answer damage with.
    """
    try:
        return Image.open(file, formats=[name for name in FORMATS if name != "HEIF"])
    except UnidentifiedImageError:
        file.seek(4)
        if file.read(4) != b"ftyp" or file.read(3) not in _HEIF_BRANDS:
            raise
    import pillow_heif  # which takes a tenth of a second

    # What is read is the picture, and not a preview that somebody may have put beside it.
    pillow_heif.register_heif_opener(thumbnails=False)
    return Image.open(file, formats=["HEIF"])


def count_pixels(image: Image.Image, content: bytes) -> int:
    """Return how many pixels will be decoded of an opened picture; `content` is its file."""
    sizes = [image.size]
    if image.format == "HEIF":
        sizes += [struct.unpack(">II", b"".join(size)) for size in _HEIF_SIZE.findall(content)]
    return max(width * height for width, height in sizes)
