"""Whether somebody who works by keyboard sees where they are."""

from __future__ import annotations

from playwright.sync_api import Page

# What may show it: the element, what it lies in (a card around a radio button), and what stands
# beside it (the drawing of a switch).
_SCRIPT = """() => {
    const still = new CSSStyleSheet();
    still.replaceSync("*, *::before, *::after { transition: none !important }");
    document.adoptedStyleSheets.push(still);
    const marks = (element) => {
        const style = getComputedStyle(element);
        const outline = style.outlineStyle === "none" ? "" : style.outline;
        return [outline, style.boxShadow, style.borderColor, style.backgroundColor,
            style.textDecorationLine].join();
    };
    const around = (element) => {
        const found = [element, element.nextElementSibling];
        for (let up = element.parentElement; up && found.length < 5; up = up.parentElement)
            found.push(up);
        return found.filter(Boolean).map(marks).join(";");
    };
    const isCovered = (element, box) => {
        const there = document.elementFromPoint(
            Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1),
            Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1));
        return there && !element.contains(there) && !there.contains(element);
    };
    const told = (element) => element.cloneNode(false).outerHTML.slice(0, 200);
    const faults = [];
    const all = "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]";
    for (const element of document.querySelectorAll(all)) {
        if (element.tabIndex > 0) faults.push(`out of turn: ${told(element)}`);
        if (element.tabIndex < 0 || !element.checkVisibility({visibilityProperty: true})) continue;
        document.activeElement.blur();
        const before = around(element);
        element.focus();
        if (document.activeElement !== element) continue;
        const box = element.getBoundingClientRect();
        const isThere = box.right > 0 && box.bottom > 0
            && box.left < innerWidth && box.top < innerHeight;
        if (!isThere) faults.push(`the focus is off the screen: ${told(element)}`);
        else if (isCovered(element, box)) faults.push(`the focus is covered: ${told(element)}`);
        if (around(element) === before) faults.push(`the focus is not seen: ${told(element)}`);
    }
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== still);
    return faults;
}"""


def focus_faults(page: Page) -> list[str]:
    """What can be reached by keyboard and does not show it, or is reached out of its turn."""
    # Browsers show the focus to those who use the keyboard.
    page.keyboard.press("Tab")
    found: list[str] = page.evaluate(_SCRIPT)
    return found
