"""What other Python programs use: `from digits import read_digit`."""

import array
import io
import mmap
import pathlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digits
from digits import Classifier, DigitsError, Reading, read_digit

PICTURE = Path("app/gallery/04-4.png")
CONTENT = PICTURE.read_bytes()
GREY = np.asarray(Image.open(PICTURE).convert("L"))
RGBA = np.asarray(Image.open(PICTURE).convert("RGBA"))


def behind(junk: bytes) -> io.BytesIO:
    """A file that stands where the picture begins."""
    file = io.BytesIO(junk + CONTENT)
    file.seek(len(junk))
    return file


def mapped() -> mmap.mmap:
    """A picture in shared memory."""
    memory = mmap.mmap(-1, len(CONTENT))
    memory[:] = CONTENT
    return memory


SOURCES = {
    "str": str(PICTURE),
    "Path": PICTURE,
    "PurePath": pathlib.PurePath(PICTURE),
    "bytes": CONTENT,
    "bytearray": bytearray(CONTENT),
    "memoryview": memoryview(CONTENT),
    "array": array.array("B", CONTENT),
    "mmap": mapped(),
    "file": behind(b""),
    "file from where it stands": behind(b"junk"),
    "image": Image.open(PICTURE),
    "image on its side": Image.open(PICTURE),
    "grey": GREY,
    "RGB": RGBA[..., :3],
    "RGBA": RGBA,
    "not contiguous": np.asfortranarray(GREY),
    "16 bits": GREY.astype(np.uint16) * 257,
    "bool": GREY > 127,
    "bright ink": 255 - GREY,
}


@pytest.mark.parametrize("name", SOURCES)
def test_whatever_holds_a_picture_is_read(name):
    assert read_digit(SOURCES[name]).prediction == 4


def test_a_pillow_image_is_read_as_its_file_is():
    """Turned upright as the camera says, and left as it was."""
    lying, file = Image.open(PICTURE).convert("L").rotate(90, expand=True), io.BytesIO()
    lying.getexif()[0x0112] = 6
    lying.save(file, "PNG", exif=lying.getexif())
    image = Image.open(file)
    assert read_digit(image).probabilities == read_digit(file.getvalue()).probabilities
    assert image.getexif()[0x0112] == 6


def test_a_file_that_was_read_is_empty():
    file = behind(b"")
    assert read_digit(file).prediction == 4
    assert "empty" in read_digit(file).error


@pytest.mark.parametrize(
    "source",
    [
        None,
        7,
        object(),
        [1, 2],
        io.StringIO("text"),
        Classifier.load(),
        GREY.astype(float),
        GREY[0],
        GREY[..., np.newaxis],
        RGBA.astype(np.uint16),
        np.zeros((2, 2), object),
    ],
    ids=lambda source: f"{type(source).__name__} {getattr(source, 'dtype', '')}",
)
def test_what_is_no_picture_is_a_type_error_with_a_sentence(source):
    with pytest.raises(TypeError, match="is no picture: give"):
        read_digit(source)


@pytest.mark.parametrize(
    "source", ["none.png", b"", b"text", np.zeros((0, 5), np.uint8), Image.new("1", (9000, 9000))]
)
def test_what_cannot_be_read_is_a_reading(source):
    reading = read_digit(source)
    assert reading.reason == "unreadable"
    assert ": " in reading.error


def test_the_model_is_loaded_once_and_another_may_be_given(monkeypatch, tmp_path):
    loads = []
    load = Classifier.load
    monkeypatch.setattr(Classifier, "load", lambda path: loads.append(path) or load(path))
    monkeypatch.setenv("DIGITS_MODEL", str(tmp_path / "digits.tflite"))
    with pytest.raises(DigitsError, match="can't be read"):
        read_digit(PICTURE)
    (tmp_path / "digits.tflite").write_bytes(Path("tests/model/digits.tflite").read_bytes())
    for _ in range(3):
        assert read_digit(PICTURE).prediction == 4
    assert len(loads) == 2
    assert read_digit(PICTURE, load()).prediction == 4


CALLER = """
import io
from pathlib import Path
import numpy as np
from PIL import Image
from digits import Classifier, DigitsError, Reading, read_digit

classifier: Classifier = Classifier.load("digits.tflite")
reading: Reading = read_digit("7.png", classifier)
prediction: int | None = reading.prediction
for source in (Path("7.png"), b"", bytearray(), memoryview(b""), io.BytesIO()):
    read_digit(source)
read_digit(Image.new("L", (1, 1)))
with open("7.png", "rb") as file:
    read_digit(file)
read_digit(np.zeros((2, 2), np.uint8))
read_digit(7)  # an error
read_digit(classifier, "7.png")  # two errors
"""


def test_a_strictly_typed_caller_is_checked(tmp_path):
    (tmp_path / "caller.py").write_text(CALLER)
    command = [sys.executable, "-m", "mypy", "--strict", "caller.py"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    errors = [line.split(":")[1] for line in result.stdout.splitlines() if ": error:" in line]
    last = CALLER.count("\n")
    assert errors == [str(last - 1), str(last), str(last)], result.stdout


def test_what_is_offered_is_there_and_nothing_else():
    assert {type(getattr(digits, name)) for name in digits.__all__} == {type, type(read_digit)}
    assert isinstance(read_digit(PICTURE), Reading)
    with pytest.raises(AttributeError):
        digits.nothing  # noqa: B018
