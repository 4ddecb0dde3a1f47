"""The content lines of a vCard (RFC 6350 §3.3, RFC 2426 §2.6), kept byte for byte.

A write changes some lines and must leave the others exactly as they are: folding, order, case,
line ends, properties nobody knows. Libraries that parse a card and write it anew do not (see
tests/connectors/carddav/test_lines.py), so a line here keeps its bytes beside what they mean.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from connectors.carddav.text import CONTROL, unquote_param
from connectors.errors import Refused

_END = r"(?:\r\n|\n|\r)"
_HEAD = r"\ufeff?(?:([\w-]+)\.)?([\w-]+)"
_REST = r'((?:;[^":\r\n]*(?:"[^"\r\n]*"[^":\r\n]*)*)?):'
_TAIL = rf"((?:{_END}[ \t][^\r\n]*)*{_END}?)"
#: Group, name, parameters, value, folded rest; or a line that is folded before its value, or
#: is no content line at all.
_LINE = re.compile(
    rf"({_HEAD}{_REST}([^\r\n]*){_TAIL})|([^\r\n]*(?:{_END}[ \t][^\r\n]*)*(?:{_END}|\Z))",
    re.ASCII,
)
_START = re.compile(_HEAD + "(?=[;:])", re.ASCII)
_FOLD = re.compile(_END + r"[ \t]")
_PARAM = re.compile(r';(?:"[^"]*"|[^";])*')
#: 1 to 100 (RFC 6350 §5.3).
_PREFERENCE = re.compile(r"0*(?:[1-9][0-9]?|100)")
#: Lines of a card: those of people have a few dozen. Looking for what belongs to a line takes as
#: long as there are others, so that many more would keep everybody waiting.
MOST = 5000
_WIDTH = 75


class Line:
    """One content line. ``name`` is upper-case, ``group`` lower-case; a line that is none has
    no name. ``raw`` is the line as stored, with its folds and its line end.

    ``params_text`` are the parameters as written, each with its leading semicolon.
    """

    __slots__ = ("_rest", "_value", "group", "name", "params_text", "raw")

    def __init__(
        self, raw: str, group: str, name: str, params: str, value: str, rest: str = ""
    ) -> None:
        self.raw = raw
        self.group = group.lower() if group else ""
        self.name = name.upper()
        self.params_text = params
        self._value = value
        self._rest = rest

    @property
    def params(self) -> Params:
        return parse_params(self.params_text)

    @property
    def value(self) -> str:
        """The value as written: unfolded, still escaped."""
        value = self._value
        if len(self._rest) > 2:
            value = _FOLD.sub("", value + self._rest).rstrip("\r\n")
        if value.isprintable():
            return value
        return CONTROL.sub("", _repaired(value))

    @property
    def head(self) -> str:
        """Group and name as written."""
        match = _START.match(_FOLD.sub("", self.raw[:256]))
        return match[0].removeprefix("\ufeff") if match else ""

    def become(self, other: Line) -> None:
        """Take over the content of another line, keeping the place."""
        for name in Line.__slots__:
            setattr(self, name, getattr(other, name))


@dataclass(frozen=True, slots=True)
class Params:
    """Parameters as understood: types in lower case without the flag *pref*."""

    types: tuple[str, ...] = ()
    preference: int = 0
    charset: str = ""
    value: str = ""
    others: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def parse_params(text: str) -> Params:
    """From ``;TYPE=home;PREF=1``. Bare values, as of vCard 2.1, are types.

    ``preference`` is 1 (most) to 100; 0: none.
    """
    types: list[str] = []
    others: dict[str, str] = {}
    preference = 0
    for param in param_list(text):
        name, equals, value = param[1:].partition("=")
        name = name.strip().upper()
        if not equals:
            types.append(name.lower())
        elif name == "TYPE":
            unquoted = value.replace('"', "")
            types += [item.strip().lower() for item in unquoted.split(",") if item.strip()]
        elif name == "PREF":
            preference = int(value) if _PREFERENCE.fullmatch(value) else 0
        else:
            others[name] = unquote_param(value)
    if "pref" in types:
        preference = preference or 1
    return Params(
        tuple(item for item in types if item not in ("pref", "quoted-printable")),
        preference,
        others.get("CHARSET", ""),
        others.get("VALUE", "").lower(),
        others,
    )


def param_list(text: str) -> list[str]:
    """The parameters as written, each with its leading semicolon; joined, the text again."""
    return _PARAM.findall(text)


def split_lines(raw: bytes) -> list[Line]:
    """All lines of a text; joined, they are the text again. Raises ``Refused`` for too many."""
    text = raw.decode("utf-8", "surrogateescape")
    if len(text) > MOST and _count(text) > MOST:
        raise Refused(
            f"The card has more than {MOST} lines.",
            "Delete what is not needed of it in its address book; it is then read again.",
        )
    if "QUOTED-PRINTABLE" in text.upper():
        return [_quoted_printable(piece) for piece in _soft_joined(text)]
    return [_line(found) for found in _LINE.findall(text) if found[0] or found[6]]


def _count(text: str) -> int:
    """How many lines there are, folds not counted."""
    ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    return ends - sum(text.count(f"{end}{blank}") for end in "\r\n" for blank in " \t")


def join_lines(lines: Iterable[Line]) -> bytes:
    return "".join([line.raw for line in lines]).encode("utf-8", "surrogateescape")


def content_line(head: str, value: str, params: str = "", end: str = "\r\n") -> Line:
    """A new line. ``head`` is the name, with its group; ``value`` is escaped already;
    ``params`` are empty or begin with a semicolon."""
    group, _, name = head.rpartition(".")
    return Line(fold(f"{head}{params}:{value}", end) + end, group, name, params, value)


def _line(found: tuple[str, ...]) -> Line:
    if found[0]:
        return Line(*found[:6])
    raw = found[6]
    text = _FOLD.sub("", raw).rstrip("\r\n")
    match = _LINE.fullmatch(text)
    if match and match[1]:
        return Line(raw, match[2] or "", match[3], match[4], match[5])
    start = _START.match(text)
    if start:
        params, _, value = text[start.end() :].partition(":")
        return Line(raw, start[1] or "", start[2], params, value)
    return Line(raw, "", "", "", "")


def fold(line: str, end: str = "\r\n") -> str:
    """At most 75 octets a physical line, never cutting a character (RFC 6350 §3.2)."""
    if len(line) <= _WIDTH and line.isascii():
        return line
    data = line.encode("utf-8", "surrogateescape")
    pieces = []
    start, width = 0, _WIDTH
    while len(data) - start > width:
        stop = start + width
        while data[stop] & 0xC0 == 0x80:
            stop -= 1
        pieces.append(data[start:stop])
        start, width = stop, _WIDTH - 1
    pieces.append(data[start:])
    return (end + " ").join([piece.decode("utf-8", "surrogateescape") for piece in pieces])


# --- Odd encodings ------------------------------------------------------------------------


def _repaired(value: str) -> str:
    """A fold may have cut a character; a line that is not UTF-8 is read as Latin-1, which
    accepts any byte."""
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _soft_joined(text: str) -> list[str]:
    """A quoted-printable line that ends with "=" goes on in the next one (vCard 2.1)."""
    joined: list[list[str]] = []
    is_quoted = soft = False
    for found in _LINE.findall(text):
        piece = found[0] or found[6]
        if soft:
            joined[-1].append(piece)
        elif piece:
            joined.append([piece])
        if not soft:
            is_quoted = "QUOTED-PRINTABLE" in piece.partition(":")[0].upper()
        soft = is_quoted and piece.rstrip("\r\n").endswith("=")
    return ["".join(pieces) for pieces in joined]


def _quoted_printable(piece: str) -> Line:
    """A line with its value decoded, line ends escaped as the other versions do."""
    line = _line(_LINE.findall(piece)[0])
    if "QUOTED-PRINTABLE" not in line.params_text.upper():
        line.raw = piece
        return line
    encoded = piece.partition(":")[2].rstrip("\r\n").encode("utf-8", "surrogateescape")
    data = quopri.decodestring(encoded)
    text = _text_in(data, line.params.charset)
    value = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return Line(piece, line.group, line.name, line.params_text, value)


def _text_in(data: bytes, charset: str) -> str:
    for encoding in filter(None, (charset, "utf-8")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")
