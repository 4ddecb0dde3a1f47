"""How the arrow of a mapping line is shown: it never exceeds the connection's direction."""

from __future__ import annotations

from collections.abc import Mapping

from rules.setup import A_TO_B, B_TO_A, BOTH, TO_A, TO_B, TWO_WAY

Names = Mapping[str, str]

#: By direction and arrow, how a line flows.
_FLOWS: Mapping[str, Mapping[str, str]] = {
    TWO_WAY: {BOTH: "↔", TO_B: "→", TO_A: "←"},
    A_TO_B: {BOTH: "→", TO_B: "→"},
    B_TO_A: {BOTH: "←", TO_A: "←"},
}


def flow_of(direction: str, arrow: str) -> str:
    """As a sign; "" where nothing flows."""
    return _FLOWS[direction].get(arrow, "")


def flow_label(direction: str, arrow: str, names: Names) -> str:
    """The sign, and in words what it means. ``names``: of the sides."""
    flow = flow_of(direction, arrow)
    words = {"↔": "both ways", "→": f"to {names['b']}", "←": f"to {names['a']}"}
    return f"{flow} {words[flow]}" if flow else "nothing flows"


def drawn(text: str) -> str:
    """A sentence with arrows as a file has them, with arrows as a page has them."""
    for arrow, sign in _FLOWS[TWO_WAY].items():
        text = text.replace(f" {arrow} ", f" {sign} ")
    return text
