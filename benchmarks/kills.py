"""Kill the pipeline at random moments, and see whether it ends as if nothing had happened.

`make kills`. A small pipeline runs once, stage by stage. Then, before each stage in turn, a copy
runs it in one of WAYS, gets SIGKILL with all its processes at a random moment of the stage's time,
and runs `dvc repro`: dvc.lock, which knows the hash of all outputs, must come out the same.
"""

import argparse
import datetime
import itertools
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from tqdm import tqdm

from benchmarks.clone import Clone
from benchmarks.machine import report

UP_TO_DATE = "Data and pipelines are up to date.\n"
# By a part of DVC's message: what docs/troubleshooting.md says.
WAYS = (
    ("dvc", "repro"),
    ("dvc", "exp", "run"),
    ("dvc", "exp", "run", "--temp"),
    ("dvc", "queue", "start"),
)
MENDING = {"RWLock-file": "rm .dvc/tmp/rwlock", "dvc.lock' validation": "git checkout dvc.lock"}


def load_stages() -> list[str]:
    """Return the names of the pipeline's stages, in the order in which they run."""
    return list(yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"])


class Reference(NamedTuple):
    """A run that nobody disturbed."""

    after: Clone
    seconds: dict[str, float]
    """What `dvc repro STAGE` takes before each stage, in the order in which they ran."""
    output: str
    """All that was printed."""

    @property
    def lock(self) -> bytes:
        """dvc.lock at the end."""
        return (self.after.folder / "dvc.lock").read_bytes()

    def before(self, stage: str, folder: Path) -> Clone:
        """Return the clone as it was before a stage; `folder`: a path where nothing is yet."""
        clone = self.after.copy(folder)
        ran = list(self.seconds)
        outputs = load_outputs()
        for name in ran[ran.index(stage) :]:
            for path in outputs[name]:
                (folder / path).unlink(missing_ok=True)
                clone.git("checkout", "--", path)  # what Git knows has an older version
        shutil.rmtree(folder / ".dvc" / "cache" / "runs")
        first, now = (
            split_lock(text)
            for text in (clone.git("show", "HEAD:dvc.lock"), self.lock.decode("utf-8"))
        )
        earlier = {name: now[name] for name in ran[: ran.index(stage)]}
        text = now[""] + "".join((first | earlier).get(name, "") for name in now if name)
        (folder / "dvc.lock").write_text(text, encoding="utf-8")
        return clone


def load_outputs() -> dict[str, list[str]]:
    """Return the files that each stage writes."""
    stages = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {
        name: [
            next(iter(out)) if isinstance(out, dict) else out
            for out in [*stage["outs"], *stage.get("metrics", [])]
        ]
        for name, stage in stages.items()
    }


def split_lock(text: str) -> dict[str, str]:
    """Split dvc.lock into what precedes the stages, under "", and the lines of each stage."""
    head, *rest = re.split(r"^(?=  \w+:$)", text, flags=re.M)
    return {"": head} | {section.split(":")[0].strip(): section for section in rest}


def run_reference(folder: Path) -> Reference:
    """Run the small pipeline in `folder`, a path where nothing is yet."""
    clone, output, starts = Clone.small(folder), "", []
    start = time.perf_counter()
    with clone.start("dvc", "repro") as process:
        assert process.stdout
        for line in process.stdout:
            output += line
            if found := re.match(r"Running stage '(\w+)'", line):
                starts.append((found[1], time.perf_counter()))
    assert process.returncode == 0, output
    names, moments = zip(*starts, strict=True)
    startup = moments[0] - start
    ends = [*moments[1:], time.perf_counter()]
    durations = [startup + end - begin for begin, end in zip(moments, ends, strict=True)]
    return Reference(clone, dict(zip(names, durations, strict=True)), output)


class Kill(NamedTuple):
    """What became of a run that was killed."""

    way: str
    """What ran."""
    hit: str
    """The stage that ran, or had just run."""
    by_hand: str
    """What DVC needed before it ran again; it writes the two files of MENDING in place."""
    same: bool
    """Whether all ended as in the reference."""


def finish(clone: Clone) -> str:
    """Run `dvc repro` to its end; return the commands of MENDING that it needed first."""
    process = clone.start("dvc", "repro")
    output = process.communicate()[0]
    if process.returncode == 0:
        return ""
    needed = [command for sign, command in MENDING.items() if sign in output]
    assert needed, output
    for command in needed:
        clone.start(*command.split()).communicate()
    clone.dvc("repro")
    return "; ".join(needed)


def kill(
    reference: Reference, stage: str, moment: float, folder: Path, way: Sequence[str] = WAYS[0]
) -> Kill:
    """Kill one of WAYS so many seconds after its start before a stage, then let DVC run.

    `folder`: a path where nothing is yet, nor is afterwards.
    """
    clone = reference.before(stage, folder)
    if "queue" in way:
        clone.dvc("exp", "run", "--queue")
    started = re.findall(r"Running stage '(\w+)'", clone.kill(moment, *way))
    by_hand = finish(clone)
    same = (folder / "dvc.lock").read_bytes() == reference.lock
    same = same and clone.dvc("status") == UP_TO_DATE
    if "exp" in way:  # and what was killed can be run again
        clone.dvc(*way[1:])
    shutil.rmtree(folder)
    hit = started[-1] if started else f"DVC, before {stage}"
    return Kill(" ".join(way), hit, by_hand, same)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=20, help="how many (default 20)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)
    rows = ["| kill | of | after | hit | by hand | the same in the end |"]
    rows.append("| --: | :-- | --: | :-- | :-- | :-- |")
    all_same = True
    with tempfile.TemporaryDirectory() as name:
        reference = run_reference(Path(name, "reference"))
        turns = itertools.islice(itertools.cycle(load_stages()), arguments.kills)
        for number, stage in enumerate(tqdm(list(turns), unit="kill"), start=1):
            moment = moments.uniform(0, reference.seconds[stage])
            way = WAYS[number % len(WAYS)]
            killed = kill(reference, stage, moment, Path(name, "killed"), way)
            all_same &= killed.same
            cells = (str(number), killed.way, f"{moment:.2f} s", killed.hit, killed.by_hand)
            rows.append(f"| {' | '.join(cells)} | {'yes' if killed.same else 'NO'} |")
            tqdm.write(rows[-1])
    title = f"{arguments.kills} kills at random moments (seed {arguments.seed})"
    report("kills", title, "\n".join(rows), datetime.date.today())
    sys.exit(not all_same)


if __name__ == "__main__":
    main()
