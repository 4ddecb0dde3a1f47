"""Data spoilt by chance: values of other types, odd texts, keys that are gone, doubled or
strange. What is spoilt is a copy."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

#: Texts that somebody's code stumbled over once: no text, no number, no end, no direction.
ODD_TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff x",
    "\u202eevil\u202c",
    "\u2066\u2069",
    "\ufeff",
    "\u0085\u2028\u2029",
    "e\u0301" * 40,
    "İ",
    "ß",
    "ǆ",
    "²",
    "٣",
    "\U0001f468\u200d\U0001f469",
    "x" * 5000,
    "🙂" * 300,
    "\r\n",
    "\\",
    '"',
    "'",
    "<x>",
    "&amp;",
    "%",
    "%zz",
    "%00",
    "../..",
    "http://[",
    "http://a:b",
    "http://a:99999",
    "//",
    "mailto:",
    "@",
    "a@b@c",
    "nan",
    "inf",
    "-0",
    "1e400",
    "9" * 40,
    "9" * 5000,
    "0000-00-00",
    "9999-12-31T23:59:60Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-02-30",
    "00/00",
    "--02-30",
    "true",
    "null",
)
ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    10**400,
    1.5,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
    [None],
    [[]],
    [{}],
    {"": ""},
    {"a": {"b": {"c": []}}},
)
#: Where in the data: the keys and indices that lead there.
Path = tuple[Any, ...]


def odd(chance: random.Random) -> Any:
    roll = chance.random()
    if roll < 0.45:
        return chance.choice(ODD_TEXTS)
    if roll < 0.95:
        return copy.deepcopy(chance.choice(ODD_VALUES))
    return _nested(chance.choice((5, 50, 200)), chance.random() < 0.5)


def _nested(depth: int, in_lists: bool) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [value] if in_lists else {"a": value}
    return value


def spoilt(data: Any, chance: random.Random, times: int = 0) -> Any:
    """A copy, spoilt in so many places (one to three by chance)."""
    result = copy.deepcopy(data)
    for _ in range(times or chance.choice((1, 1, 1, 2, 3))):
        result = _spoilt_once(result, chance)
    return result


def _spoilt_once(data: Any, chance: random.Random) -> Any:
    places = list(_places(data, ()))
    if not places:
        return odd(chance)
    *way, key = chance.choice(places)
    inner = data
    for step in way:
        inner = inner[step]
    chance.choice(_WAYS)(inner, key, chance)
    return data


def _places(data: Any, path: Path, depth: int = 0) -> Iterator[Path]:
    if depth > 12:
        return
    if isinstance(data, dict):
        pairs: Any = data.items()
    elif isinstance(data, list):
        pairs = enumerate(data[:50])
    else:
        return
    for key, value in pairs:
        yield (*path, key)
        yield from _places(value, (*path, key), depth + 1)


def _drop(inner: Any, key: Any, chance: random.Random) -> None:
    del inner[key]


def _replace(inner: Any, key: Any, chance: random.Random) -> None:
    inner[key] = odd(chance)


def _change_text(inner: Any, key: Any, chance: random.Random) -> None:
    value = inner[key]
    if isinstance(value, str):
        inner[key] = spoilt_text(value, chance)
    elif isinstance(value, bool) or value is None:
        inner[key] = str(value)
    elif isinstance(value, int | float):
        inner[key] = chance.choice((-value, value * 10**30, str(value), [value]))
    else:
        _wrap(inner, key, chance)


def _wrap(inner: Any, key: Any, chance: random.Random) -> None:
    value = inner[key]
    if isinstance(value, list) and value:
        inner[key] = chance.choice((value[0], value * 2, [*value, odd(chance)], value[:1]))
    elif isinstance(value, dict) and value:
        inner[key] = chance.choice(([value], list(value.values()), list(value)))
    else:
        inner[key] = [value]


def _double(inner: Any, key: Any, chance: random.Random) -> None:
    if isinstance(inner, list):
        inner.insert(key, copy.deepcopy(inner[key]))
    else:
        inner[f"{key}{chance.choice(('2', ' ', '.', ''))}"] = copy.deepcopy(inner[key])


def _rename(inner: Any, key: Any, chance: random.Random) -> None:
    if isinstance(inner, dict):
        inner[chance.choice(ODD_TEXTS)] = inner.pop(key)
    else:
        inner.append(inner.pop(key))


def _swap(inner: Any, key: Any, chance: random.Random) -> None:
    other = chance.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
    inner[key], inner[other] = inner[other], inner[key]


_WAYS = (_drop, _replace, _replace, _replace, _change_text, _change_text, _wrap, _double,
         _rename, _swap)  # fmt: skip


def spoilt_text(text: str, chance: random.Random) -> str:
    """One place of a text."""
    place = chance.randint(0, len(text))
    end = chance.randint(place, min(len(text), place + 20))
    put = chance.choice(ODD_TEXTS)
    return chance.choice(
        (
            text[:place] + put + text[place:],
            text[:place] + text[end:],
            text[:place],
            text[:place] + text[place:end] * chance.choice((2, 30)) + text[end:],
            text.upper(),
            text[::-1],
            put,
        )
    )


def spoilt_bytes(data: bytes, chance: random.Random) -> bytes:
    """One place of bytes, without a thought for what they mean."""
    place = chance.randint(0, len(data))
    end = chance.randint(place, min(len(data), place + 40))
    return chance.choice(
        (
            data[:place],
            data[:place] + data[end:],
            data[:place] + chance.randbytes(chance.choice((1, 2, 9))) + data[end:],
            data[:place] + data[place:end] * chance.choice((2, 40)) + data[end:],
            data[:place] + b"\xff\xfe\x80" + data[place:],
            data.decode("utf-8", "replace").encode("utf-16"),
            b"",
            b"\xef\xbb\xbf" + data,
            b"<!doctype html><html><body>Sign in</body></html>",
        )
    )
