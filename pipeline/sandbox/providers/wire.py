"""Values on the wire: protobuf's Struct and plain Python, and Pulumi's sign for what is not known yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
TAG = "4dabf18193072939515e22adb298388d"  # marks an object that stands for a secret, an asset, an output
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the marker, no secret

Values = dict[str, Any]


def read(struct: struct_pb2.Struct) -> Values:
    """A Struct as a dict; whole numbers as integers, secrets opened."""
    return {key: _value(value) for key, value in struct.fields.items()}


def _value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        inner = read(value.struct_value)
        return inner["value"] if inner.get(TAG) == SECRET else inner
    if kind == "list_value":
        return [_value(item) for item in value.list_value.values]
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    return getattr(value, kind) if kind in {"string_value", "bool_value"} else None


def write(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct
