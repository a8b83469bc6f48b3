"""Write the model's card: what it is for, what it was made from, how well it does, where it fails.

models/digits.tflite, metrics/{ood,test}.json, plots/{calibration,corruptions,numbers,ood}.csv →
models/README.md: `python -m stages.describe`
"""

import json
from pathlib import Path
from typing import Any

from digits.evaluation.ood_samples import ALL, LOOK_ALIKES
from digits.pipeline.stage import read_csv, replacing, run_stage
from digits.reading.artefact import unpack

MODEL = Path("models/digits.tflite")
METRICS_DIR = Path("metrics")
PLOTS_DIR = Path("plots")
CARD = Path("models/README.md")
# Below this accuracy, a corruption counts as out of reach.
ENOUGH = 0.97

TEXT = """\
# The model `digits.tflite`

*Written by the pipeline (`python -m stages.describe`); edits are lost.*

It holds three networks, which compute in 8 bits. One classifies a handwritten digit in a picture of
{size} × {size} grey pixels, made as MNIST was (`digits.reading.image.to_mnist`), and gives an
out-of-distribution (OOD) score: how far the picture is from any digit. One finds digits on a page
of any content (`digits.reading.finder`), one reads a number as a whole
(`digits.reading.recogniser`), so that digits that touch are told apart.

## Intended use

Digits and numbers by any hand, on paper, canvas or board, through scanner or camera. Not for
printed text, or decisions about people: nobody checked that all hands are read equally well.

## Training data

{dataset}: {train:,} training and {val:,} validation digits; {parameters:,} parameters, seed {seed},
{epochs} epochs. Validation digits gave the temperature ({temperature}) and the threshold of the OOD
score ({ood_threshold}). The data are American, of the 1990s: a 1 with a long upstroke or a 7 with a
bar is rare among them. So {drawn:,} digits more are drawn by the pipeline to learn from: stroke by
stroke in such ways of writing, and training digits written again with other pens.

## Evaluation

| | |
|---|---|
| Accuracy on {test:,} test digits | {accuracy:.2%} (95 % interval {low:.2%} to {high:.2%}) |
| Loss (mean negative log-likelihood) | {loss:.4f} ({uncalibrated_loss:.4f} before calibration) |
| Expected calibration error | {ece:.2%} ({uncalibrated_ece:.2%} before calibration) |
| False rejection rate, test digits | {frr:.2%} |
| False acceptance rate, OOD samples | {far:.1%} |
| False acceptance rate at 1 % false rejection | {far_at_frr_1_percent:.1%} |
| AUROC of the OOD score | {auroc:.4f} |

By kind of OOD sample:

{kinds}

Look-alikes are the letters {look_alikes}, which are some digit in another hand; the figures above
leave them out.

Numbers of two to eight test digits, single digits, and pages without any, all composed
(`digits/evaluation/*_pages.py`):

{numbers}

## Limitations

Of {corruptions} corruptions and severities, these leave an accuracy below {enough:.0%}; the false
rejection rate comes on top.

{failures}
"""


def read_json(name: str) -> dict[str, Any]:
    """Read a file of metrics."""
    content: dict[str, Any] = json.loads((METRICS_DIR / name).read_text(encoding="utf-8"))
    return content


def list_kinds(rows: list[dict[str, str]]) -> str:
    """Write a row for each kind of OOD sample."""
    lines = ["| | false acceptance rate | AUROC |", "|---|--:|--:|"]
    lines += [
        f"| {row['kind']} | {float(row['far']):.1%} | {float(row['auroc']):.3f} |"
        for row in rows
        if row["kind"] != ALL
    ]
    return "\n".join(lines)


def list_numbers(rows: list[dict[str, str]]) -> str:
    """Write a row for each kind of page."""
    lines = ["| | every digit right | pages on which something false is read |", "|---|--:|--:|"]
    for row in rows:
        accuracy = f"{float(row['accuracy']):.0%}" if row["accuracy"] else "–"
        lines.append(f"| {row['kind']} | {accuracy} | {float(row['false']):.0%} |")
    return "\n".join(lines)


def list_failures(rows: list[dict[str, str]]) -> str:
    """Write a row for each corruption with too low an accuracy, the worst first."""
    failures = sorted(
        (row for row in rows if float(row["accuracy"]) < ENOUGH),
        key=lambda row: float(row["accuracy"]),
    )
    lines = ["| corruption | severity | accuracy | false rejection rate |", "|---|---|--:|--:|"]
    lines += [
        f"| {row['corruption']} | {row['severity']} | {float(row['accuracy']):.1%} "
        f"| {float(row['frr']):.1%} |"
        for row in failures
    ]
    return "\n".join(lines) if failures else "None."


def main() -> None:
    """Run the stage."""
    description = unpack(MODEL.read_bytes()).description
    calibration, kinds, corruptions, numbers = (
        read_csv(PLOTS_DIR / f"{name}.csv")
        for name in ("calibration", "ood", "corruptions", "numbers")
    )
    facts = read_json("test.json") | description | description["splits"] | read_json("ood.json")
    text = TEXT.format(
        **facts,
        **{name: description["train"][name] for name in ("seed", "epochs")},
        **{f"uncalibrated_{name}": float(calibration[0][name]) for name in ("loss", "ece")},
        **{name: float(kinds[0][name]) for name in ("far_at_frr_1_percent", "auroc")},
        size=28,
        drawn=round(description["train"]["drawn_share"] * description["splits"]["train"]),
        kinds=list_kinds(kinds),
        numbers=list_numbers(numbers),
        look_alikes=" ".join(LOOK_ALIKES),
        corruptions=len(corruptions),
        enough=ENOUGH,
        failures=list_failures(corruptions),
    )
    with replacing(CARD) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    run_stage(main)
