"""Any picture to MNIST's size and place: `read_image` decodes it, `to_mnist` finds the digit in it.

The two steps of `to_mnist` stand alone, for those who want to show them: `find_ink` tells ink from
paper, `normalise` gives it MNIST's size and place.
"""

import io
import os
import warnings
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy import ndimage

from digits.errors import DigitsError

MAX_BYTES = 32 * 2**20
MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG")
Source = str | os.PathLike[str] | bytes | BinaryIO

# At most so many pixels a side are kept when a picture is read, and when its ink is looked for.
_READ_SIDE = 1024
_INK_SIDE = 320

# Shares of the strongest ink's contrast: an edge of a stroke, and what a stroke has somewhere.
_EDGE = 0.4
_CORE = 0.6
_LEAST_CONTRAST = 0.06
_LEAST_SHARE = 0.06


class UnreadableImage(DigitsError):
    """A picture that can't be read; the message says why, and what to do."""


def read_image(source: Source) -> NDArray[np.float32]:
    """Decode a picture, given as a path, its bytes or a file object, to one channel.

    Returns a float32 array (height, width), 0 to 255, upright, at most 1024 pixels a side: of a
    coloured picture the channel in which ink stands out most; what is transparent becomes paper.
    Raises UnreadableImage for all but PNG and JPEG pictures up to 32 MiB and 50 megapixels.
    """
    content = _read_bytes(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit is ours
            image: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
        _check_size(image)
        image.draft("RGB", (_READ_SIDE, _READ_SIDE))
        image.load()
        return _to_channel(_reduced(ImageOps.exif_transpose(image)))
    except UnreadableImage:
        raise
    except Image.UnidentifiedImageError as error:
        raise UnreadableImage("not a PNG or JPEG picture: export it as one of them") from error
    except Exception as error:  # decoders answer damage with whatever exception is at hand
        raise UnreadableImage(f"the picture is damaged ({error}): save or send it again") from error


def to_mnist(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Find the digit in a picture and give it MNIST's size and place.

    `image`: array of numbers (height, width), ink darker or brighter than paper. Returns a uint8
    array (28, 28), ink bright; all zeros where there is nothing but paper.
    """
    return normalise(find_ink(image))


def _read_bytes(source: Source) -> bytes:
    try:
        if isinstance(source, bytes):
            content = source
        elif isinstance(source, str | os.PathLike):
            with Path(source).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        else:
            content = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnreadableImage(f"the file can't be opened: {error.strerror or error}") from error
    if not content:
        raise UnreadableImage("the file is empty: save or send it again")
    if len(content) > MAX_BYTES:
        raise UnreadableImage(f"larger than {MAX_BYTES // 2**20} MiB: save it at a smaller size")
    return content


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise UnreadableImage(
            f"{image.width} × {image.height} are more than {MAX_PIXELS // 10**6} megapixels: "
            "save it at a smaller size"
        )


def _reduced(image: Image.Image) -> Image.Image:
    """Average blocks of pixels until no side is longer than _READ_SIDE."""
    if image.mode in ("1", "P", "PA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode.startswith("I"):
        image = image.convert("F")
    return image.reduce(-(-max(image.size) // _READ_SIDE))


def _to_channel(image: Image.Image) -> NDArray[np.float32]:
    """Take a picture of any mode to one channel, float32 (height, width), 0 to 255."""
    if image.mode == "F":  # 16 bits a pixel
        return np.asarray(image, np.float32) / 257
    if image.has_transparency_data:
        pixels = np.asarray(image.convert("RGBA"), np.float32)
        color, alpha = pixels[..., :3], pixels[..., 3:] / 255
        # Where there is no paper, it is whatever the ink is not: black or white.
        dark_ink = (color * alpha).sum() <= 1.5 * 255 * alpha.sum()
        pixels = color * alpha + (255 * (1 - alpha) if dark_ink else 0)
    elif image.mode == "L":
        return np.asarray(image, np.float32)
    else:
        pixels = np.asarray(image.convert("RGB"), np.float32)
    if _is_paper_dark(pixels.mean(axis=2)):
        return pixels.max(axis=2)
    return pixels.min(axis=2)


def find_ink(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Tell ink from paper, whichever is darker and however the light falls.

    `image`: array of numbers (height, width). Returns a uint8 array (height, width), shrunk to at
    most 320 pixels a side: paper is 0 and the darkest ink 255, or all is 0 where there is no ink.
    """
    grey = _shrunk(np.asarray(image, np.float32))
    low, high = float(grey.min()), float(grey.max())
    if high == low:
        return np.zeros(grey.shape, np.uint8)
    if _is_paper_dark(grey):
        grey = high + low - grey
    ink = np.clip(1 - (grey + 1) / (_paper(grey) + 1), 0, 1)
    smooth = ndimage.uniform_filter(ink, 3)
    noise = float(np.percentile(np.abs(ink - smooth), 25)) / 0.32  # of a normal distribution
    peak = float(smooth.max())
    if peak < max(_LEAST_CONTRAST, 4 * noise):
        return np.zeros(grey.shape, np.uint8)
    labels, count = ndimage.label(smooth > _EDGE * peak, np.ones((3, 3)))
    if not count:
        return np.zeros(grey.shape, np.uint8)
    areas = np.bincount(labels.ravel())[1:]
    strongest = ndimage.maximum(smooth, labels, np.arange(1, count + 1))
    keep = (areas >= _LEAST_SHARE * areas.max()) & (strongest >= _CORE * peak)
    mask = np.concatenate([[False], keep])[labels]
    # The rim of a stroke is lighter than the threshold, but belongs to it.
    rim = ndimage.binary_dilation(mask, np.ones((3, 3)))
    darkest = float(np.percentile(ink[mask], 90)) if mask.any() else 1.0
    result: NDArray[np.uint8] = (np.clip(ink / darkest, 0, 1) * rim * 255).round().astype(np.uint8)
    return result


def _shrunk(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    factor = -(-max(grey.shape) // _INK_SIDE)
    return np.asarray(Image.fromarray(grey).reduce(factor)) if factor > 1 else grey


def _is_paper_dark(grey: NDArray[Any]) -> bool:
    """Say whether paper is darker than ink.

    Around ink most pixels are paper, and towards the corners of the picture all the more: they are
    compared with the brightest and the darkest of their surroundings.
    """
    small = np.asarray(Image.fromarray(grey).resize(_fit(grey.shape, 48), Image.Resampling.BOX))
    size = max(3, round(0.4 * min(small.shape)))
    brightest, darkest = ndimage.maximum_filter(small, size), ndimage.minimum_filter(small, size)
    weights = np.multiply.outer(*(np.abs(np.linspace(-1, 1, length)) for length in small.shape))
    return float(((2 * small - brightest - darkest) * weights).sum()) < 0


def _paper(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Estimate the brightness of the paper under the ink: the closing that no stroke survives."""
    small = Image.fromarray(grey).resize(_fit(grey.shape, 48), Image.Resampling.BOX)
    size = max(3, round(0.5 * min(small.size)))
    closed = ndimage.grey_closing(np.asarray(small), size, mode="nearest")
    paper = Image.fromarray(closed).resize(grey.shape[::-1], Image.Resampling.BILINEAR)
    return np.asarray(paper)


def _fit(shape: tuple[int, ...], side: int) -> tuple[int, int]:
    """Return (width, height) of an array's shape scaled down to at most `side` a side."""
    scale = min(1, side / max(shape))
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))


def normalise(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Size and place a digit as MNIST does: uint8 array (height, width), ink bright → (28, 28).

    The ink's box becomes a square, its longer side 20 pixels, stretched to 255, with the centre of
    mass on the centre (LeCun et al., 1998; Yadav and Bottou's reconstruction for QMNIST, 2019).
    """
    result = np.zeros((28, 28), np.uint8)
    if not ink.any():
        return result
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(*box.shape)
    square = np.zeros((side, side), np.uint8)
    top, left = (side - box.shape[0]) // 2, (side - box.shape[1]) // 2
    square[top : top + box.shape[0], left : left + box.shape[1]] = box
    small = np.asarray(Image.fromarray(square).resize((20, 20), Image.Resampling.BOX), np.float64)
    small *= 255 / small.max()
    y, x = (round(13.5 - c) for c in ndimage.center_of_mass(small))
    y, x = min(max(y, 0), 8), min(max(x, 0), 8)
    result[y : y + 20, x : x + 20] = small.round()
    return result
