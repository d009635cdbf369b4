"""What requests may look like: the discovery documents that google-api-python-client ships.

An unknown method, parameter or field, or one of the wrong type, is a `Violation`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from googleapiclient.discovery_cache import get_static_doc

from tests.emulator.errors import Violation

Json = dict[str, Any]
Query = Mapping[str, list[str]]
_SERVER_SIDE = {"kind", "etag", "htmlLink", "created", "updated", "selfLink", "webViewLink"}
"""What Google writes by itself: nobody sends it."""


@dataclass(frozen=True)
class Method:
    """One method of an API, such as calendar.events.insert."""

    id: str
    verb: str
    path: re.Pattern[str]
    parameters: Json
    request: str | None
    response: str | None
    scopes: frozenset[str]
    schemas: Json


@lru_cache
def methods() -> tuple[Method, ...]:
    """All that Calendar and Tasks offer."""
    return tuple(
        each
        for name, version in (("calendar", "v3"), ("tasks", "v1"))
        for each in _methods(json.loads(get_static_doc(name, version)))
    )


def _methods(doc: Json) -> Iterator[Method]:
    common = doc["parameters"]
    for resource in doc["resources"].values():
        for each in resource["methods"].values():
            path = re.sub(
                r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(doc["servicePath"] + each["path"])
            )
            yield Method(
                id=each["id"],
                verb=each["httpMethod"],
                path=re.compile(path),
                parameters={**common, **each.get("parameters", {})},
                request=each.get("request", {}).get("$ref"),
                response=each.get("response", {}).get("$ref"),
                scopes=frozenset(each["scopes"]),
                schemas=doc["schemas"],
            )


def route(verb: str, path: str) -> tuple[Method, dict[str, str]]:
    """The method that a request means, and what stands in its path. Raises Violation."""
    for method in methods():
        match = method.path.fullmatch(path.lstrip("/"))
        if match and method.verb == verb:
            return method, {name: unquote(value) for name, value in match.groupdict().items()}
    raise Violation(f"there is no {verb} {path}")


def check_query(method: Method, query: Query) -> Json:
    """The parameters of a request, of their types. Raises Violation."""
    found: Json = {}
    for name, values in query.items():
        shape = method.parameters.get(name)
        if shape is None or shape.get("location") == "path":
            raise Violation(f"{method.id} has no parameter {name}", "invalidParameter")
        if len(values) > 1 and not shape.get("repeated"):
            raise Violation(f"{name} is there {len(values)} times", "invalidParameter")
        read = [_parameter(name, shape, value) for value in values]
        found[name] = read if shape.get("repeated") else read[0]
    for name, shape in method.parameters.items():
        if shape.get("required") and shape["location"] == "query" and name not in found:
            raise Violation(f"{method.id} needs {name}", "required")
    return found


def _parameter(name: str, shape: Json, value: str) -> Any:
    wrong = Violation(f"{name}={value!r}", "invalidParameter")
    try:
        match shape["type"]:
            case "integer":
                number = int(value)
                if (
                    not int(shape.get("minimum", number))
                    <= number
                    <= int(shape.get("maximum", number))
                ):
                    raise wrong
                return number
            case "boolean":
                return {"true": True, "false": False}[value.lower()]
        if "enum" in shape and value not in shape["enum"]:
            raise wrong
        moment = shape.get("format") == "date-time"
        if moment and datetime.fromisoformat(value).tzinfo is None:
            raise wrong
        return value
    except (ValueError, KeyError) as error:
        raise wrong from error


def check_body(method: Method, body: Any) -> Json:
    """What a request brings. Raises Violation."""
    if method.request is None:
        if body not in (None, {}):
            raise Violation(f"{method.id} takes no body")
        return {}
    if not isinstance(body, dict):
        raise Violation(f"{method.id} needs a body")
    _check(method.request, {"$ref": method.request}, body, method.schemas)
    return body


def _check(name: str, shape: Json, value: Any, schemas: Json) -> None:
    if value is None:  # clears a field
        return
    if "$ref" in shape:
        shape = schemas[shape["$ref"]]
    if shape.get("readOnly"):
        raise Violation(f"{name} cannot be written")
    kind = shape.get("type", "any")
    fits = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "object": dict,
        "array": list,
        "any": object,
    }[kind]
    if not isinstance(value, fits) or (kind == "integer" and isinstance(value, bool)):
        raise Violation(f"{name} is {type(value).__name__}, not {kind}")
    if kind == "object":
        known, more = shape.get("properties", {}), shape.get("additionalProperties")
        for key, each in value.items():
            if key not in known and more is None:
                raise Violation(f"{name} has no field {key}")
            if key in _SERVER_SIDE:
                raise Violation(f"{name}.{key} is the server's to write")
            _check(f"{name}.{key}", known.get(key, more), each, schemas)
    elif kind == "array":
        for each in value:
            _check(f"{name}[]", shape["items"], each, schemas)
    elif kind == "string":
        _check_text(name, shape, value)


def _check_text(name: str, shape: Json, value: str) -> None:
    try:
        if shape.get("format") == "date":
            date.fromisoformat(value)
        elif shape.get("format") == "date-time":
            datetime.fromisoformat(value)
    except ValueError as error:
        raise Violation(f"{name}={value!r} is no {shape['format']}") from error
    if "enum" in shape and value not in shape["enum"]:
        raise Violation(f"{name}={value!r} is none of {shape['enum']}")


# -- partial responses


def partial(method: Method, fields: str, answer: Any) -> Any:
    """What `fields` leaves of an answer. Raises Violation where it names what there is not."""
    tree = _Fields(fields).read()
    assert method.response is not None
    return _picked(tree, {"$ref": method.response}, answer, method.schemas)


class _Fields:
    """`a,b(c,d/e)` as a tree."""

    def __init__(self, text: str) -> None:
        self.pieces = re.findall(r"[\w*]+|[(),/]", text)

    def read(self) -> Json:
        tree: Json = {}
        while self.pieces:
            name = self.pieces.pop(0)
            below = tree.setdefault(name, {})
            while self.pieces and self.pieces[0] == "/":
                self.pieces.pop(0)
                below = below.setdefault(self.pieces.pop(0), {})
            if self.pieces and self.pieces[0] == "(":
                self.pieces.pop(0)
                below.update(self.read())
            if not self.pieces:
                break
            if self.pieces.pop(0) == ")":
                break
        return tree


def _picked(tree: Json, shape: Json, value: Any, schemas: Json) -> Any:
    if not tree or "*" in tree:
        return value
    if "$ref" in shape:
        shape = schemas[shape["$ref"]]
    if shape.get("type") == "array":
        return [_picked(tree, shape["items"], each, schemas) for each in value]
    known, more = shape.get("properties", {}), shape.get("additionalProperties")
    found: Json = {}
    for name, below in tree.items():
        if name not in known and more is None:
            raise Violation(f"fields: there is no {name}", "invalidParameter")
        if isinstance(value, dict) and name in value:
            found[name] = _picked(below, known.get(name, more), value[name], schemas)
    return found
