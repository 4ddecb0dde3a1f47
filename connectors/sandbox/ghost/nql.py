"""Ghost's language of filters, as far as members are asked for: https://github.com/TryGhost/NQL

``updated_at:>='2026-11-29T03:00:00.000Z'+id:>'6b0b'``, ``id:['a','b']``, ``(a:1,b:-2)``.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(
    r"\s*(?:(?P<key>[\w.]+):(?P<not>-)?(?P<op>>=|<=|>|<|~)?|(?P<text>'(?:[^'\\]|\\.)*')"
    r"|(?P<sign>[()\[\],+])|(?P<word>[^\s()\[\],+':]+))"
)
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class NoFilter(ValueError):
    """It cannot be parsed."""


def parsed(text: str) -> tuple[Test, set[str]]:
    """The test, of a record with a value or a list of values for each key, and the keys that it
    asks for. Raises NoFilter."""
    if not text.strip():
        return (lambda record: True), set()
    reading = _Reading(_tokens(text))
    test = reading.either()
    if reading.rest:
        raise NoFilter
    return test, reading.keys


def _tokens(text: str) -> list[dict[str, str | None]]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise NoFilter
        found.append(match.groupdict())
        place = match.end()
    return found


class _Reading:
    def __init__(self, tokens: list[dict[str, str | None]]) -> None:
        self.rest = tokens
        self.keys: set[str] = set()

    def either(self) -> Test:
        """``,`` is or."""
        tests = [self._all()]
        while self._skip(","):
            tests.append(self._all())
        return lambda record: any(test(record) for test in tests)

    def _all(self) -> Test:
        """``+`` is and."""
        tests = [self._one()]
        while self._skip("+"):
            tests.append(self._one())
        return lambda record: all(test(record) for test in tests)

    def _one(self) -> Test:
        if self._skip("("):
            test = self.either()
            self._need(")")
            return test
        token = self._next()
        key, op, negated = token["key"], token["op"] or "", bool(token["not"])
        if not key:
            raise NoFilter
        self.keys.add(key)
        wanted = self._values()

        def fits(record: Mapping[str, Any]) -> bool:
            there = record.get(key)
            values = there if isinstance(there, list) else [there]
            return any(_fits(op, value, each) for value in values for each in wanted) != negated

        return fits

    def _values(self) -> list[str]:
        if not self._skip("["):
            return [self._value()]
        found = [self._value()]
        while self._skip(","):
            found.append(self._value())
        self._need("]")
        return found

    def _value(self) -> str:
        token = self._next()
        if token["text"]:
            return re.sub(r"\\(.)", r"\1", token["text"][1:-1])
        if token["word"]:
            return token["word"]
        raise NoFilter

    def _next(self) -> dict[str, str | None]:
        if not self.rest:
            raise NoFilter
        return self.rest.pop(0)

    def _skip(self, sign: str) -> bool:
        if self.rest and self.rest[0]["sign"] == sign:
            self.rest.pop(0)
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._skip(sign):
            raise NoFilter


def _fits(op: str, value: Any, wanted: str) -> bool:
    text = str(value).lower() if isinstance(value, bool) else value
    if text is None:
        return wanted == "null" and not op
    if op == "~":
        return wanted.casefold() in str(text).casefold()
    return _ORDERS[op](str(text), wanted) if op else str(text) == wanted
