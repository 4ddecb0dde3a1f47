"""Judges what crossed the wire by Google's own description of the People API, the discovery
document inside google-api-python-client.

``violations(sandbox.exchanges)`` lists in words what does not fit; empty is good. The sandbox has
to be opened with ``recording=True``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from connectors.sandbox.recording import Exchange

_INT32 = 2**31
_MASKS = {"personFields", "requestMask.includeField"}
_KEPT = ("type", "enum", "pattern")
#: https://google.aip.dev/193
_ERROR = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "status"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string", "minLength": 1},
                "status": {"type": "string", "pattern": "^[A-Z_]+$"},
                "details": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["@type"],
                        "properties": {
                            "@type": {"pattern": r"^type\.googleapis\.com/google\.\w+(\.\w+)+$"}
                        },
                    },
                },
            },
        }
    },
}


def violations(exchanges: Iterable[Exchange], refused_requests: bool = True) -> list[str]:
    """``refused_requests``: whether requests that were answered with an error are judged too,
    as they should be where nobody sends bad ones on purpose."""
    found = []
    for exchange in exchanges:
        if exchange.app != "google":
            continue
        place = f"{exchange.method} {exchange.path} -> {exchange.status}"
        method = _method(exchange)
        if refused_requests or exchange.status < 400:
            found += [f"{place}: {fault}" for fault in _request(exchange, method)]
        found += [f"{place}: {fault}" for fault in _answer(exchange, method)]
    return found


@cache
def document() -> dict[str, Any]:
    folder = resources.files("googleapiclient.discovery_cache.documents")
    found: dict[str, Any] = json.loads((folder / "people.v1.json").read_text())
    return found


# --- Requests -----------------------------------------------------------------------------


def _request(exchange: Exchange, method: Mapping[str, Any] | None) -> Iterator[str]:
    if method is None:
        yield "there is no such method"
        return
    if not _is_form(exchange):
        yield from _query(exchange.query, method)
    if "request" in method:
        if exchange.request is None:
            yield "the request has no body"
        else:
            yield from _faults(method["request"]["$ref"], exchange.request, "request")
            yield from _members(method["request"]["$ref"], exchange.request)
    elif exchange.request is not None:
        yield "the request has a body"


def _query(query: Mapping[str, list[str]], method: Mapping[str, Any]) -> Iterator[str]:
    parameters = {**document()["parameters"], **method["parameters"]}
    for name, values in query.items():
        parameter = parameters.get(name)
        if parameter is None or parameter["location"] != "query":
            yield f"there is no parameter {name}"
            continue
        if len(values) > 1 and not parameter.get("repeated"):
            yield f"{name} is given {len(values)} times"
        for value in values:
            if not _fits(parameter, value):
                yield f"{name} is {value!r}"
    required = {
        name
        for name, parameter in method["parameters"].items()
        if parameter["location"] == "query" and _is_required(parameter)
    }
    # Of the mask and the one that took its place, either.
    if not _MASKS.isdisjoint(query):
        required -= _MASKS
    for name in sorted(required - set(query)):
        yield f"{name} is missing"


def _is_required(part: Mapping[str, Any]) -> bool:
    """Some say both that they are required and what they default to."""
    words = part.get("description", "")
    return words.startswith("Required.") and "Defaults to" not in words


def _fits(parameter: Mapping[str, Any], value: str) -> bool:
    if "enum" in parameter and value not in parameter["enum"]:
        return False
    if parameter["type"] == "boolean":
        return value in ("true", "false")
    if parameter["type"] == "integer":
        return bool(re.fullmatch(r"-?\d+", value)) and -_INT32 <= int(value) < _INT32
    return parameter.get("format") != "google-fieldmask" or _is_mask(parameter, value)


def _is_mask(part: Mapping[str, Any], value: str) -> bool:
    """The paths that may be in it stand in its description only."""
    valid = re.findall(r"\* (\w+)", part["description"])
    return not valid or all(path in valid for path in value.split(","))


def _members(schema: str, body: Any) -> Iterator[str]:
    """What the schema of a body says in words only."""
    if schema == "Person" or not isinstance(body, dict):
        return
    for name, part in document()["schemas"][schema]["properties"].items():
        value = body.get(name)
        if value is None and _is_required(part):
            yield f"{name} is missing"
        if value and part.get("format") == "google-fieldmask" and not _is_mask(part, value):
            yield f"{name} is {value!r}"


# --- Answers ------------------------------------------------------------------------------


def _answer(exchange: Exchange, method: Mapping[str, Any] | None) -> Iterator[str]:
    if exchange.status == 0:
        return
    if exchange.status != 200:
        # Gateways and unknown paths answer with pages.
        if exchange.response is not None:
            yield from _told(Draft202012Validator(_ERROR), exchange.response, "answer")
            if exchange.response.get("error", {}).get("code") != exchange.status:
                yield "the code of the error is not that of the answer"
    elif exchange.response is None:
        yield "the answer is no JSON"
    elif method is not None:
        yield from _faults(method["response"]["$ref"], exchange.response, "answer")


# --- The document -------------------------------------------------------------------------


def _method(exchange: Exchange) -> Mapping[str, Any] | None:
    verb = "GET" if _is_form(exchange) else exchange.method
    for method in _methods(document()):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/:]+", re.escape("/" + method["flatPath"]))
        if method["httpMethod"] == verb and re.fullmatch(pattern, exchange.path):
            return method
    return None


def _is_form(exchange: Exchange) -> bool:
    """A GET whose query is too long for an address; its form is not recorded."""
    return exchange.headers.get("x-http-method-override") == "GET"


def _methods(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from part.get("methods", {}).values()
    for resource in part.get("resources", {}).values():
        yield from _methods(resource)


def _faults(schema: str, data: Any, what: str) -> Iterator[str]:
    yield from _told(_validator(schema), data, what)


def _told(validator: Draft202012Validator, data: Any, what: str) -> Iterator[str]:
    errors: Iterable[ValidationError] = validator.iter_errors(data)
    for error in errors:
        yield f"{what} at {error.json_path}: {error.message[:300]}"


@cache
def _validator(schema: str) -> Draft202012Validator:
    definitions = {name: _converted(found) for name, found in document()["schemas"].items()}
    return Draft202012Validator({"$ref": f"#/$defs/{schema}", "$defs": definitions})


def _converted(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Google's dialect as JSON Schema 2020-12; objects hold nothing that is not described."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    if schema.get("type") == "any":
        return {}
    found: dict[str, Any] = {name: schema[name] for name in _KEPT if name in schema}
    if schema.get("format") == "int32":
        found |= {"minimum": -_INT32, "maximum": _INT32 - 1}
    if schema.get("format") == "google-datetime":
        found["pattern"] = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$"
    if "items" in schema:
        found["items"] = _converted(schema["items"])
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        found["properties"] = {name: _converted(part) for name, part in properties.items()}
        more = schema.get("additionalProperties")
        found["additionalProperties"] = _converted(more) if more else False
    return found
