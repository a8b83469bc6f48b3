"""The rules of the house: who imports whom, and what DVC is told of it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

STAGES = sorted(path.stem for path in Path("stages").glob("*.py") if path.stem != "__init__")
LIBRARY = sorted(Path("digits").glob("*.py"))
WITHOUT_TENSORFLOW = [
    "digits.classifier",
    "digits.image",
    "stages.describe",
    "stages.download",
    "digits.evaluate",
    "stages.evaluate",
    "stages.evaluate_rejection",
    "stages.evaluate_robustness",
    "stages.plot",
    "stages.preprocess",
]


def local_imports(path: Path) -> set[Path]:
    """The project's modules that a file imports, anywhere in it; a package's docstring is none."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        found |= {Path(*name.split(".")).with_suffix(".py") for name in names}
    return {path for path in found if path.is_file()}


def all_imports(path: Path) -> set[Path]:
    """The same, followed from module to module, with the file itself."""
    found, waiting = set(), {path}
    while waiting:
        module = waiting.pop()
        found.add(module)
        waiting |= local_imports(module) - found
    return found


@pytest.fixture(scope="module")
def pipeline():
    return yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]


def test_every_stage_is_declared(pipeline):
    assert sorted(pipeline) == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_deps_are_what_the_stage_imports(pipeline, stage):
    declared = {Path(dep) for dep in pipeline[stage]["deps"] if dep.endswith(".py")}
    assert declared == all_imports(Path("stages", f"{stage}.py"))
    assert pipeline[stage]["cmd"] == f"python -m stages.{stage}"
    assert pipeline[stage]["desc"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_no_section_but_its_own(pipeline, stage):
    assert pipeline[stage].get("params", [stage]) == [stage]


@pytest.mark.parametrize("path", LIBRARY, ids=str)
def test_the_library_imports_no_stage_and_no_app(path):
    assert {module.parts[0] for module in local_imports(path)} <= {"digits"}


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_a_stage(stage):
    assert not [
        path for path in local_imports(Path("stages", f"{stage}.py")) if path.parts[0] != "digits"
    ]


@pytest.mark.parametrize("module", WITHOUT_TENSORFLOW)
def test_tensorflow_stays_away(module):
    code = f"import {module}, sys; sys.exit({{'tensorflow', 'keras'}} & sys.modules.keys() or 0)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_git_ignores_every_cached_output_from_the_start(pipeline):
    """DVC writes .gitignore files otherwise, and a clone would not be clean after a run."""
    outputs = [
        out for stage in pipeline.values() for out in stage["outs"] + stage.get("metrics", [])
    ]
    cached = []
    for out in outputs:
        path, options = next(iter(out.items())) if isinstance(out, dict) else (out, {})
        if options.get("cache", True):
            cached.append(path)
    command = ["git", "check-ignore", "--no-index", *cached]
    ignored = subprocess.run(command, capture_output=True, text=True).stdout.split()
    assert sorted(ignored) == sorted(cached)
