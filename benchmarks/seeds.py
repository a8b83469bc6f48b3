"""Train with several seeds as DVC experiments, and write down mean and standard deviation.

params.yaml → benchmarks/seeds.json: `make seeds`, or `python -m benchmarks.seeds 1 2 3`
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


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="*", default=list(range(1, 11)))
    seeds = parser.parse_args().seeds
    accuracies = [run(seed) for seed in seeds]
    result = {
        "machine": describe_machine(),
        "seeds": seeds,
        "accuracy": accuracies,
        "mean": round(statistics.mean(accuracies), 6),
        "standard_deviation": round(statistics.stdev(accuracies), 6),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(
        f"test accuracy {result['mean']:.2%} ± {result['standard_deviation']:.2%} over "
        f"{len(seeds)} seeds on {result['machine']}"
    )


if __name__ == "__main__":
    main()
