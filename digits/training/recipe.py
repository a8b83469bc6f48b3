"""The section `train` of params.yaml: what a training is varied by, its rate and its optimizer."""

from typing import Annotated, Literal

import keras
from keras.optimizers.schedules import LearningRateSchedule
from pydantic import Field

from digits.pipeline.params import Count, Multiple, Section, Seed, Share
from digits.training.optimizer import Cycles, Muon, build_cycle


class AugmentationParams(Section):
    """The section `train.augmentation` of params.yaml: the `augment.Ranges`."""

    rotation: Annotated[float, Field(ge=0, le=180)]
    shift: Annotated[float, Field(ge=0, le=14)]
    zoom: Share
    shear: Annotated[float, Field(ge=0, le=60)]


class PlateauParams(Section):
    """The section `train.plateau` of params.yaml."""

    factor: Annotated[float, Field(gt=0, lt=1)]
    patience: Count
    stop_after: Count


class TrainParams(Section):
    """The section `train` of params.yaml."""

    seed: Seed
    threads: Count
    start_from: str | None
    drawn_share: Multiple
    own_share: Share
    devices: Count
    epochs: Count
    first_cycle: Annotated[int, Field(strict=True, ge=0)]
    batch_size: Count
    learning_rate: Annotated[float, Field(gt=0, le=10)]
    weight_decay: Share
    ema: Share
    schedule: Literal["one_cycle", "plateau"]
    warmup: Share
    plateau: PlateauParams
    stem_filters: Count
    # Each block halves 12x12 once, so that a fourth would have nothing left to pool.
    blocks: Annotated[
        list[Annotated[list[Count], Field(min_length=1)]], Field(min_length=1, max_length=3)
    ]
    dropout: Share
    augmentation: AugmentationParams


def build_learning_rate(params: TrainParams, steps_per_epoch: int) -> LearningRateSchedule | float:
    """Build the rate of each step: with `one_cycle` a cycle for the first epochs, where they have
    one, and a cycle for the epochs after them; with `plateau` the rate to start from."""
    if params.schedule == "plateau":
        return params.learning_rate
    begin = min(params.first_cycle, params.epochs)
    lengths = [steps_per_epoch * epochs for epochs in (begin, params.epochs - begin) if epochs]
    first, *rest = (build_cycle(params.learning_rate, params.warmup, steps) for steps in lengths)
    return Cycles(first, lengths[0], *rest) if rest else first


def build_optimizer(params: TrainParams, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """Build Muon, with the recipe's rate and its exponential moving average of the weights."""
    reach = params.ema * params.epochs * steps_per_epoch
    return Muon(
        build_learning_rate(params, steps_per_epoch),
        weight_decay=params.weight_decay,
        use_ema=reach > 1,
        ema_momentum=1 - 1 / max(reach, 1),
    )
