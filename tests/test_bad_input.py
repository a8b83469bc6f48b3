"""Every kind of picture that people hand in, and what they are told where it is none."""

import io
import json
import os
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image, ImageOps
from systems import on_unix

from benchmarks.fuzz import PNG_SIGNATURE, png_chunk
from digits.reading.formats import FORMAT_NAMES
from digits.reading.image import UnreadableImage, read_image, to_mnist
from digits.reading.reader import prepare


def encoded(image: Image.Image, form: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def sixteen_bits(seven):
    """The picture with values from 20000 to 65535."""
    grey = np.asarray(seven, np.uint32)
    return encoded(Image.fromarray((20000 + grey * 45535 // 255).astype(np.uint16)))


def on_transparency(seven, mode, ink):
    """The ink alone; everything else is transparent and, as canvases have it, black."""
    layer = Image.new("L", seven.size, ink)
    layer.paste(0, mask=seven)
    alpha = ImageOps.invert(seven)
    return encoded(Image.merge(mode, [layer] * (len(mode) - 1) + [alpha]))


def turned(seven, orientation, form="PNG"):
    """The picture as a camera stores it: on its side, say, with a note which way is up."""
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = seven if undo is None else seven.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[274] = orientation
    return encoded(stored, form, exif=exif, **({"quality": 95} if form == "JPEG" else {}))


def with_damaged_exif(seven):
    return encoded(seven, exif=b"Exif\0\0no TIFF header")


def animated(seven):
    others = [ImageOps.mirror(seven), ImageOps.flip(seven)]
    return encoded(seven, save_all=True, append_images=others, duration=100)


def palette(seven, transparent):
    image = seven.convert("P", palette=Image.Palette.ADAPTIVE)
    paper = image.getpixel((0, 0))
    return encoded(image, transparency=paper) if transparent else encoded(image)


READABLE = {
    "grey": encoded,
    "16 bits, 20000 to 65535": sixteen_bits,
    "1 bit": lambda seven: encoded(seven.convert("1")),
    "palette": lambda seven: palette(seven, transparent=False),
    "palette, paper transparent": lambda seven: palette(seven, transparent=True),
    "CMYK": lambda seven: encoded(seven.convert("RGB").convert("CMYK"), "JPEG", quality=95),
    "LA, black on transparent": lambda seven: on_transparency(seven, "LA", 0),
    "LA, white on transparent": lambda seven: on_transparency(seven, "LA", 255),
    "RGBA, black on transparent": lambda seven: on_transparency(seven, "RGBA", 0),
    "RGBA, white on transparent": lambda seven: on_transparency(seven, "RGBA", 255),
    "RGBA, opaque": lambda seven: encoded(seven.convert("RGBA")),
    "white on black": lambda seven: encoded(ImageOps.invert(seven)),
    "animated": animated,
    "EXIF that is damaged": with_damaged_exif,
    "EXIF on a JPEG": lambda seven: turned(seven, 6, "JPEG"),
} | {
    f"EXIF orientation {number}": lambda seven, number=number: turned(seven, number)
    for number in range(1, 9)
}


def difference(one, two):
    return np.abs(one.astype(float) - two).mean()


@pytest.mark.parametrize("kind", READABLE)
def test_the_digit_is_found_in(seven, kind):
    found = to_mnist(read_image(READABLE[kind](seven)))
    assert difference(found, to_mnist(np.asarray(seven))) < 5


def test_another_digit_would_have_been_noticed(seven):
    upright, mirrored = (to_mnist(np.asarray(image)) for image in (seven, ImageOps.mirror(seven)))
    assert difference(upright, mirrored) > 25


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_gives_the_very_same_digit(seven, orientation):
    found = to_mnist(read_image(turned(seven, orientation)))
    np.testing.assert_array_equal(found, to_mnist(np.asarray(seven)))


BLANK = {
    "1×1": Image.new("L", (1, 1), 128),
    "1×5000": Image.new("RGB", (1, 5000), "white"),
    "5000×1": Image.new("RGB", (5000, 1), "black"),
    "all black": Image.new("RGB", (280, 280), "black"),
    "all white": Image.new("RGB", (280, 280), "white"),
    "uniform grey": Image.new("L", (280, 280), 128),
    "16 bits, uniform": Image.fromarray(np.full((90, 90), 40000, np.uint16)),
    "nothing but transparent": Image.new("RGBA", (280, 280), (0, 0, 0, 0)),
}


@pytest.mark.parametrize("kind", BLANK)
def test_blank_is_an_answer(kind):
    reading = prepare([encoded(BLANK[kind])])[0]
    assert reading.reason == "blank"
    assert reading.error is None
    assert not reading.digit.any()


def noise(form):
    pixels = np.random.default_rng(1).integers(0, 256, (200, 200), dtype=np.uint8)
    return encoded(Image.fromarray(pixels), form)


def of_169_megapixels():
    """A PNG file of some 21 KB: 13,000 rows of black bits are all alike."""
    header = struct.pack(">IIBBBBB", 13000, 13000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1626 * 13000), 9)
    chunks = (b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")
    return PNG_SIGNATURE + b"".join(png_chunk(*chunk) for chunk in chunks)


def beyond_what_pillow_opens():
    header = struct.pack(">IIBBBBB", 10**5, 10**5, 8, 2, 0, 0, 0)
    return PNG_SIGNATURE + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"")


NO_PICTURE = f"not a {FORMAT_NAMES} picture: export it as one of them"
DAMAGED = r"the picture is damaged \(.+\): save or send it again"
UNREADABLE = {
    "empty": (lambda: b"", "the file is empty: save or send it again"),
    "text": (lambda: b"a digit\n", NO_PICTURE),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', NO_PICTURE),
    "PCX": (lambda: encoded(Image.new("L", (28, 28)), "PCX"), NO_PICTURE),
    "PNG, signature alone": (lambda: PNG_SIGNATURE, NO_PICTURE),
    "PNG, truncated": (lambda: noise("PNG")[:20000], DAMAGED),
    "JPEG, truncated": (lambda: noise("JPEG")[:9000], DAMAGED),
    "169 megapixels": (of_169_megapixels, "more than 50 megapixels: save it at a smaller size"),
    "10 gigapixels": (beyond_what_pillow_opens, "more than 50 megapixels: save it"),
    "33 MiB": (lambda: bytes(33 * 2**20), "larger than 32 MiB: save it at a smaller size"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_sentence_says_why_and_what_to_do(tmp_path, kind):
    make, sentence = UNREADABLE[kind]
    content = make()
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    for source in (path, str(path), content, io.BytesIO(content)):
        with pytest.raises(UnreadableImage, match=sentence) as unreadable:
            read_image(source)
        assert "\n" not in str(unreadable.value)
        assert ": " in str(unreadable.value)


MEASURE = """
import json, resource, sys, time
from digits.reading.image import UnreadableImage, read_image
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, start = peak(), time.perf_counter()
try:
    read_image(sys.argv[1])
except UnreadableImage as error:
    print(json.dumps([time.perf_counter() - start, peak() - before, str(error)]))
"""


@on_unix
def test_169_megapixels_cost_neither_time_nor_memory(tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(of_169_megapixels())
    assert path.stat().st_size < 25_000
    command = [sys.executable, "-c", MEASURE, path]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, kibibytes, sentence = json.loads(result.stdout)
    assert seconds < 0.5
    assert kibibytes < 4096  # decoded, it takes 169 MB
    assert "megapixels" in sentence


@pytest.mark.parametrize(
    "name", ["with spaces in it.png", "sieben-sept-七-семь.png", "7é\u0301.png"]
)
def test_a_name_may_have_spaces_and_letters_of_any_alphabet(seven, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(encoded(seven))
    assert prepare([path])[0].digit.any()


@on_unix
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Is a directory"),
        ("missing.png", "No such file or directory"),
        ("a" * 300, "File name too long"),
        ("nul\0byte.png", "embedded null byte"),
    ],
)
def test_what_is_no_file_is_said(tmp_path, name, reason):
    with pytest.raises(UnreadableImage, match=f"the file can't be opened: {reason}"):
        read_image(f"{tmp_path}/{name}")


@on_unix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may read every file")
def test_no_permission_is_said(seven, tmp_path):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(seven))
    path.chmod(0)
    with pytest.raises(UnreadableImage, match="the file can't be opened: Permission denied"):
        read_image(path)
