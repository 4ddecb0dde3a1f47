"""axe-core (github.com/dequelabs/axe-core), which judges how accessible a page is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

#: The success criteria of WCAG 2.0 to 2.2, levels A and AA.
_CRITERIA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_GRAVE = ("serious", "critical")


def serious_faults(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What shuts people out of the page as it stands: the rule, where, why, and the markup.
    ``rules``: only these, by axe's names; else all about the criteria."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _CRITERIA}
    # Playwright evaluates past the policy of the page, which allows no script but its own.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = json.dumps({"runOnly": only, "resultTypes": ["violations"]})
    # An icon is a word in a font of icons; until that is there, axe takes it for text.
    page.evaluate("document.fonts.ready")
    found = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{fault['id']} ({fault['impact']}) at {node['target']}: {_why(node)}: {node['html']}"
        for fault in found["violations"]
        if fault["impact"] in _GRAVE
        for node in fault["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(check["message"] for check in checks)
