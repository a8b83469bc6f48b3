"""Train with several seeds as DVC experiments, and write down mean and standard deviation.

params.yaml → benchmarks/seeds.json: `make seeds` begins anew, with ten seeds;
`python -m benchmarks.seeds 4 5 6` adds to what others gave, by the same recipe. Beside the test
digits' accuracy it measures what is accepted and rejected, and how digits in hands that MNIST never
met are read: those of `benchmarks.hands`, scikit-learn's also enlarged with a margin.
"""

import argparse
import json
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dvc.api
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.hands import load_hands
from benchmarks.machine import describe_machine
from digits.reading.classifier import Classifier
from digits.reading.digit_reader import read_digits

RESULT = Path("benchmarks/seeds.json")
MODEL = "models/digits.tflite"
# Pictures are read so many at once.
CHUNK = 64
Images = Sequence[NDArray[np.uint8]]


def run(seed: int) -> dict[str, float]:
    """Run the pipeline up to its measures of single digits with the seed, as the experiment seed-N,
    in a copy of the folder; return what was measured. Ends the program where that fails."""
    name = f"seed-{seed}"
    subprocess.run(["dvc", "exp", "remove", name], capture_output=True, check=False)
    command = ["dvc", "exp", "run", "--temp", "--name", name]
    changes = {"train.seed": seed, "train_ood_head.seed": seed}
    command += [f"--set-param={key}={value}" for key, value in changes.items()]
    if subprocess.run([*command, "evaluate", "evaluate_ood"], check=False).returncode:
        raise SystemExit(f"seed {seed} gave nothing, for what DVC says above; {RESULT} is kept")
    test = dvc.api.metrics_show("metrics/test.json", rev=name)
    ood = dvc.api.metrics_show("metrics/ood.json", rev=name)
    model = Classifier(dvc.api.read(MODEL, rev=name, mode="rb"))
    return {"accuracy": test["accuracy"], "far": ood["far"], "frr": ood["frr"], **hands(model)}


def hands(model: Classifier) -> dict[str, float]:
    """Return the shares of other hands' digits that are read rightly and wrongly."""
    sets = load_hands()
    small = sets["scikit_learn"]
    sets["scikit_learn_with_margin"] = small._replace(images=[_enlarged(i) for i in small.images])
    found: dict[str, float] = {}
    for name, (images, labels) in sets.items():
        found |= _rates(model, name, images, labels)
    return found


def _enlarged(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = Image.fromarray(np.pad(image, 2)).resize((96, 96), Image.Resampling.BICUBIC)
    return np.asarray(picture)


def _rates(
    model: Classifier, name: str, images: Images, labels: NDArray[np.integer]
) -> dict[str, float]:
    chunks = [images[start : start + CHUNK] for start in range(0, len(images), CHUNK)]
    answers = [reading.prediction for chunk in chunks for reading in read_digits(model, chunk)]
    right = [answer == label for answer, label in zip(answers, labels, strict=True)]
    answered = [answer is not None for answer in answers]
    wrong = float(np.mean(answered) - np.mean(right))
    return {f"{name}_right": round(float(np.mean(right)), 4), f"{name}_wrong": round(wrong, 4)}


def write(records: Sequence[dict[str, Any]]) -> None:
    """Write down what each seed gave, and what all of them come to."""
    names = dict.fromkeys(name for record in records for name in record)
    result: dict[str, Any] = {
        **{name: summarise(name, records) for name in names if name not in ("seed", "machine")},
        "seeds": sorted(records, key=lambda record: record["seed"]),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def summarise(name: str, records: Sequence[dict[str, Any]]) -> dict[str, float | int | None]:
    """Return mean and standard deviation of a measure over the seeds that have it."""
    values = [record[name] for record in records if name in record]
    return {
        "mean": round(statistics.mean(values), 6),
        "standard_deviation": round(statistics.stdev(values), 6) if values[1:] else None,
        "count": len(values),
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="*", help="added to those in seeds.json")
    seeds = parser.parse_args().seeds
    records: list[dict[str, Any]] = []
    if seeds and RESULT.exists():
        records = json.loads(RESULT.read_text(encoding="utf-8"))["seeds"]
    for seed in seeds or range(1, 11):
        record: dict[str, Any] = {"seed": seed, **run(seed), "machine": describe_machine()}
        records = [other for other in records if other["seed"] != seed] + [record]
        write(records)
    print(RESULT.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
