"""Labels of list elements: TYPE parameters or Apple's X-ABLabel ↔ our lower-case words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from connectors.carddav.card import Card, without
from connectors.carddav.lines import Line, Params, param_list
from connectors.carddav.text import escape, unescape

#: Label -> types, by property. A label that is not here is written as an X-ABLabel.
_PLACES = {"home": ("HOME",), "work": ("WORK",)}
_TYPES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "EMAIL": _PLACES,
    "ADR": _PLACES,
    "URL": _PLACES,
    "TEL": _PLACES
    | {
        "mobile": ("CELL",),
        "home fax": ("HOME", "FAX"),
        "work fax": ("WORK", "FAX"),
        "fax": ("FAX",),
        "pager": ("PAGER",),
    },
}
#: Types that say what a number can do or how it is sent, not what it is called.
_SILENT = frozenset(
    {"internet", "x400", "dom", "intl", "postal", "parcel"}
    | {"voice", "msg", "text", "textphone", "video", "modem", "isdn", "bbs", "pcs"}
)
#: What each type is called where ours differs.
_CALLED = {"cell": "mobile"}
_LABELLING = re.compile(r"TYPE=.*|[\w-]+", re.I)
_PREFERENCE = re.compile(r"PREF=.*", re.I)
#: Apple marks its own words: ``_$!<Home>!$_``.
_APPLE = re.compile(r"_\$!<(.*)>!\$_")
_APPLE_WORDS = frozenset({"home", "work", "mobile", "main", "other", "pager", "homepage"})


def label_of(card: Card, line: Line, params: Params) -> str:
    """Our word for a line; a label that a person gave counts more than types."""
    if line.group and (own := card.companion(line, "X-ABLABEL")):
        return _unmarked(unescape(own.value))
    return _named(params.types) if params.types else ""


def _unmarked(text: str) -> str:
    match = _APPLE.fullmatch(text.strip())
    return (match[1] if match else text).strip().lower()


def _named(types: tuple[str, ...]) -> str:
    spoken = [item for item in types if item not in _SILENT]
    if "fax" in spoken:
        place = next((item for item in spoken if item in _PLACES), "")
        return f"{place} fax".strip()
    for strong in ("cell", "pager"):
        if strong in spoken:
            return _CALLED.get(strong, strong)
    return spoken[0].removeprefix("x-") if spoken else ""


def types_for(name: str, label: str) -> str | None:
    """The parameter for a label; None where it takes an X-ABLabel."""
    if not label:
        return ""
    types = _TYPES[name].get(label)
    return f";TYPE={','.join(types)}" if types else None


def relabel(card: Card, line: Line, label: str) -> None:
    """Give a line another label, in the way it has one."""
    own = card.companion(line, "X-ABLABEL")
    if own and label:
        card.set(own, _apple(label))
        return
    if own:
        card.remove([own])
    types = types_for(line.name, label)
    card.set(line, line.value, _without_labels(line.params_text) + (types or ""))
    if types is None:
        own_label(card, line, label)


def own_label(card: Card, line: Line, label: str) -> None:
    """A label by X-ABLabel, for which the line needs a group."""
    if not line.group:
        card.regroup(line, card.free_group())
    card.add("X-ABLabel", _apple(label), group=line.group)


def set_primary(card: Card, line: Line, primary: bool) -> None:
    """PREF as the card's version spells it (RFC 6350 §5.3, RFC 2426 §3.2.1)."""
    params = without(line.params_text, _PREFERENCE)
    params = _retyped(params, lambda item: item.lower() != "pref")
    if primary:
        params += preference(card.version)
    card.set(line, line.value, params)


def preference(version: str) -> str:
    return {"4.0": ";PREF=1", "2.1": ";PREF"}.get(version, ";TYPE=PREF")


def _without_labels(params: str) -> str:
    return _retyped(params, lambda item: item.lower() in _SILENT | {"pref"})


def _retyped(params: str, keep: Callable[[str], bool]) -> str:
    """Parameters with some of their types left out, the others as they are."""
    result = ""
    for param in param_list(params):
        if not _LABELLING.fullmatch(param[1:]):
            result += param
            continue
        name, equals, values = param[1:].rpartition("=")
        items = values.replace('"', "").split(",")
        kept = [item for item in items if keep(item)]
        if kept == items:
            result += param
        elif kept:
            result += f";{name}{equals}{','.join(kept)}"
    return result


def _apple(label: str) -> str:
    word = label.strip()
    return f"_$!<{word.capitalize()}>!$_" if word in _APPLE_WORDS else escape(word)
