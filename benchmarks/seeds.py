"""Train with several seeds as DVC experiments, and write down mean and standard deviation.

params.yaml → benchmarks/seeds.json: `make seeds` begins anew, with ten seeds;
`python -m benchmarks.seeds 4 5 6` adds to what others gave, by the same recipe.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path

import dvc.api

from benchmarks.machine import describe_machine

RESULT = Path("benchmarks/seeds.json")
# Rejection has no part in the accuracy.
SMALL_OOD_HEAD = {"train_ood_head.variations": 1, "train_ood_head.epochs": 1}


def run(seed: int) -> float:
    """Run the pipeline up to `evaluate` with the seed, as the experiment seed-N, in a copy of the
    folder; return the test accuracy."""
    name = f"seed-{seed}"
    subprocess.run(["dvc", "exp", "remove", name], capture_output=True, check=False)
    command = ["dvc", "exp", "run", "--temp", "--name", name]
    changes = {"train.seed": seed, **SMALL_OOD_HEAD}
    command += [f"--set-param={key}={value}" for key, value in changes.items()]
    subprocess.run([*command, "evaluate"], check=True)
    return float(dvc.api.metrics_show("metrics/test.json", rev=name)["accuracy"])


def note(seed: int, accuracy: float) -> None:
    """Write down what a seed gave beside what the others did, and what all of them come to."""
    content = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {"seeds": []}
    record = {"seed": seed, "accuracy": accuracy, "machine": describe_machine()}
    records = [other for other in content["seeds"] if other["seed"] != seed] + [record]
    accuracies = [other["accuracy"] for other in records]
    result = {
        "mean": round(statistics.mean(accuracies), 6),
        "standard_deviation": round(statistics.stdev(accuracies), 6) if records[1:] else None,
        "seeds": sorted(records, key=lambda other: other["seed"]),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="*", help="added to those in seeds.json")
    seeds = parser.parse_args().seeds
    if not seeds:
        RESULT.unlink(missing_ok=True)
    for seed in seeds or range(1, 11):
        note(seed, run(seed))
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
