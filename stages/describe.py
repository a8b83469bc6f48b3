"""Write the model's card: what it is for, what it was made from, how well it does, where it fails.

models/digits.json, metrics/*.json, plots/robustness.csv → models/README.md:
`python -m stages.describe`
"""

import csv
import json
from pathlib import Path
from typing import Any

from digits.outsiders import LOOK_ALIKES
from digits.stage import replacing, run_stage

DESCRIPTION = Path("models/digits.json")
METRICS_DIR = Path("metrics")
TABLE = Path("plots/robustness.csv")
CARD = Path("models/README.md")
# Below this share of digits read right, a situation counts as out of reach.
ENOUGH = 0.97

TEXT = """\
# The model `digits.tflite`

*Written by the pipeline (`python -m stages.describe`); edits are lost.*

It reads one handwritten digit in a picture of {size} × {size} grey pixels, made as MNIST was
(`digits.image.to_mnist`), and says how much of a digit it is.

## Meant for

Single digits 0 to 9 by any hand, on paper, canvas or board, through scanner or camera. Not for
numbers of several digits, printed text, or decisions about people: nobody checked that all hands
are read equally well.

## Made from

{dataset}: {train:,} training and {val:,} validation digits; {parameters:,} parameters, seed {seed},
{epochs} epochs. Validation digits gave the temperature ({temperature}) and the threshold of the
score ({digit_threshold}). The data are American, of the 1990s: a 1 with a long upstroke or a 7 with
a bar is rare among them.

## Measured

| | |
|---|---|
| {test:,} test digits read right | {accuracy:.2%} ({accuracy_low:.2%} to {accuracy_high:.2%}) |
| Mean negative log-likelihood | {loss:.4f} ({uncalibrated_loss:.4f} before calibration) |
| Expected calibration error | {error:.2%} ({uncalibrated_error:.2%} before calibration) |
| Test digits taken for something else | {false_rejection:.2%} |
| Other things told from digits (AUROC) | {auroc:.4f} |
| Other things taken for digits | {false_acceptance:.1%} |
| The same, were 1 % of test digits taken for something else | {false_acceptance_at_1_percent:.1%} |

Of other things, these shares are taken for digits:

{kinds}

Look-alikes are the letters {look_alikes}, which are some digit in another hand.

## Out of reach

Of digits drawn in {situations} situations, these are read right in less than {enough:.0%}; the
threshold takes some for no digit besides.

{failures}
"""


def read_json(name: str) -> dict[str, Any]:
    """Read a file of metrics."""
    content: dict[str, Any] = json.loads((METRICS_DIR / name).read_text(encoding="utf-8"))
    return content


def list_kinds(rejection: dict[str, Any]) -> str:
    """Write a row for each kind of thing that is no digit."""
    rows = ["| | taken for a digit | AUROC |", "|---|--:|--:|"]
    rows += [
        f"| {kind} | {figures['false_acceptance']:.1%} | {figures['auroc']:.3f} |"
        for kind, figures in rejection.items()
        if isinstance(figures, dict) and kind != "all but look-alikes"
    ]
    return "\n".join(rows)


def list_failures(rows: list[dict[str, str]]) -> str:
    """Write a row for each situation in which too few digits are read right, the worst first."""
    failures = sorted(
        (row for row in rows if float(row["accuracy"]) < ENOUGH),
        key=lambda row: float(row["accuracy"]),
    )
    lines = ["| | severity | read right | rejected |", "|---|---|--:|--:|"]
    lines += [
        f"| {row['situation']} | {row['severity']} | {float(row['accuracy']):.1%} "
        f"| {float(row['rejected']):.1%} |"
        for row in failures
    ]
    return "\n".join(lines) if failures else "None."


def main() -> None:
    """Run the stage."""
    description = json.loads(DESCRIPTION.read_text(encoding="utf-8"))
    rejection = read_json("rejection.json")
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    facts = read_json("test.json") | description | description["splits"] | rejection
    facts |= rejection["all but look-alikes"]
    for prefix in ("", "uncalibrated_"):
        facts[f"{prefix}error"] = facts[f"{prefix}expected_calibration_error"]
    facts |= {name: description["train"][name] for name in ("seed", "epochs")}
    text = TEXT.format(
        **facts,
        size=28,
        kinds=list_kinds(rejection),
        look_alikes=" ".join(LOOK_ALIKES),
        situations=len(rows),
        enough=ENOUGH,
        failures=list_failures(rows),
    )
    with replacing(CARD) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    run_stage(main)
