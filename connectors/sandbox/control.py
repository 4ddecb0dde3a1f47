"""What people use who try things out by hand: a page that lists the apps, and JSON to order
faults, turn switches, end tokens and look at the calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from connectors.sandbox.control_page import control_page
from connectors.sandbox.faults import Fault
from connectors.sandbox.stand_in import StandIn
from connectors.sandbox.web import Answer, Request, Stop, as_html, as_json

if TYPE_CHECKING:
    from connectors.sandbox.sandbox import Sandbox


def control(sandbox: Sandbox, request: Request) -> Answer:
    """The answer to what is under no app."""
    if request.path == "/" and request.method == "GET":
        return as_html(control_page(sandbox.apps.values(), request.home))
    handler = _HANDLERS.get((request.method, request.path))
    if handler is None:
        known = ", ".join(f"{method} {path}" for method, path in _HANDLERS)
        return _fault(f"There is no such page. There are: GET /, {known}.", 404)
    try:
        with sandbox.store.transaction():
            return handler(sandbox, request)
    except Stop as stop:
        return stop.answer


# --- Faults -------------------------------------------------------------------------------


def _faults(sandbox: Sandbox, request: Request) -> Answer:
    return as_json([asdict(fault) for fault in _app(sandbox, request).faults.orders])


def _order(sandbox: Sandbox, request: Request) -> Answer:
    """The members of ``Fault`` as JSON."""
    given = _object(request)
    try:
        fault = Fault(**given)
    except (TypeError, ValueError) as error:
        raise Stop(_fault(str(error))) from None
    for name, kind in get_type_hints(Fault).items():
        if not _fits(kind, getattr(fault, name)):
            raise Stop(_fault(f"{name} is not of the kind it has to be."))
    _app(sandbox, request).faults.order(fault)
    return _faults(sandbox, request)


def _clear(sandbox: Sandbox, request: Request) -> Answer:
    _app(sandbox, request).faults.clear()
    return _faults(sandbox, request)


# --- Switches -----------------------------------------------------------------------------


def _quirks(sandbox: Sandbox, request: Request) -> Answer:
    """Those of the API, and under ``oauth.`` those of signing in."""
    stand_in = _app(sandbox, request)
    told = _values(stand_in.quirks)
    signing_in = _values(stand_in.oauth.quirks) if stand_in.oauth else {}
    return as_json(told | {f"oauth.{k}": v for k, v in signing_in.items()})


def _turn(sandbox: Sandbox, request: Request) -> Answer:
    stand_in, given = _app(sandbox, request), _object(request)
    own = {name: value for name, value in given.items() if not name.startswith("oauth.")}
    others = {name.removeprefix("oauth."): given[name] for name in given if name not in own}
    if others and not stand_in.oauth:
        raise Stop(_fault(f"{stand_in.label} has no page on which people sign in."))
    turned = _turned(stand_in.quirks, own)
    if stand_in.oauth:
        stand_in.oauth.quirks = _turned(stand_in.oauth.quirks, others)
    stand_in.quirks = turned
    return _quirks(sandbox, request)


def _values(quirks: Any) -> dict[str, Any]:
    return {item.name: _plain(getattr(quirks, item.name)) for item in fields(quirks)}


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set | frozenset) else value


def _turned(quirks: Any, given: dict[str, Any]) -> Any:
    """Raises Stop for a switch that there is not, or a value of another kind."""
    kinds = get_type_hints(type(quirks))
    changes = {}
    for name, value in given.items():
        if name not in kinds:
            raise Stop(_fault(f"There is no switch {name}."))
        if not _fits(kinds[name], value):
            old = _plain(getattr(quirks, name))
            raise Stop(_fault(f"{name} is now {old!r}: the new value is of another kind."))
        changes[name] = get_origin(kinds[name])(value) if isinstance(value, list) else value
    return replace(quirks, **changes)


def _fits(kind: Any, value: Any) -> bool:
    whole = get_origin(kind)
    if whole is Literal:
        return value in get_args(kind)
    if whole in (Union, UnionType):
        return any(_fits(one, value) for one in get_args(kind))
    if whole in (tuple, frozenset):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value) in ((int, float) if kind is float else (kind,))


# --- Tokens and calls ---------------------------------------------------------------------


def _tokens(sandbox: Sandbox, request: Request) -> Answer:
    """``account``: an id or an address. ``do``: expire (the access tokens of now) or revoke."""
    stand_in, asked, do = _app(sandbox, request), request.one("account"), request.one("do")
    account = stand_in.accounts.get(asked) or stand_in.accounts.of(asked)
    if account is None:
        raise Stop(_fault(f"There is no account {asked!r}.", 404))
    if do == "expire":
        stand_in.tokens.expire(account.id)
    elif do == "revoke":
        stand_in.tokens.revoke(account.id)
    else:
        raise Stop(_fault("do is expire or revoke."))
    return as_json({"account": account.id, "done": do})


def _calls(sandbox: Sandbox, request: Request) -> Answer:
    return as_json([asdict(call) for call in list(sandbox.calls)])


def _forget(sandbox: Sandbox, request: Request) -> Answer:
    sandbox.calls.clear()
    return as_json([])


_HANDLERS: dict[tuple[str, str], Callable[[Sandbox, Request], Answer]] = {
    ("GET", "/_/faults"): _faults,
    ("POST", "/_/faults"): _order,
    ("DELETE", "/_/faults"): _clear,
    ("GET", "/_/quirks"): _quirks,
    ("POST", "/_/quirks"): _turn,
    ("POST", "/_/tokens"): _tokens,
    ("GET", "/_/calls"): _calls,
    ("DELETE", "/_/calls"): _forget,
}


def _app(sandbox: Sandbox, request: Request) -> StandIn:
    stand_in = sandbox.apps.get(request.one("app"))
    if stand_in is None:
        raise Stop(_fault(f"app is one of: {', '.join(sandbox.apps)}."))
    return stand_in


def _object(request: Request) -> dict[str, Any]:
    try:
        given = request.json()
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Stop(_fault("Send an object in JSON."))
    return given


def _fault(text: str, status: int = 400) -> Answer:
    return as_json({"error": text}, status)
