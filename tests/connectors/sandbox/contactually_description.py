"""Judges what crossed the wire by ``contactually.openapi.yaml``.

``Sandbox(apps=["contactually"], recording=True)`` keeps all exchanges; a test of a connector ends
with ``assert violations_of(sandbox.exchanges) == []``. Where a fault has put a web page in place
of an answer, ``request_violations`` judges the request alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from connectors.sandbox.recording import Exchange

_FILE = Path(__file__).with_name("contactually.openapi.yaml")
_MOUNT = "/v2"


def violations_of(exchanges: Iterable[Exchange]) -> list[str]:
    """Of all that went to this app, each once."""
    own = (exchange for exchange in exchanges if exchange.app == "contactually")
    return list(dict.fromkeys(text for exchange in own for text in violations(exchange)))


def violations(call: Exchange) -> list[str]:
    """What is wrong with a request and its answer; a line each, which names the call."""
    if _operation(call) is None:
        return [f"{call.method} {call.template}: no such operation"]
    return request_violations(call) + answer_violations(call)


def request_violations(call: Exchange) -> list[str]:
    """Of the request alone, whose operation is described."""
    operation = _operation(call) or {}
    parameters = [_found(parameter) for parameter in operation["parameters"]]
    found = [
        *_path_faults(call, parameters),
        *_query_faults(call.query, parameters),
        *_request_faults(call, operation.get("requestBody")),
    ]
    return [f"{call.method} {call.template}: {text}" for text in found]


def answer_violations(call: Exchange) -> list[str]:
    """Of the answer alone, to an operation that is described."""
    operation = _operation(call) or {}
    found = _answer_faults(call, operation["responses"])
    return [f"{call.method} {call.template}: {text}" for text in found]


def operations() -> set[tuple[str, str]]:
    """Method and template of all that are described."""
    return {
        (method.upper(), f"{_MOUNT}{path}")
        for path, item in _description()["paths"].items()
        for method in item
        if method != "parameters"
    }


def _operation(call: Exchange) -> dict[str, Any] | None:
    """With the parameters of its path."""
    path = _description()["paths"].get(call.template.removeprefix(_MOUNT), {})
    operation = path.get(call.method.lower())
    if operation is None:
        return None
    parameters = (*path.get("parameters", ()), *operation.get("parameters", ()))
    return {**operation, "parameters": parameters}


def _path_faults(call: Exchange, parameters: Sequence[Any]) -> Iterator[str]:
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(call.template))
    match = re.fullmatch(pattern, call.path)
    parts = match.groupdict() if match else {}
    for parameter in parameters:
        if parameter["in"] == "path":
            yield from _faults(parameter["schema"], parts.get(parameter["name"]), parameter["name"])


def _query_faults(query: Mapping[str, list[str]], parameters: Sequence[Any]) -> Iterator[str]:
    known = {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}
    for name, values in query.items():
        if name not in known:
            yield f"no such parameter: {name}"
        elif name.endswith("[]"):
            yield from _faults(known[name], values, name)
        elif len(values) > 1:
            yield f"{name} is named {len(values)} times"
        elif any(_faults(known[name], values[0], name)):
            yield from _faults(known[name], _typed(values[0]), name)


def _request_faults(call: Exchange, described: Any) -> Iterator[str]:
    if described is None:
        if call.request is not None:
            yield "a body where there is none"
        return
    if call.headers.get("content-type", "").partition(";")[0] != "application/json":
        yield "the Content-Type of the request is not application/json"
    schema = _found(described)["content"]["application/json"]["schema"]
    yield from _faults(schema, call.request, "request")


def _answer_faults(call: Exchange, responses: Mapping[str, Any]) -> Iterator[str]:
    status = str(call.status)
    if call.status == 0:
        return
    components = _description()["components"]
    if status in components["x-responses-of-all"]:
        described = components["responses"]["Errors"]
    elif status in responses:
        described = _found(responses[status])
    else:
        yield f"no answer has the status {status}"
        return
    # An error may be a web page.
    if call.response is not None or call.status < 400:
        yield from _faults(
            described["content"]["application/json"]["schema"], call.response, status
        )


def _faults(schema: Any, value: object, where: str) -> Iterator[str]:
    validator = Draft202012Validator({**schema, "components": _description()["components"]})
    for error in validator.iter_errors(value):
        yield f"{where}{error.json_path.removeprefix('$')}: {error.message}"


def _typed(text: str) -> object:
    """What a query spells, where it is no text."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"\d{1,18}", text) else text


def _found(item: Any) -> Any:
    """Itself, or what it refers to."""
    if "$ref" not in item:
        return item
    found = _description()
    for part in item["$ref"].split("/")[1:]:
        found = found[part]
    return found


@cache
def _description() -> Any:
    return yaml.safe_load(_FILE.read_text())
