"""The models in the history of the repository: tags, branches, DVC's experiments, recent commits.

Git alone is asked: DVC keeps an experiment as a commit under refs/exps, and the model, small as it
is, lies in Git.
"""

import datetime
import json
from functools import lru_cache
from typing import Any, NamedTuple

from app.git import GitError, git, git_lines
from app.model import METRICS
from digits.reading.artefact import ModelError
from digits.reading.classifier import Classifier
from digits.reading.location import MODEL

MOST = 30  # of each kind, the newest
_COMMIT = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"  # of a tag, its own
_REFS = {"refs/tags": 2, "refs/heads": 2, "refs/exps/??/*/*": 4}  # and what precedes their names
_MODEL = f"./{MODEL.as_posix()}"  # below the project's folder, wherever that is in the repository


class Revision(NamedTuple):
    """A commit that holds a model."""

    name: str
    """Of the tag, the branch or the experiment, or the start of the commit's hash."""
    commit: str
    time: int
    """Of the commit or the tag, seconds since 1970."""
    params: dict[str, str]
    """What the model was trained with, `augmentation.zoom` for one within another."""
    accuracy: float | None
    """Share of the test digits that it reads right, where it was measured."""

    @property
    def date(self) -> str:
        """The day, YYYY-MM-DD."""
        return datetime.date.fromtimestamp(self.time).isoformat()


def list_revisions() -> tuple[Revision, ...]:
    """Return the newest commit first; a model that several hold stands once, under its first name.

    A tag's name comes before a branch's, an experiment's and a commit's. Raises GitError where Git
    doesn't answer.
    """
    lines = []
    for pattern, strip in _REFS.items():
        form = f"{_COMMIT}%09%(refname:lstrip={strip})%09%(creatordate:unix)"
        words = f"--count={MOST}", "--sort=-creatordate", f"--format={form}", pattern
        lines += git_lines("for-each-ref", *words)
    recent = f"-{MOST}", "--first-parent", "--format=%H%x09%h%x09%ct"
    lines += git_lines("log", *recent, "--", _MODEL)
    asked = [f"{line.partition(chr(9))[0]}:{_MODEL}" for line in lines]
    blobs = git_lines("cat-file", "--batch-check=%(objectname)", stdin="\n".join(asked))
    return _read(tuple(zip(blobs, lines, strict=False)))


@lru_cache(maxsize=1)
def _read(found: tuple[tuple[str, str], ...]) -> tuple[Revision, ...]:
    """Read each different model once: pairs of its hash and of a name with its commit."""
    first: dict[str, str] = {}
    for blob, line in found:
        if not blob.endswith(" missing"):
            first.setdefault(blob, line)
    revisions = [_describe(*line.split("\t")) for line in first.values()]
    return tuple(sorted(revisions, key=lambda revision: revision.time, reverse=True))


def _describe(commit: str, name: str, time: str) -> Revision:
    try:
        trained = load_revision(commit).description["train"]
    except (ModelError, KeyError):  # an old version's, which is shown without
        trained = {}
    accuracy = _read_json(commit, f"./{METRICS.as_posix()}").get("accuracy")
    params = _flatten(trained)
    return Revision(name, commit, int(time), params, accuracy)


def _read_json(commit: str, path: str) -> dict[str, Any]:
    try:
        content = json.loads(git("show", f"{commit}:{path}"))
    except (GitError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _flatten(params: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in params.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = str(value)
    return flat


@lru_cache(maxsize=4)
def load_revision(commit: str) -> Classifier:
    """Load the model of a commit. Raises ModelError where it has none that can be read."""
    try:
        return Classifier(git("show", f"{commit}:{_MODEL}"))
    except (GitError, ModelError) as error:
        raise ModelError(f"{commit[:8]} holds none that can be read: choose another") from error
