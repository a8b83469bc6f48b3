"""The model that the app serves: loaded once, and what is known of it."""

import json
import sys
from pathlib import Path
from typing import Any

from app import project
from app.examples import load_examples
from app.git import GitError, git, git_lines
from digits.reading.artefact import ModelError
from digits.reading.classifier import Classifier, load_cached
from digits.reading.digit_reader import read_digit

METRICS = Path("metrics/test.json")
REPORT = Path("metrics/classification_report.json")


def load_classifier() -> Classifier:
    """Return the model that the page serves. Raises ModelError where it can't be used."""
    return load_cached(project.model_path())


def warm_up() -> None:
    """Read one digit, so that the first visitor waits for nothing to be imported or loaded."""
    try:
        read_digit(load_examples()[0], load_classifier())
    except ModelError as error:
        print(f"ModelError: {error}", file=sys.stderr)


def load_metrics(version: str) -> dict[str, Any]:
    """Read what `evaluate` measured of a model on the test digits; empty where it did not run."""
    try:
        metrics: dict[str, Any] = json.loads((project.ROOT / METRICS).read_text(encoding="utf-8"))
        report = json.loads((project.ROOT / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if report.get("model") != version:
        return {}
    return metrics | {"macro_f1": report["macro avg"]["f1-score"]}


def load_date() -> str | None:
    """Return the day of the model's commit, YYYY-MM-DD; None where Git doesn't have this model."""
    name = str(project.model_path().absolute())
    try:
        if git("status", "--porcelain", "--", name):
            return None
        return "".join(git_lines("log", "-1", "--format=%cs", "--", name)) or None
    except GitError:
        return None
