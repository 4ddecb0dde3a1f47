"""How somebody works in a page: with a mouse, or with the keyboard alone. Tests find what to work
on by role and text; what is done there is the same either way."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator, expect

#: More than any page of ours has to be gone through by Tab.
_PATIENT = 200


class Hands(Protocol):
    def press(self, button: Locator) -> None:
        """A button or a link."""

    def choose(self, radio: Locator) -> None: ...

    def tick(self, box: Locator, on: bool = True) -> None: ...

    def write(self, field: Locator, text: str) -> None: ...

    def pick(self, select: Locator, label: str) -> None: ...


class Mouse:
    def press(self, button: Locator) -> None:
        button.click()

    def choose(self, radio: Locator) -> None:
        radio.check()

    def tick(self, box: Locator, on: bool = True) -> None:
        box.set_checked(on)

    def write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def pick(self, select: Locator, label: str) -> None:
        select.select_option(label=label)


class Keyboard:
    """Tab, Enter, Space, arrows and letters."""

    def press(self, button: Locator) -> None:
        self._go_to(button)
        button.page.keyboard.press("Enter")

    def choose(self, radio: Locator) -> None:
        """Of radio buttons of one name Tab reaches the chosen one, or the first."""
        group = radio.page.locator(f"input[type=radio][name='{radio.get_attribute('name')}']")
        self._go_to(group)
        page = radio.page
        page.keyboard.press("Space")
        for _ in range(group.count()):
            if radio.is_checked():
                break
            page.keyboard.press("ArrowDown")
        expect(radio).to_be_checked()

    def tick(self, box: Locator, on: bool = True) -> None:
        self._go_to(box)
        if box.is_checked() != on:
            box.page.keyboard.press("Space")
        expect(box).to_be_checked(checked=on)

    def write(self, field: Locator, text: str) -> None:
        self._go_to(field)
        field.page.keyboard.press("ControlOrMeta+a")
        field.page.keyboard.type(text)

    def pick(self, select: Locator, label: str) -> None:
        """A closed list takes the first letters of what is wanted."""
        self._go_to(select)
        chosen = select.locator("option:checked")
        if chosen.inner_text() != label:
            select.page.keyboard.type(label)
        expect(chosen).to_have_text(label)

    def _go_to(self, target: Locator) -> None:
        """``target``: one or several; any of them will do."""
        expect(target.first).to_be_visible()
        page = target.page
        for _ in range(_PATIENT):
            if target.evaluate_all("found => found.includes(document.activeElement)"):
                expect(page.locator(":focus")).to_be_in_viewport()
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not come to {target}")
