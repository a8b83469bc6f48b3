"""Pictures as HTML that needs no file."""

import base64
import io
from typing import Any

from numpy.typing import NDArray
from PIL import Image


def picture_html(pixels: NDArray[Any], caption: str = "", side: int = 280) -> str:
    """Return a uint8 array (height, width) or (height, width, 3) as a picture with its caption.

    It is sent with at most `side` pixels a side.
    """
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img src="{to_url(pixels, side)}" alt="">{below}</figure>'


def to_url(pixels: NDArray[Any], side: int) -> str:
    """Return a uint8 array as the URL of a PNG, at most `side` pixels a side."""
    image = Image.fromarray(pixels)
    image.thumbnail((side, side))
    file = io.BytesIO()
    image.save(file, "PNG")
    return png_to_url(file.getvalue())


def png_to_url(content: bytes) -> str:
    """Return a PNG as a URL that holds it."""
    return "data:image/png;base64," + base64.b64encode(content).decode()
