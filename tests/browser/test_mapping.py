"""The field mapping in a browser: what its script adds, and that nothing needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from connections.models import Connection
from connectors.contact import Contact, entries
from connectors.fields import STANDARD, Field, FieldType
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from sync.desk.places import MAPPING, url_of
from tests.browser.conftest import OpenWindow
from tests.browser.looks import PHONE, of_width
from tests.sync.desk.conftest import container, synced

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

LONG = "A very long name of an option that nobody reads to its end " * 4


def size(*options: str) -> Field:
    return Field("custom:Size", "Size", FieldType.CHOICE, options=options)


FIELDS = {
    "one": (size("S", LONG), Field("custom:Note", "Note")),
    "two": (size("Small", LONG), Field("custom:Text", "Text")),
}
Opened = Callable[..., Page]


@pytest.fixture
def connection(accord: str) -> Iterator[Connection]:
    """A draft between two memory apps that have been read, with a line for the addresses."""
    for name, custom in FIELDS.items():
        quirks = Quirks(fields=(STANDARD["emails"], STANDARD["nickname"], *custom))
        store.placed[name] = MemoryApp(timezone.now, quirks)
    mail = entries(["ada@example.org"], "home")
    ada = {"emails": mail, "nickname": "Ada", "custom:Size": "S"}
    made = Connection.objects.create(
        name="pair",
        a=container("one", Contact(ada)),
        b=container("two", Contact({"emails": mail})),
    )
    made.mappings.create(a="emails", b="emails")
    synced(made)
    Connection.objects.update(state=Connection.State.DRAFT)
    yield made
    store.placed.clear()


@pytest.fixture
def opened(open_window: OpenWindow, accord: str, connection: Connection) -> Opened:
    """The page, before an administrator."""
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    cookie = client.cookies["sessionid"]

    def opened(**options: Any) -> Page:
        context = open_window(**options).context
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": accord}])
        page = context.new_page()
        page.goto(accord + url_of(connection, MAPPING))
        return page

    return opened


def try_on(page: Page, name: str) -> None:
    page.get_by_label("Name or e-mail address of a contact").fill(name)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status").filter(has_text="is synced between the two")).to_be_visible()


def test_a_line_shows_what_it_would_do_while_it_is_made(
    opened: Opened, connection: Connection
) -> None:
    page = opened()
    try_on(page, "ada")
    page.get_by_role("button", name="Add a line with Size of one").click()
    line = page.locator("[data-new]")
    expect(page.get_by_label("Field of two")).to_be_focused()
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_label("Field of two").select_option("nickname")
    expect(line).to_contain_text("would become S")
    page.get_by_label("Field of two").select_option("emails")
    expect(line).to_contain_text("Size and E-mail addresses cannot be joined")
    page.get_by_label("Field of two").select_option("custom:Text")
    expect(line).to_contain_text("text cannot be read back as single choice")
    arrows = line.get_by_label("Arrow").locator("option")
    expect(arrows).to_have_text(["as far as possible", "→ to two"])
    expect(line).to_contain_text("would become S")
    line.get_by_role("checkbox", name="Sync").uncheck()
    expect(line).not_to_contain_text("would become")
    line.get_by_role("checkbox", name="Sync").check()
    expect(line).to_contain_text("would become S")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The field mapping is saved.")).to_be_visible()
    assert [str(row) for row in connection.mappings.all()] == [
        "emails ↔ emails", "custom:Size → custom:Text",
    ]  # fmt: skip


def test_a_new_line_between_choices_brings_its_table_and_goes_again(
    opened: Opened, connection: Connection
) -> None:
    page = opened()
    page.get_by_role("button", name="Add a line", exact=True).press("Enter")
    expect(page.get_by_label("Field of one")).to_be_focused()
    page.get_by_label("Field of one").select_option("custom:Size")
    page.get_by_label("Field of two").select_option("custom:Size")
    page.get_by_label("“S” in two").select_option("Small")
    page.get_by_label("Field of one").select_option("custom:Note")
    expect(page.get_by_label("“S” in two")).to_have_count(0)
    page.get_by_label("Remove the new line").press("Space")
    expect(page.locator("[data-new]")).to_have_count(0)
    expect(page.get_by_role("button", name="Add a line", exact=True)).to_be_focused()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is like that already")).to_be_visible()


def test_enter_never_saves(opened: Opened, connection: Connection) -> None:
    """It would press the first button, in whichever field it is typed."""
    connection.mappings.create(a="custom:Size", b="custom:Size", values={"S": "Small"})
    page = opened()
    page.get_by_label("Sync E-mail addresses").press("Space")
    page.get_by_label("Sync E-mail addresses").press("Enter")
    find = page.get_by_label("Name or e-mail address of a contact")
    find.fill("nobody")
    find.press("Enter")
    expect(page.get_by_text("Nobody was read whose name or address holds")).to_be_visible()
    expect(find).to_be_focused()
    assert connection.mappings.get(a="emails").on


def test_nothing_needs_the_script_or_more_room_than_a_phone(
    opened: Opened, connection: Connection
) -> None:
    page = opened(**PHONE, java_script_enabled=False)
    try_on(page, "ada")
    page.get_by_role("button", name="Add a line with Size of one").click()
    page.get_by_label("Field of two").select_option("custom:Size")
    page.get_by_role("button", name="Show what is possible").click()
    line = page.locator("[data-new]")
    page.get_by_label("“S” in two").select_option("Small")
    page.get_by_role("button", name="Show what is possible").click()
    expect(line).to_contain_text("would become Small")
    page.get_by_role("button", name="Save and go on to: Preview").click()
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    assert connection.mappings.get(a="custom:Size").values == {"S": "Small"}


def test_long_names_of_options_fit_on_a_phone(opened: Opened, connection: Connection) -> None:
    connection.mappings.create(a="custom:Size", b="custom:Size", values={LONG: "Small"})
    page = opened(**PHONE)
    page.locator("details").evaluate_all("all => all.forEach((each) => (each.open = true))")
    assert of_width(page) == []
