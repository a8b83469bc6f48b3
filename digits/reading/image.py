"""Any picture to MNIST's size and place: `read_image` decodes it, `to_mnist` finds the digit in it.

Its two steps can be taken one by one: `digits.reading.ink.find_ink` tells ink from paper,
`digits.reading.normalisation.normalise` gives the ink MNIST's size and place.
"""

import contextlib
import io
import os
import warnings
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageOps, UnidentifiedImageError

from digits.errors import DigitsError
from digits.reading.formats import FORMAT_NAMES, count_pixels, open_picture
from digits.reading.ink import MAX_SIDE, find_ink, is_paper_dark, shrunk, thumbnail
from digits.reading.normalisation import normalise

MAX_BYTES = 32 * 2**20
# So much is read at a time: Python makes room for all that it may read, which takes long.
_CHUNK = 2**17
MAX_PIXELS = 50_000_000
# Numbers are looked for in a picture of at most this many pixels a side.
PAGE_SIDE = 1536
# Types of arrays that Pillow takes for what they are: the name of each, and what follows its sides.
_ARRAYS = {("uint8", ()), ("uint8", (3,)), ("uint8", (4,)), ("uint16", ()), ("bool", ())}
# A picture of fewer pixels a side is enlarged, or the edges of its strokes would be steps.
_LEAST_SIDE, _ENLARGED_SIDE = 24, 64
# Of EXIF's eight ways in which a picture may lie, that from which on its sides change places.
_ON_ITS_SIDE = 5
# Of what Pillow warns is harmless, or below our limit. Not for each picture, since what Python has
# for that disturbs other threads.
warnings.filterwarnings("ignore", module=r"PIL\.")
_NO_PIXELS = "the picture has no pixels: give another"
_TOO_LARGE = f"more than {MAX_PIXELS // 10**6} megapixels: save it at a smaller size"


class Buffer(Protocol):
    """Bytes in memory, by Python's buffer protocol: bytes, bytearray, memoryview, mmap ..."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


Source: TypeAlias = str | os.PathLike[str] | IO[bytes] | Image.Image | NDArray[Any] | Buffer


class UnreadableImage(DigitsError):  # noqa: N818 - reads as what it says of the picture
    """A picture that can't be read; the message says why, and what to do."""


class Page(NamedTuple):
    """A picture, to look for digits on."""

    pixels: NDArray[np.uint8]
    """uint8 array (height, width), grey, upright, at most PAGE_SIDE pixels a side."""
    shape: tuple[int, int]
    """Height and width of the original, upright."""

    @property
    def scale(self) -> float:
        """How many pixels of the original each is wide and high."""
        return float(max(self.shape) / max(self.pixels.shape))


def read_page(source: Source) -> Page:
    """Decode a picture to one channel as `read_image` does, but larger.

    Raises what `read_image` raises.
    """
    pixels, (width, height) = _read(source, PAGE_SIDE)
    return Page(pixels.round().astype(np.uint8), (height, width))


def read_image(source: Source) -> NDArray[np.float32]:
    """Decode a picture to one channel.

    `source`: a path; bytes or any other buffer; a binary file, read from where it stands; a Pillow
    image; or an array of shape (height, width), grey, or (height, width, 3 or 4), RGB or RGBA,
    uint8, or grey of bool or uint16.

    Returns a float32 array (height, width), 0 to 255, upright, at most 256 pixels a side: of a
    coloured picture the channel in which ink stands out most; what is transparent becomes paper.
    Of a file with several pictures it is the first. Raises UnreadableImage for all but pictures of
    FORMATS up to 32 MiB and 50 megapixels, and TypeError for what is no picture at all.
    """
    return _read(source, MAX_SIDE)[0]


def _read(source: Source, side: int) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """Return a picture of one channel, at most `side` pixels a side; and how wide and high it was,
    upright."""
    image = _in_memory(source)
    content = _read_bytes(source) if image is None else b""
    try:
        if image is None:
            image, size = _loaded(_open(content), side)
        else:
            image = _checked(image)
            size = image.size
        return _enlarged(_to_channel(_reduced(image, side))), size
    except UnreadableImage:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableImage(f"not a {FORMAT_NAMES} picture: export it as one of them") from error
    except ImportError as error:
        raise UnreadableImage(
            "HEIF pictures take one more package: `pip install pillow-heif`, or export it as JPEG"
        ) from error
    except Image.DecompressionBombError as error:
        raise UnreadableImage(_TOO_LARGE) from error
    except Exception as error:  # decoders answer damage with whatever exception is at hand
        raise UnreadableImage(f"the picture is damaged ({error}): save or send it again") from error


def to_mnist(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Find the digit in a picture and give it MNIST's size and place.

    `image`: array of numbers (height, width), ink darker or brighter than paper. Returns a uint8
    array (28, 28), ink bright; all zeros where there is nothing but paper.
    """
    return normalise(find_ink(image))


def _in_memory(source: Source) -> Image.Image | None:
    """Return a picture that needs no decoding as Pillow's image; None for a file or its bytes."""
    if isinstance(source, Image.Image):
        return source
    if not isinstance(source, np.ndarray):
        return None
    layers = source.shape[2:]
    if source.ndim not in (2, 3) or (source.dtype.name, layers) not in _ARRAYS:
        raise TypeError(
            f"an array of {source.dtype} {source.shape} is no picture: give uint8 (height, width), "
            "(height, width, 3) or (height, width, 4), or uint16 or bool (height, width)"
        )
    if not source.size:
        raise UnreadableImage(_NO_PIXELS)
    return Image.fromarray(source)


def _checked(image: Image.Image) -> Image.Image:
    """Return an image in memory upright, if it has pixels, and not too many."""
    if not image.width * image.height:
        raise UnreadableImage(_NO_PIXELS)
    if image.width * image.height > MAX_PIXELS:
        raise UnreadableImage(_TOO_LARGE)
    return ImageOps.exif_transpose(image)


def _read_bytes(source: Any) -> bytes:
    try:
        if isinstance(source, str | os.PathLike):
            with Path(source).open("rb") as file:
                content = _read_at_most(file)
        elif hasattr(source, "read") and not isinstance(source, io.TextIOBase):
            content = _read_at_most(source)
        else:
            content = bytes(memoryview(source))
    except TypeError as error:
        raise TypeError(
            f"{type(source).__name__} is no picture: give a path, bytes, a file opened in binary "
            "mode, a Pillow image or an array"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableImage(f"the file can't be opened: {reason}") from error
    if not content:
        raise UnreadableImage("the file is empty: save or send it again")
    if len(content) > MAX_BYTES:
        raise UnreadableImage(f"larger than {MAX_BYTES // 2**20} MiB: save it at a smaller size")
    return content


def _read_at_most(file: IO[bytes]) -> bytes:
    """Read a file to its end, or more than is allowed of it."""
    content = bytearray()
    # A pipe gives what it holds, not always as much as was asked for.
    while len(content) <= MAX_BYTES and (chunk := file.read(_CHUNK)):
        content += chunk
    return bytes(content)


def _open(content: bytes) -> Image.Image:
    """Open a picture file: its header tells how large it is."""
    image = open_picture(io.BytesIO(content))
    if count_pixels(image, content) > MAX_PIXELS:
        raise UnreadableImage(_TOO_LARGE)
    return image


def _loaded(image: Image.Image, side: int) -> tuple[Image.Image, tuple[int, int]]:
    """Decode an image, smaller if that is quicker, and turn it upright; also return how wide and
    high it was, then."""
    size = image.size
    image.draft("RGB", (side, side))
    image.load()
    with contextlib.suppress(Exception):  # a damaged note of the camera spoils no picture
        is_on_its_side = image.getexif().get(ExifTags.Base.Orientation, 1) >= _ON_ITS_SIDE
        ImageOps.exif_transpose(image, in_place=True)
        size = size[::-1] if is_on_its_side else size
    return image, size


def _reduced(image: Image.Image, side: int) -> Image.Image:
    """Average blocks of pixels until no side is longer than `side`; the mode becomes F, L, RGB or
    RGBA, the last only where something is transparent."""
    if image.mode in ("I", "F"):
        image = _stretched(image)
    elif image.mode.startswith("I;16"):
        image = image.convert("F")
    elif image.mode == "LAB":
        image = image.getchannel("L")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
        if image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    return shrunk(image, side)


def _stretched(image: Image.Image) -> Image.Image:
    """Take a picture of 32 bits a pixel, whose black and white are not agreed upon, to those of 16:
    its least value becomes 0, its greatest 65535."""
    values = np.nan_to_num(np.asarray(image, np.float64))
    values -= values.min()
    return Image.fromarray((values / (values.max() or 1) * 65535).astype(np.float32))


def _to_channel(image: Image.Image) -> NDArray[np.float32]:
    """Take a picture of any mode to one channel, float32 (height, width), 0 to 255."""
    if image.mode == "F":  # of 16 bits a pixel
        return np.asarray(image, np.float32) / np.float32(257)
    if image.mode == "L":
        return np.asarray(image, np.float32)
    if image.mode == "RGBA":
        image = _on_paper(image)
    red, green, blue = image.split()
    choose = ImageChops.lighter if is_paper_dark(thumbnail(green)) else ImageChops.darker
    return np.asarray(choose(choose(red, green), blue), np.float32)


def _enlarged(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Enlarge a tiny picture smoothly."""
    if max(pixels.shape) >= _LEAST_SIDE:
        return pixels
    factor = -(-_ENLARGED_SIDE // max(pixels.shape))
    height, width = pixels.shape
    image = Image.fromarray(pixels).resize(
        (factor * width, factor * height), Image.Resampling.LANCZOS
    )
    return np.asarray(image).clip(0, 255)


def _on_paper(image: Image.Image) -> Image.Image:
    """Lay an RGBA picture on paper: white, or black where most of what can be seen is bright."""
    grey, alpha = (np.asarray(band, np.float32).ravel() for band in image.convert("LA").split())
    paper = Image.new("RGB", image.size, "black" if grey @ alpha > 127.5 * alpha.sum() else "white")
    paper.paste(image, mask=image)
    return paper
