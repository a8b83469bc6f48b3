"""Train the usual networks and ours, whole and for one epoch, side by side: `make bench-train`.

data/processed → benchmarks/bench-train.md. Each trains in a process of its own, one after the
other, on the same training and validation digits, with the same number of threads.
"""

import argparse
import datetime
import multiprocessing
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import tensorflow as tf

from benchmarks.bench import aligned
from benchmarks.machine import report
from benchmarks.networks import RIVALS
from benchmarks.training import GOAL, ONE_EPOCH, OURS, Result, our_params, run
from digits.data.splits import SPLITS, Split, load_split, split_path
from digits.training.fitting import set_threads

NOTE = """\
Seconds count from the call of `fit`; importing and reading data are left out. Validation digits are
read at the end of each epoch, and the seconds to {goal:.0%} of them end there; test digits are read
once, after the last epoch. Seed {seed}, {threads} threads. The matrix product is `tf.matmul` in the
type that the network computes in; a training step counts as three forward passes."""


def run_alone(name: str, digits: int | None, changes: dict[str, int]) -> Result:
    """Train on the first so many digits of each split; the process must be a new one."""
    set_threads(our_params(OURS, {}).threads)
    if name in (OURS, ONE_EPOCH):
        tf.config.experimental.enable_op_determinism()  # as the stage has it
    splits = {part: Split(*(array[:digits] for array in load_split(part))) for part in SPLITS}
    with tempfile.TemporaryDirectory() as folder:
        return run(name, splits, Path(folder), **changes)


def to_row(name: str, result: Result) -> str:
    """Write a row of the table."""
    to_goal = "never" if result.seconds_to_goal is None else f"{result.seconds_to_goal:.1f} s"
    cells = [
        name,
        to_goal,
        f"{result.seconds:.1f} s",
        f"{result.test_accuracy:.2%}",
        f"{result.parameters:,}",
        f"{result.multiply_adds / 1e6:.2f} M",
        f"{result.throughput:,.0f}",
        f"{result.product_speed / 1e9:.0f} GFLOP/s",
        f"{result.utilisation:.0%}",
    ]
    return f"| {' | '.join(cells)} |"


def to_table(results: dict[str, Result]) -> str:
    """Write the table, a row a network."""
    heads = ["network", f"to {GOAL:.0%}", "to the end", "test accuracy", "parameters"]
    heads += ["multiply–adds a digit", "digits a second", "matrix product", "share of it"]
    rows = [f"| {' | '.join(heads)} |", "| :-- |" + " --: |" * (len(heads) - 1)]
    return "\n".join(aligned(rows + [to_row(*item) for item in results.items()]))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--digits", type=int, help="of each split (default all)")
    parser.add_argument("--epochs", type=int, help="of each network (default its own)")
    arguments = parser.parse_args()
    if missing := [str(split_path(name)) for name in SPLITS if not split_path(name).exists()]:
        sys.exit(f"{', '.join(missing)}: not there; `make run` makes what a benchmark needs")
    changes = {"epochs": arguments.epochs} if arguments.epochs else {}
    results = {}
    new = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=new, max_tasks_per_child=1) as pool:
        for name in (*RIVALS, OURS, ONE_EPOCH):
            print(f"{name}:", flush=True)
            results[name] = pool.submit(run_alone, name, arguments.digits, changes).result()
    params = our_params(OURS, {})
    note = NOTE.format(goal=GOAL, seed=params.seed, threads=params.threads)
    table = f"{to_table(results)}\n\n{note}"
    report("bench-train", "Training, side by side", table, datetime.date.today())


if __name__ == "__main__":
    main()
