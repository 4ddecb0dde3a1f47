"""HTML of the stand-ins' own pages: where people edit their contacts, and where they consent.

Texts given to these functions are escaped by them; what is called ``html``, ``body``, ``cells``
or ``pieces`` is HTML already, made with ``escape`` or with the other functions here. No page
needs JavaScript or anything from another host.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape as _escaped

from connectors.sandbox.style import STYLE

ACCENT = "#3b5bdb"


def escape(text: object) -> str:
    """For text between tags and in quoted attributes."""
    return _escaped(str(text), quote=True)


def page(
    title: str,
    body: str,
    app_label: str,
    accent: str = ACCENT,
    home: str = "",
    narrow: bool = False,
) -> str:
    """A whole document. ``home``: what the app's name in the head links to. ``narrow``: for one
    form alone, as where people consent."""
    label = escape(app_label)
    mark = escape(app_label[:1].upper())
    head = f'<a href="{escape(home)}">{label}</a>' if home else label
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
        f"<title>{escape(title)} – {label} (stand-in)</title>"
        f"<style>:root{{--accent:{escape(accent)}}}{STYLE}</style></head><body>"
        f'<p class="banner">Stand-in of {label}: nothing here is real</p>'
        f'<header><div class="brand"><span class="mark" aria-hidden="true">{mark}</span>'
        f'{head}</div></header><main class="{"narrow" if narrow else "wide"}">'
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    )


# --- Text ---------------------------------------------------------------------------------


def link(url: str, text: str) -> str:
    return f'<a href="{escape(url)}">{escape(text)}</a>'


def button_link(url: str, text: str) -> str:
    """A link that looks like a button."""
    return f'<a class="button" href="{escape(url)}">{escape(text)}</a>'


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def muted(text: str) -> str:
    return f'<span class="muted">{escape(text)}</span>'


def badge(text: str, kind: str = "") -> str:
    """A tag, a label, a status. ``kind``: "", "good" or "bad"."""
    return f'<span class="badge {escape(kind)}">{escape(text)}</span>'


def notice(text: str, kind: str = "") -> str:
    """What just happened. ``kind``: "", "good" or "bad"."""
    role = "alert" if kind == "bad" else "status"
    return f'<p class="notice {escape(kind)}" role="{role}">{escape(text)}</p>'


def card(title: str, body: str) -> str:
    """A part of a page with a heading of its own; "" for none."""
    head = f"<h2>{escape(title)}</h2>" if title else ""
    return f'<section class="card">{head}{body}</section>'


def row(*pieces: str) -> str:
    """Side by side, as far as there is room."""
    return f'<div class="row">{"".join(pieces)}</div>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names with texts, such as a contact's details; those without a text are left out."""
    lines = (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in pairs if text)
    return f"<dl>{''.join(lines)}</dl>"


def bullets(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def listing(text: str) -> str:
    """Commands, as they are typed."""
    return f"<pre>{escape(text)}</pre>"


# --- Tables -------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], empty: str = "Nothing yet.") -> str:
    """``rows`` hold cells as HTML. On a phone each row is a block with the heads beside."""
    lines = [
        "".join(
            f'<td data-head="{escape(head)}"><div>{cell}</div></td>'
            for head, cell in zip(heads, cells, strict=True)
        )
        for cells in rows
    ]
    if not lines:
        return f'<p class="empty">{escape(empty)}</p>'
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def pager(previous: str, following: str, text: str = "") -> str:
    """Between pages of a long list; an empty URL is where there is none."""
    links = [
        button_link(url, word) if url else ""
        for url, word in ((previous, "‹ Back"), (following, "More ›"))
    ]
    return f'<nav class="pager">{links[0]}{muted(text) if text else ""}{links[1]}</nav>'


# --- Forms --------------------------------------------------------------------------------


def form(
    action: str, *pieces: str, hidden: Mapping[str, str] | None = None, get: bool = False
) -> str:
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in (hidden or {}).items()
    )
    method = "get" if get else "post"
    return f'<form action="{escape(action)}" method="{method}">{kept}{"".join(pieces)}</form>'


def search(action: str, text: str, hidden: Mapping[str, str] | None = None) -> str:
    """The field ``q``, sent by GET; ``hidden`` keeps what else the address holds."""
    field = (
        f'<input type="search" name="q" value="{escape(text)}" placeholder="Search" '
        f'aria-label="Search">'
    )
    return form(action, row(field, button("Search", "")), hidden=hidden, get=True)


def field(
    name: str, label: str, value: str = "", *, kind: str = "text", hint: str = "", lines: int = 1
) -> str:
    """``kind``: of the HTML input (text, email, tel, url, date …)."""
    if lines > 1:
        entry = f'<textarea name="{escape(name)}" rows="{lines}">{escape(value)}</textarea>'
    else:
        entry = f'<input type="{escape(kind)}" name="{escape(name)}" value="{escape(value)}">'
    return f'<label class="field"><span>{escape(label)}</span>{entry}{_hint(hint)}</label>'


def choice(
    name: str, label: str, options: Iterable[tuple[str, str]], chosen: str = "", hint: str = ""
) -> str:
    """One of several: (value, text)."""
    items = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>'
        f"{escape(text)}</option>"
        for value, text in options
    )
    return (
        f'<label class="field"><span>{escape(label)}</span>'
        f'<select name="{escape(name)}">{items}</select>{_hint(hint)}</label>'
    )


def tick(
    name: str,
    label: str,
    value: str = "1",
    ticked: bool = False,
    hint: str = "",
    radio: bool = False,
) -> str:
    """A box to tick, or with ``radio`` one of several of this name."""
    return (
        f'<label class="tick"><input type="{"radio" if radio else "checkbox"}" '
        f'name="{escape(name)}" value="{escape(value)}"{" checked" if ticked else ""}>'
        f"<span>{escape(label)}{_hint(hint)}</span></label>"
    )


def button(text: str, kind: str = "primary", name: str = "", value: str = "") -> str:
    """Sends the form around it. ``kind``: "primary", "danger" or "". ``name``, ``value``: sent
    along, where a form has several."""
    told = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return f'<button class="{escape(kind)}"{told}>{escape(text)}</button>'


def _hint(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""
