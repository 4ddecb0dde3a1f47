"""Text inside the values and parameters of a content line (RFC 6350 §3.4, RFC 6868)."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(.)", re.S)
_CARET = re.compile(r"\^(['n^])")
#: Characters that no property can carry and databases refuse.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def unescape(value: str) -> str:
    r"""``\n`` and ``\N`` are line ends; a backslash before anything else is dropped only if
    that is punctuation, so that ``C:\Temp`` of a careless writer survives."""
    if "\\" not in value:
        return value
    return _ESCAPE.sub(_unescaped, value)


def _unescaped(match: re.Match[str]) -> str:
    char = match[1]
    if char in "nN":
        return "\n"
    return match[0] if char.isalnum() else char


def escape(text: str) -> str:
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if "\\" in text or "," in text or ";" in text or "\n" in text:
        text = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
        text = text.replace("\n", "\\n")
    return text


def components(value: str, separator: str = ";") -> list[str]:
    """Split at separators that are not escaped; the pieces stay escaped."""
    pieces = value.split(separator)
    if "\\" not in value:
        return pieces
    joined: list[list[str]] = []
    escaped = False
    for piece in pieces:
        if escaped:
            joined[-1].append(piece)
        else:
            joined.append([piece])
        escaped = (len(piece) - len(piece.rstrip("\\"))) % 2 == 1
    return [separator.join(parts) for parts in joined]


def quote_param(text: str) -> str:
    """A parameter's value, quoted where it must be (RFC 6868 for what quotes cannot hold)."""
    text = text.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{text}"' if re.search(r"[,;:]", text) else text


def unquote_param(value: str) -> str:
    value = value.strip('"') if value.count('"') <= 2 else value.replace('"', "")
    if "^" not in value:
        return value
    return _CARET.sub(lambda match: {"n": "\n", "'": '"', "^": "^"}[match[1]], value)
