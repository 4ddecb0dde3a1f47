"""A judge of what goes to Mailchimp and comes from it: the schema beside this file.

``violations`` takes what a sandbox recorded (``Sandbox(recording=True).exchanges``) of the
stand-in or of a connector that spoke to it; those of other apps are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from connectors.sandbox.recording import Exchange

_SCHEMA = Path(__file__).with_name("mailchimp.schema.yaml")
#: Answers that were asked for in part may lack anything.
_Partial = extend(Draft202012Validator, {"required": lambda *given: ()})


def violations(exchanges: Iterable[Exchange]) -> list[str]:
    """What is wrong with requests and answers, a line each, with the call in front."""
    return [line for each in exchanges for line in (*of_request(each), *of_answer(each))]


def of_request(exchange: Exchange) -> list[str]:
    if exchange.app != "mailchimp":
        return []
    operation = _operation(exchange)
    if operation is None:
        return [f"{_call(exchange)}: no such operation"]
    query = {name: values[-1] for name, values in exchange.query.items()}
    found = [*_against(_closed(operation.get("query", {})), query, "query")]
    if "request" in operation:
        found += _against(_closed(operation["request"]), exchange.request, "request")
    elif exchange.request is not None:
        found.append("request: there should be no body")
    return [f"{_call(exchange)}: {line}" for line in found]


def of_answer(exchange: Exchange) -> list[str]:
    """A cut connection is no answer; an outage that speaks HTML is the gateway's."""
    is_outage = exchange.status in (502, 503, 504) and exchange.response is None
    if exchange.app != "mailchimp" or not exchange.status or is_outage:
        return []
    operation = _operation(exchange) or {}
    schema = operation.get("answers", {}).get(exchange.status)
    if schema is None and exchange.status >= 400:
        schema = {"$ref": "#/$defs/Problem"}
    if schema is None:
        return [f"{_call(exchange)}: no such answer ({exchange.status})"]
    is_partial = bool({"fields", "exclude_fields"} & exchange.query.keys())
    found = list(_against(schema, exchange.response, "answer", is_partial))
    problem = exchange.response if isinstance(exchange.response, Mapping) else {}
    if exchange.status >= 400 and problem.get("status") != exchange.status:
        found.append("answer/status: not that of the answer itself")
    return [f"{_call(exchange)}: {line}" for line in found]


def _operation(exchange: Exchange) -> Mapping[str, Any] | None:
    path = re.sub(r"\{\w+\}", "{}", exchange.template)
    path = "/3.0/" if path == "/3.0" else path
    found: Mapping[str, Any] | None = _document()["operations"].get(f"{exchange.method} {path}")
    return found


def _closed(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of an object that holds nothing but what is named."""
    if "$ref" in schema:
        schema = _document()["$defs"][schema["$ref"].rpartition("/")[2]]
    return {"type": "object", "additionalProperties": False, **schema}


def _against(
    schema: Mapping[str, Any] | bool, value: Any, place: str, is_partial: bool = False
) -> Iterator[str]:
    if isinstance(schema, Mapping):
        schema = {**schema, "$defs": _document()["$defs"]}
    judge = _Partial if is_partial else Draft202012Validator
    for error in judge(schema).iter_errors(value):
        path = "/".join([place, *(str(step) for step in error.absolute_path)])
        yield f"{path}: {error.message[:300]}"


def _call(exchange: Exchange) -> str:
    return f"{exchange.method} {exchange.path} ({exchange.status})"


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml.safe_load(_SCHEMA.read_text())
    for schema in document["$defs"].values():
        Draft202012Validator.check_schema(schema)
    return document
