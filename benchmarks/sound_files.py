"""A drawn seven as a file in every form that each format of pictures has."""

import io
from functools import cache
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image, ImageDraw

Forms = list[tuple[str, dict[str, Any]]]
"""How a picture is saved: its mode, and Pillow's options."""


def to_file(image: Image.Image, form: str, **options: Any) -> bytes:
    """Return a picture as a file of a format of Pillow's."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@cache
def sound_files() -> dict[str, list[bytes]]:
    """Draw a seven and save it in every form, by format."""
    pillow_heif.register_heif_opener()
    grey = Image.new("L", (60, 48), 255)
    ImageDraw.Draw(grey).line([(15, 10), (40, 10), (25, 40)], fill=0, width=5)
    modes = {mode: grey.convert(mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK")}
    modes["I;16"] = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    modes["F"] = Image.fromarray(np.asarray(grey) / np.float32(255))
    return {
        form: [to_file(modes[mode], form, **options) for mode, options in forms]
        for form, forms in _forms(grey).items()
    }


def _forms(second: Image.Image) -> dict[str, Forms]:
    """Return the forms of each format; `second` is the second page or frame where there is one."""
    exif = Image.Exif()
    exif[274], exif[270] = 6, "a seven"
    several: dict[str, Any] = {"save_all": True, "append_images": [second]}
    return {
        "PNG": [
            *((mode, {"exif": exif, "dpi": (72, 72)}) for mode in ("1", "L", "LA", "P", "RGB")),
            *((mode, {"exif": exif, "dpi": (72, 72)}) for mode in ("RGBA", "I;16")),
            ("P", {"transparency": 0} | several),
        ],
        "JPEG": [
            (mode, {"exif": exif, "progressive": progressive})
            for mode in ("L", "RGB", "CMYK")
            for progressive in (False, True)
        ],
        "GIF": [("L", {"comment": "a seven"}), ("P", {"transparency": 0}), ("RGB", several)],
        "BMP": [(mode, {}) for mode in ("1", "L", "P", "RGB", "RGBA")],
        "WebP": [
            ("RGB", {"exif": exif}),
            ("RGBA", {"lossless": True, "exact": True}),
            ("L", {"lossless": True}),
            ("RGB", several),
        ],
        "TIFF": _tiff_forms(exif, several),
        "AVIF": [
            ("L", {"exif": exif}),
            ("RGB", {"subsampling": "4:4:4"}),
            ("RGBA", {}),
            ("RGB", several),
        ],
        "HEIF": [
            ("L", {"exif": exif.tobytes()}),
            ("RGB", {"chroma": 444}),
            ("RGBA", {}),
            ("I;16", {}),
            ("RGB", several),
        ],
    }


def _tiff_forms(exif: Image.Exif, several: dict[str, Any]) -> Forms:
    modes = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "F")
    for_grey = ("packbits", "tiff_lzw", "tiff_adobe_deflate", "jpeg")
    return [
        *((mode, {"exif": exif}) for mode in modes),
        *(("1", {"compression": name}) for name in ("group3", "group4", "tiff_ccitt")),
        *(("L", {"compression": name}) for name in for_grey),
        ("RGB", {"compression": "jpeg"} | several),
        ("L", {"big_tiff": True}),
    ]
