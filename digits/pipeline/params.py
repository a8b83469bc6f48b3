"""One section of params.yaml as a typed, validated model."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from digits.errors import DigitsError

PARAMS_FILE = Path("params.yaml")

Seed = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
Count = Annotated[int, Field(strict=True, ge=1)]
# Of a whole; and so many times as much as there is.
Share = Annotated[float, Field(ge=0, lt=1)]
Multiple = Annotated[float, Field(ge=0, le=10)]


class Section(BaseModel):
    """A section of params.yaml: a subclass states each key, its type and the values it may have."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


AnySection = TypeVar("AnySection", bound=Section)


class ParamsError(DigitsError):
    """A value in params.yaml that its stage can't use."""


def load_params(name: str, section: type[AnySection], path: Path = PARAMS_FILE) -> AnySection:
    """Read the section `name` of the YAML file `path` and check it.

    Raises ParamsError with one line a wrong key: the key, its value and what is allowed.
    """
    try:
        sections = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ParamsError(f"{path} can't be read: {' '.join(str(error).split())}") from error
    if not isinstance(sections, dict) or name not in sections:
        raise ParamsError(f"{path} has no section {name!r}")
    try:
        return section.model_validate(sections[name])
    except ValidationError as error:
        lines = [_explain(name, section, fault) for fault in error.errors()]
        raise ParamsError("\n".join(f"{path}: {line}" for line in lines)) from error


def _explain(name: str, section: type[Section], fault: Any) -> str:
    key = ".".join(str(part) for part in (name, *fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return f"{key} is not a key; {name} has {', '.join(section.model_fields)}"
    if fault["type"] == "missing":
        return f"{key} is missing"
    return f"{key} is {fault['input']!r}; {fault['msg'][0].lower()}{fault['msg'][1:]}"
