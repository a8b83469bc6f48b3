"""Train with several seeds as DVC experiments, and write down mean and standard deviation.

params.yaml → benchmarks/seeds.json: `make seeds`, or `python -m benchmarks.seeds 1 2 3`
"""

import argparse
import json
import statistics
import subprocess
import time
from pathlib import Path

import dvc.api

from benchmarks.machine import describe_machine

RESULT = Path("benchmarks/seeds.json")


def run(seed: int) -> tuple[float, float]:
    """Run the pipeline up to `evaluate` with the seed, as the experiment seed-N, in a copy of the
    folder; return the test accuracy and the minutes that it took."""
    name, start = f"seed-{seed}", time.perf_counter()
    subprocess.run(["dvc", "exp", "remove", name], capture_output=True, check=False)
    # By force: what DVC has kept from an earlier run would take no time.
    command = ["dvc", "exp", "run", "--temp", "--force", "--name", name, "evaluate"]
    subprocess.run([*command, f"--set-param=train.seed={seed}"], check=True)
    minutes = (time.perf_counter() - start) / 60
    return dvc.api.metrics_show("metrics/test.json", rev=name)["accuracy"], minutes


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    seeds = parser.parse_args().seeds
    accuracies, minutes = zip(*(run(seed) for seed in seeds), strict=True)
    result = {
        "machine": describe_machine(),
        "seeds": seeds,
        "accuracy": accuracies,
        "mean": round(statistics.mean(accuracies), 6),
        "standard_deviation": round(statistics.stdev(accuracies), 6),
        "minutes": round(min(minutes), 1),  # what other programs add is not the pipeline's
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(
        f"test accuracy {result['mean']:.2%} ± {result['standard_deviation']:.2%} over "
        f"{len(seeds)} seeds; {result['minutes']} minutes a run on {result['machine']}"
    )


if __name__ == "__main__":
    main()
