"""The rules of the house: who imports whom, and what DVC is told of it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

STAGES = sorted(path.stem for path in Path("stages").glob("*.py") if path.stem[0] != "_")
# Each room may use those before it, and none after it.
ROOMS = ("reading", "pipeline", "data", "training", "evaluation", "figures", "commands")
MODULES = [path for path in sorted(Path("digits").rglob("*.py")) if path.name != "__init__.py"]
TRAINING_STAGES = {"train", "train_ood_head", "train_finder", "train_recogniser", "export"}


def all_imported(path: Path) -> set[str]:
    """The names of all modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def local_imports(path: Path) -> set[Path]:
    """The project's modules that a file imports; a package's docstring is none."""
    paths = {Path(*name.split(".")).with_suffix(".py") for name in all_imported(path)}
    return {path for path in paths if path.is_file()}


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


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_room_uses_none_that_comes_after_it(path):
    """Where it fails: move what is shared to an earlier room, or the module to a later one."""
    imported = local_imports(path)
    assert {module.parts[0] for module in imported} <= {"digits"}, "no stage, no app"
    rooms = {module.parts[1] for module in imported} - {"errors.py"}
    allowed = ROOMS[: ROOMS.index(path.parts[1]) + 1] if len(path.parts) > 2 else ROOMS
    assert rooms <= set(allowed)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for_and_does_nothing_else(room):
    (sentence,) = ast.parse(Path("digits", room, "__init__.py").read_text("utf-8")).body
    assert isinstance(sentence.value.value, str)


def test_every_room_has_its_place():
    assert {path.parts[1] for path in MODULES if len(path.parts) > 2} == set(ROOMS)


def test_reading_needs_little():
    """NumPy, SciPy, Pillow and LiteRT: no other room, and nothing else that has to be installed;
    what reads HEIF pictures may be."""
    paths = [path for path in MODULES if path.parts[1] == "reading"]
    roots = {name.split(".")[0] for path in paths for name in all_imported(path)}
    needed = {"ai_edge_litert", "digits", "numpy", "PIL", "scipy"}
    assert roots - sys.stdlib_module_names == needed | {"pillow_heif"}


def test_only_training_loads_tensorflow():
    stages = [Path("stages", f"{stage}.py") for stage in STAGES]
    heavy = {
        path
        for path in [*MODULES, *stages, *Path("app").glob("*.py")]
        if {name.split(".")[0] for name in all_imported(path)} & {"tensorflow", "keras"}
    }
    assert {path.parts[1] for path in heavy} <= {
        "training",
        *(f"{stage}.py" for stage in TRAINING_STAGES),
    }
    # What others import must not bring it in either, directly or not.
    others = [
        ".".join(path.with_suffix("").parts)
        for path in [*MODULES, *stages]
        if path.parts[1] != "training" and path.stem not in TRAINING_STAGES
    ]
    code = f"import sys, {', '.join(others)}\n"
    code += "sys.exit({'tensorflow', 'keras'} & sys.modules.keys() or 0)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_the_public_names_load_reading_alone():
    code = (
        "import sys; from digits import Classifier, read_digit;"
        "print(*sorted({name.split('.')[1] for name in sys.modules if name.startswith('digits.')}))"
    )
    output = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert output.split() == ["errors", "reading"]


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_a_stage(stage):
    assert not [
        path for path in local_imports(Path("stages", f"{stage}.py")) if path.parts[0] != "digits"
    ]


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
