"""Rules are put into another order, with the mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from connections.joining import begin_mapping
from connections.models import Connection
from tests.browser.conftest import SitDown
from tests.browser.hands import Keyboard
from tests.sync.desk.conftest import container

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]


@pytest.fixture
def connection(accord: str, var: Path) -> Connection:
    """With the rules *Everything in A*, *Everything in B* and *Clients*."""
    made = Connection.objects.create(name="pair", a=container("one"), b=container("two"))
    begin_mapping(made)
    made.rules.create(name="Clients", side="a", position=9)
    return made


def order(connection: Connection) -> list[str]:
    return list(connection.rules.values_list("name", flat=True))


def test_a_rule_is_dragged_to_its_place(sit_down: SitDown, connection: Connection) -> None:
    boss = sit_down()
    boss.go("connection_rules", connection.pk)
    grips = boss.page.locator("[data-grip]")
    grips.last.hover()
    boss.page.mouse.down()
    grips.first.hover()
    boss.page.mouse.up()
    expect(boss.page.get_by_role("status")).to_have_text("Clients is number 1 of 3 now.")
    assert order(connection) == ["Everything in A", "Everything in B", "Clients"]
    boss.page.get_by_role("button", name="Save the order").click()
    boss.expect_text("The rules are saved.")
    assert order(connection) == ["Clients", "Everything in A", "Everything in B"]


def test_a_rule_is_moved_by_keyboard(sit_down: SitDown, connection: Connection) -> None:
    boss, hands = sit_down(), Keyboard()
    boss.go("connection_rules", connection.pk)
    up = boss.page.get_by_role("button", name="Move Clients up")
    hands.press(up)
    expect(boss.page.get_by_role("status")).to_have_text("Clients is number 2 of 3 now.")
    expect(up).to_be_focused()
    hands.press(boss.page.get_by_role("button", name="Save the order"))
    boss.expect_text("The rules are saved.")
    assert order(connection) == ["Everything in A", "Clients", "Everything in B"]
