"""The section `train` of params.yaml: what a training is varied by."""

from typing import Annotated, Literal

from pydantic import Field

from digits.pipeline.params import Section

Count = Annotated[int, Field(strict=True, ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]


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

    seed: Annotated[int, Field(strict=True, ge=0, lt=2**31)]
    threads: Count
    start_from: str | None
    drawn_share: Annotated[float, Field(ge=0, le=10)]
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
