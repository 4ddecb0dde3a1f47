"""JSON of a request against the messages that it should be: what the real service does before
it looks at what a request means."""

from __future__ import annotations

import re
from typing import Any

from connectors.sandbox.google.errors import invalid
from connectors.sandbox.google.shapes import ENUMS, MESSAGES, snake
from connectors.sandbox.web import Request

_PACKAGE = "type.googleapis.com/google.people.v1"
_INT32 = range(-(2**31), 2**31)


def body(request: Request, message: str, path: str = "") -> dict[str, Any]:
    """The JSON of a request; raises Refused where it is not such a message. Members that are null
    are left out, as if they were not there. ``path``: what the service calls the body."""
    try:
        data = request.json()
    except ValueError:
        raise invalid("Invalid JSON payload received. Parsing terminated before end.") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise invalid(
            'Invalid JSON payload received. Unknown name "": Root element must be a message.'
        )
    return _bound_message(message, data, path)


def _bound_message(message: str, data: dict[str, Any], path: str) -> dict[str, Any]:
    members = MESSAGES[message]
    found = {}
    for name, value in data.items():
        if name not in members:
            raise _unknown(name, path, "Cannot find field.")
        if value is not None:
            found[name] = _bound_member(members[name], value, name, path)
    return found


def _bound_member(kind: str, value: Any, name: str, path: str) -> Any:
    place = f"{path}.{snake(name)}" if path else snake(name)
    if kind.startswith("["):
        if not isinstance(value, list):
            raise invalid(f"Invalid value at '{place}' ({_type(kind)}), {_shown(value)}", place)
        return [_bound(kind[1:-1], item, f"{place}[{n}]") for n, item in enumerate(value)]
    if kind.startswith("{"):
        if isinstance(value, list):
            # taylorwilsdon/google_workspace_mcp#688
            raise _unknown(name, path, f"Cannot bind a list to map for field '{name}'.")
        if not isinstance(value, dict):
            raise invalid(f"Invalid value at '{place}' ({_type(kind)}), {_shown(value)}", place)
        return {key: _bound(kind[1:-1], item, f"{place}[{key}]") for key, item in value.items()}
    if isinstance(value, list):
        raise _unknown(name, path, "Proto field is not repeating, cannot start list.")
    return _bound(kind, value, place)


def _bound(kind: str, value: Any, place: str) -> Any:
    if kind in MESSAGES and isinstance(value, dict):
        return _bound_message(kind, value, place)
    if kind in ENUMS and isinstance(value, str) and value in ENUMS[kind]:
        return value
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "int32" and (number := _int32(value)) is not None:
        return number
    raise invalid(f"Invalid value at '{place}' ({_type(kind)}), {_shown(value)}", place)


def _int32(value: Any) -> int | None:
    """Numbers may come as texts and with a decimal point (proto3's mapping to JSON)."""
    if isinstance(value, str) and re.fullmatch(r"-?\d+", value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and value in _INT32 else None


def _unknown(name: str, path: str, words: str) -> Exception:
    place = f" at '{path}'" if path else ""
    return invalid(
        f'Invalid JSON payload received. Unknown name "{name}"{place}: {words}', path or name
    )


def _type(kind: str) -> str:
    bare = kind.strip("[]{}")
    return f"TYPE_{bare.upper()}" if bare in ("string", "bool", "int32") else f"{_PACKAGE}.{bare}"


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)[:200]
