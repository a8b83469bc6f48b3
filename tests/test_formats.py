"""Every format of picture files: read by content, with limits, and named in one place."""

import io
import json
import re
import struct
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageOps
from streamlit.testing.v1 import AppTest
from systems import on_linux, on_unix

from benchmarks.sound_files import sound_files, to_file
from digits.commands.cli import main
from digits.commands.options import build_parser
from digits.reading.formats import ENDINGS, FORMAT_NAMES, FORMATS
from digits.reading.image import UnreadableImage, read_image, read_page, to_mnist
from digits.reading.reader import prepare

pillow_heif.register_heif_opener()
# Those that keep what a picture looks like, if asked to.
FAITHFUL = {
    "PNG": {},
    "JPEG": {"quality": 95},
    "GIF": {},
    "BMP": {},
    "WebP": {"lossless": True},
    "TIFF": {},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    "HEIF": {"quality": -1, "chroma": 444},
}


def difference(content: bytes, expected: Image.Image) -> float:
    found = to_mnist(read_image(content)).astype(float)
    return float(np.abs(found - to_mnist(np.asarray(expected))).mean())


@pytest.mark.parametrize("form", FORMATS)
def test_a_picture_is_read_in_every_form_that_a_format_has(form):
    for content in sound_files()[form]:
        reading = prepare([content])[0]
        assert reading.error is None
        assert reading.digit.any()


@pytest.mark.parametrize("form", FORMATS)
def test_the_digit_is_found(seven, form):
    content = to_file(seven.convert("RGB"), form, **FAITHFUL[form])
    assert difference(content, seven) < 5
    assert difference(content, ImageOps.mirror(seven)) > 25


@pytest.mark.parametrize("form", ["JPEG", "WebP", "TIFF", "AVIF", "HEIF"])
def test_a_picture_that_a_camera_turned_is_upright(seven, form):
    exif = Image.Exif()
    exif[274] = 6
    stored = seven.transpose(Image.Transpose.ROTATE_90)
    assert difference(to_file(stored, form, exif=exif.tobytes(), **FAITHFUL[form]), seven) < 5


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("form", ["JPEG", "WebP", "TIFF", "AVIF", "HEIF"])
def test_a_page_that_is_made_smaller_tells_the_size_of_the_original(form, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    page = read_page(to_file(Image.new("L", (6200, 196), 255), form, exif=exif.tobytes()))
    assert page.shape == ((196, 6200) if orientation == 1 else (6200, 196))
    assert max(page.pixels.shape) < 2000


@pytest.mark.parametrize("form", ["PNG", "GIF", "WebP", "TIFF", "AVIF", "HEIF", "MPO"])
def test_of_several_pictures_the_first_is_read(seven, form):
    others = [ImageOps.mirror(seven), ImageOps.flip(seven)]
    options = FAITHFUL.get(form, FAITHFUL["JPEG"])
    content = to_file(seven, form, save_all=True, append_images=others, **options)
    assert difference(content, seven) < 5


@pytest.mark.parametrize("low", [-30_000, 0, 10**6])
@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_a_scan_of_32_bits_has_any_range(seven, dtype, low):
    pixels = np.asarray(seven).astype(dtype) * 7 + low
    content = to_file(Image.fromarray(pixels), "TIFF")
    assert difference(content, seven) < 5
    picture = read_image(content)
    assert (picture.min(), picture.max()) == (0, 255)


def test_lab_and_values_that_are_no_numbers_are_read(seven):
    lab = Image.merge("LAB", [seven, *[Image.new("L", seven.size, 128)] * 2])
    assert difference(to_file(lab, "TIFF"), seven) < 5
    pixels = np.asarray(seven).astype(np.float32)
    pixels[0, :9] = np.nan
    assert difference(to_file(Image.fromarray(pixels), "TIFF"), seven) < 5


def with_size(form: str, width: int, height: int) -> bytes:
    """A small file whose header states another size."""
    content = to_file(Image.new("L", (64, 64), 200), form)
    number, place = {
        "GIF": ("<HH", 6),
        "BMP": ("<ii", 18),
        "AVIF": (">II", content.find(b"ispe") + 8),
        "HEIF": (">II", content.find(b"ispe") + 8),
    }[form]
    size = struct.pack(number, width, height)
    return content[:place] + size + content[place + len(size) :]


def cropped_heif() -> bytes:
    """A picture that is decoded in full before a crop makes it small."""
    content = to_file(Image.new("L", (60, 50), 200), "HEIF")
    place = content.index(b"ispe") + 8
    return content[:place] + struct.pack(">II", 13000, 5000) + content[place + 8 :]


LARGE = {
    "JPEG": lambda: to_file(Image.new("L", (13000, 5000)), "JPEG"),
    "GIF": lambda: with_size("GIF", 13000, 5000),
    "BMP": lambda: with_size("BMP", 13000, 5000),
    "WebP": lambda: to_file(
        Image.new("L", (13000, 5000)), "WebP", lossless=True, method=0, quality=0
    ),
    "TIFF": lambda: to_file(Image.new("1", (13000, 5000)), "TIFF", compression="group4"),
    "AVIF": lambda: with_size("AVIF", 13000, 5000),
    "HEIF": lambda: with_size("HEIF", 13000, 5000),
    "HEIF, cropped": cropped_heif,
}
MEASURE = """
import json, sys, time
from pathlib import Path
from digits.reading.image import UnreadableImage, read_image
def peak():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
sound, *large = sys.argv[1:]
read_image(sound)
for path in large:
    before, start = peak(), time.process_time()
    try:
        read_image(path)
    except UnreadableImage as error:
        print(json.dumps([time.process_time() - start, peak() - before, str(error)]))
"""


@on_linux
def test_what_is_too_large_costs_neither_time_nor_memory(tmp_path):
    """A PNG is in `test_bad_input`."""
    (tmp_path / "sound").write_bytes(sound_files()["HEIF"][0])  # for which everything is loaded
    for kind, make in LARGE.items():
        (tmp_path / kind).write_bytes(make())
    command = [sys.executable, "-c", MEASURE, "sound", *LARGE]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    measured = [json.loads(line) for line in result.stdout.splitlines()]
    for kind, (seconds, kibibytes, sentence) in zip(LARGE, measured, strict=True):
        assert sentence == "more than 50 megapixels: save it at a smaller size", kind
        assert seconds < 0.5, kind
        assert kibibytes < 4096, kind  # decoded, it takes 65 MB


@pytest.mark.parametrize("form", FORMATS)
def test_more_than_32_mib_are_refused(form):
    content = sound_files()[form][0] + bytes(32 * 2**20)
    with pytest.raises(UnreadableImage, match="larger than 32 MiB"):
        read_image(content)


def test_heif_without_its_library_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    for content in sound_files()["HEIF"]:
        with pytest.raises(UnreadableImage, match="`pip install pillow-heif`, or export it as"):
            read_image(content)
    for content in sound_files()["AVIF"]:
        read_image(content)
    film = b"\0\0\0\x20ftypqt  " + bytes(100)
    with pytest.raises(UnreadableImage, match="not a PNG"):
        read_image(film)


def test_a_folder_holds_pictures_of_any_format_and_name(tmp_path, capsys):
    for form, endings in FORMATS.items():
        for ending in (*endings, "", ".scan"):
            (tmp_path / f"{form}{ending}").write_bytes(sound_files()[form][0])
    (tmp_path / "BMW.txt").write_text("BMW is no bitmap")
    (tmp_path / "empty.bin").touch()
    (tmp_path / "film.mov").write_bytes(b"\0\0\0\x20ftypqt  ")
    with pytest.raises(SystemExit) as end:
        main(["predict", "--json", str(tmp_path)])
    output, errors = capsys.readouterr()
    assert end.value.code == 0
    assert len(output.splitlines()) == len(ENDINGS) + 2 * len(FORMATS)
    assert errors == f"{tmp_path}: 3 files left out: 3 not a picture\n"


def test_a_damaged_tiff_is_answered_in_one_line(tmp_path):
    picture = tmp_path / "seven.tif"
    picture.write_bytes(to_file(Image.new("1", (60, 48)), "TIFF", compression="group4")[:-40])
    command = [sys.executable, "-m", "digits", "predict", picture]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.stderr.startswith(f"{picture}: the picture is damaged (")
    assert result.stderr.count("\n") == 1, "libtiff has its say, too"


def words(text: str) -> str:
    return " ".join(text.split())


def test_help_readme_page_and_fuzzing_follow_the_one_place(capsys):
    with pytest.raises(SystemExit):
        build_parser().parse_args(["predict", "--help"])
    assert FORMAT_NAMES in words(capsys.readouterr().out)
    for name in ("README.md", "docs/app.md"):
        assert FORMAT_NAMES in words(Path(name).read_text(encoding="utf-8")), name
    assert sound_files().keys() == FORMATS.keys()
    page = AppTest.from_file("../app/page.py", default_timeout=20)
    page.session_state["tab"] = "Upload"
    uploader = page.run().file_uploader[0]
    assert FORMAT_NAMES in uploader.label
    assert set(uploader.allowed_type) >= set(ENDINGS)


@pytest.mark.parametrize("form", FORMATS)
def test_the_page_reads_every_format(form):
    page = AppTest.from_file("../app/page.py", default_timeout=20)
    page.session_state["tab"] = "Upload"
    page.run()
    name = f"seven{FORMATS[form][0]}"
    page.file_uploader[0].upload(name, sound_files()[form][0], "image/*").run()
    assert not page.exception
    html = "".join(element.proto.body for element in page.get("html"))
    assert re.search("what the model sees", html)


@on_unix
def test_a_pipe_is_read_to_its_end():
    content = next(iter(sound_files().values()))[0] + bytes(2**18)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as cat:
        threading.Thread(target=lambda: (cat.stdin.write(content), cat.stdin.close())).start()
        np.testing.assert_array_equal(read_image(cat.stdout), read_image(content))


def test_threads_leave_the_filters_of_warnings_as_they_are():
    content, filters = next(iter(sound_files().values()))[0], list(warnings.filters)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read_image, [content] * 200))
    assert list(warnings.filters) == filters


def test_a_file_object_may_hold_any_format():
    for files in sound_files().values():
        np.testing.assert_array_equal(read_image(io.BytesIO(files[0])), read_image(files[0]))
