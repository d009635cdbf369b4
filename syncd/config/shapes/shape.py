"""What all shapes have in common: known keys, each of which says what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from syncd.config.nodes import Text


def field(description: str, example: str, **more: Any) -> Any:
    """What a key means, how it may look in YAML, and, by `default`, what holds without it."""
    return Field(description=description, examples=[example], **more)


class Shape(BaseModel):
    """A mapping with known keys. A key with nothing after it counts as left out."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
        hide_input_in_errors=True,
        validate_default=True,
        defer_build=True,  # two are ever asked by themselves, and each is heavy to build
    )

    null_is_a_value: ClassVar[frozenset[str]] = frozenset()
    """Keys where `null` says something else than a key that is left out."""

    @model_validator(mode="before")
    @classmethod
    def _said(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        left_out = {k for k in keys(cls) if is_nothing(value.get(k))} - {
            k for k in cls.null_is_a_value if value.get(k)
        }
        return {k: v for k, v in value.items() if k not in left_out}


def keys(shape: type[Shape]) -> tuple[str, ...]:
    """The keys of `shape`, as they stand in YAML."""
    return tuple(field.alias or name for name, field in shape.model_fields.items())


def is_nothing(piece: object) -> bool:
    """Whether `piece` says that there is no value."""
    return isinstance(piece, Text) and piece.nothing
