"""Out-of-distribution (OOD) samples, which are no digits, to measure with: letters and symbols of
printers' fonts, scribbles, photos.

None of it is what `digits.data.negatives` draws for the training.
"""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib
import numpy as np
import skimage
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

FRAME = 280
FONTS: tuple[str, ...] = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono"),
    *("DejaVuSerif", "DejaVuSerif-Italic", "STIXGeneral", "STIXGeneralItalic"),
    *("cmr10", "cmss10", "cmti10", "cmtt10"),
)
SYMBOL_FONTS = tuple(name for name in FONTS if not name.startswith("cm"))
# Each is some digit in another hand: 8 0 6 1 0 0 5 2, and 6 9 1 1 0 9 5 2.
LOOK_ALIKES = "BDGIOQSZ" + "bgiloqsz"
CAPITALS = "".join(sorted(set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") - set(LOOK_ALIKES)))
SMALL = "".join(sorted(set("abcdefghijklmnopqrstuvwxyz") - set(LOOK_ALIKES)))
SYMBOLS = "!#$%&*+<=>?@[]{}^~§¶©®±÷×¿€£¥"
# The kinds: letters that could be digits, and all the others together.
LOOK_ALIKE_KIND, ALL = "look-alikes", "all but look-alikes"
PHOTOS = ("astronaut", "brick", "camera", "coffee", "coins", "grass", "gravel", "moon", "page")
COUNT = 400
Random = np.random.Generator


def typeset(characters: str, fonts: tuple[str, ...]) -> Iterator[bytes]:
    """Set each character in each font, dark on white."""
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    for name in fonts:
        font = ImageFont.truetype(folder / f"{name}.ttf", 150)
        for character in characters:
            picture = Image.new("L", (FRAME, FRAME), 255)
            center = (FRAME / 2, FRAME / 2)
            ImageDraw.Draw(picture).text(center, character, 20, font, anchor="mm")
            yield _to_png(picture)


def scribbles() -> Iterator[bytes]:
    """Let a pen wander without aim."""
    random = np.random.default_rng(1)
    for _ in range(COUNT):
        speed = random.normal(size=(random.integers(60, 250), 2))
        path = np.cumsum(ndimage.gaussian_filter1d(speed, random.uniform(2, 6), axis=0), axis=0)
        path = 30 + 220 * (path - path.min(axis=0)) / np.ptp(path, axis=0).max()
        picture = Image.new("L", (FRAME, FRAME), 255)
        points = [(float(x), float(y)) for x, y in path]
        ImageDraw.Draw(picture).line(points, 20, int(random.integers(6, 17)), joint="curve")
        yield _to_png(picture)


def details() -> Iterator[bytes]:
    """Cut squares out of photographs: textures, coins, print, people."""
    random = np.random.default_rng(2)
    photos = [getattr(skimage.data, name)() for name in PHOTOS]
    for _ in range(COUNT):
        photo = photos[random.integers(len(photos))]
        side = random.integers(60, min(photo.shape[:2]))
        y, x = (random.integers(length - side + 1) for length in photo.shape[:2])
        yield _to_png(Image.fromarray(photo[y : y + side, x : x + side]))


def faces() -> Iterator[bytes]:
    """Return a hundred faces of Labeled Faces in the Wild (Huang et al., 2007), 25 x 25 pixels."""
    for face in skimage.data.lfw_subset()[:100]:
        yield _to_png(Image.fromarray((255 * face).round().astype(np.uint8)))


SOURCES: dict[str, Callable[[], Iterator[bytes]]] = {
    "capital letters": lambda: typeset(CAPITALS, FONTS),
    "small letters": lambda: typeset(SMALL, FONTS),
    "symbols": lambda: typeset(SYMBOLS, SYMBOL_FONTS),
    "scribbles": scribbles,
    "photos": details,
    "faces": faces,
    LOOK_ALIKE_KIND: lambda: typeset(LOOK_ALIKES, FONTS),
}


def _to_png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()
