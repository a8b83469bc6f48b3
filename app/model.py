"""The model that the app serves: loaded once, and what is known of it."""

import json
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.examples import load_examples
from app.git import git, git_lines
from digits.reading.classifier import Classifier, ModelError
from digits.reading.location import default_model
from digits.reading.reader import read_digit

METRICS = Path("metrics/test.json")
REPORT = Path("metrics/classification_report.json")


def model_files() -> tuple[Path, Path]:
    """Return the model that the page serves, and its description."""
    return default_model(), default_model().with_suffix(".json")


def load_classifier() -> Classifier:
    """Return the `default_model`: read again only when one of its files changes.

    Raises ModelError where it is missing or altered.
    """
    return _load(tuple((p, p.stat().st_mtime_ns if p.is_file() else 0) for p in model_files()))


@lru_cache(maxsize=1)
def _load(_: tuple[tuple[Path, int], ...]) -> Classifier:
    return Classifier.load()


def warm_up() -> None:
    """Read one digit, so that the first visitor waits for nothing to be imported or loaded."""
    try:
        read_digit(load_classifier(), load_examples()[0])
    except ModelError as error:
        print(f"ModelError: {error}", file=sys.stderr)


def load_metrics(version: str) -> dict[str, Any]:
    """Read what `evaluate` measured of a model on the test digits; empty where it did not run."""
    try:
        metrics: dict[str, Any] = json.loads(METRICS.read_text(encoding="utf-8"))
        report = json.loads(REPORT.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if report.get("model") != version:
        return {}
    return metrics | {"macro_f1": report["macro avg"]["f1-score"]}


def load_date() -> str | None:
    """Return the day of the model's commit, YYYY-MM-DD; None where Git doesn't have this model."""
    names = [str(path) for path in model_files()]
    if git("status", "--porcelain", "--", *names) != b"":
        return None
    return "".join(git_lines("log", "-1", "--format=%cs", "--", *names)) or None
