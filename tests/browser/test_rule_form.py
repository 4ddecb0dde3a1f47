"""The page of a rule in a browser: what its script adds, and that nothing needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from connections.joining import begin_mapping
from connections.models import Connection
from connectors.fields import Field, FieldType
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from rules.editing import WrittenAction, WrittenCondition, WrittenRule
from tests.browser.conftest import OpenWindow
from tests.browser.looks import PHONE, of_width
from tests.sync.desk.conftest import container, person, synced
from tests.sync.desk.rule.ruled import keep_rules, page_of, page_of_new, stored

pytestmark = [pytest.mark.partner("chromium"), pytest.mark.sqlite_only]

LONG = "AVeryLongWordThatNoLineOfAPhoneHolds" * 9
SIZE = Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L", LONG))
Opened = Callable[..., Page]


@pytest.fixture
def connection(accord: str) -> Iterator[Connection]:
    """A draft between two memory apps that have been read."""
    for name in ("one", "two"):
        store.placed[name] = MemoryApp(timezone.now, Quirks(custom=(SIZE,)))
    made = Connection.objects.create(
        name="pair",
        a=container("one", person("Ada", job_title="Countess"), person("Ben")),
        b=container("two"),
    )
    begin_mapping(made)
    synced(made)
    Connection.objects.update(state=Connection.State.DRAFT)
    yield made
    store.placed.clear()


@pytest.fixture
def opened(open_window: OpenWindow, accord: str) -> Opened:
    """A page, before an administrator."""
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    cookie = client.cookies["sessionid"]

    def opened(address: str, **options: Any) -> Page:
        context = open_window(**options).context
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": accord}])
        page = context.new_page()
        page.goto(accord + address)
        return page

    return opened


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name=name)


def told(page: Page) -> Locator:
    return page.get_by_role("region", name="What this rule says")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("is saved.")).to_be_visible()


def test_a_row_follows_what_is_chosen_and_keeps_what_was_typed(
    opened: Opened, connection: Connection
) -> None:
    page = opened(page_of_new(connection))
    page.get_by_label("Name", exact=True).fill("Noble")
    page.get_by_role("button", name="Add a condition").click()
    condition = row(page, "Condition 1")
    condition.get_by_label("What it is about").select_option("field")
    condition.get_by_label("Field").select_option("job_title")
    condition.get_by_label("Value").fill("Countess")
    expect(told(page)).to_contain_text("1 of 2 contacts of one")
    condition.get_by_label("How").select_option("one of")
    expect(condition.locator("textarea")).to_have_value("Countess")
    condition.locator("textarea").fill("Countess\nEngineer")
    condition.get_by_label("Field").select_option("custom:Size")
    expect(condition.get_by_label("How").locator("option")).to_contain_text(["is", "is not"])
    condition.get_by_label("Field").select_option("job_title")
    condition.get_by_label("How").select_option("one of")
    condition.locator("textarea").fill("Countess\nEngineer")
    expect(told(page)).to_contain_text("Job title is one of Countess, Engineer")
    save(page)
    assert stored(connection, "Noble").conditions == (
        WrittenCondition("field", "one of", ("Countess", "Engineer"), "job_title"),
    )


def test_rows_are_taken_out_and_both_ways_comes_and_goes_with_them(
    opened: Opened, connection: Connection
) -> None:
    tags = tuple(WrittenCondition("tag", "has", name) for name in ("Old", "Friend"))
    keep_rules(connection, WrittenRule("Friends", "a", tags, (WrittenAction("add tag", "Pal"),)))
    page = opened(page_of("Friends"))
    both_ways = page.get_by_role("checkbox", name="Both ways")
    expect(both_ways).to_have_count(0)
    row(page, "Condition 1").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Add a condition")).to_be_focused()
    expect(row(page, "Condition 1").get_by_label("Value")).to_have_value("Friend")
    both_ways.press("Space")
    expect(told(page)).to_contain_text("(both ways)")
    expect(both_ways).to_be_checked()
    expect(both_ways).to_be_focused()
    page.get_by_role("button", name="Add an action").press("Enter")
    expect(row(page, "Action 2").get_by_label("What it is about")).to_be_focused()
    row(page, "Action 2").get_by_label("What it is about").select_option("remove tag")
    expect(page.get_by_text("This is not possible as it stands.")).to_be_visible()
    row(page, "Action 2").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("The two are kept equal")).to_be_visible()
    save(page)
    assert stored(connection, "Friends") == WrittenRule(
        "Friends", "a", tags[1:], (WrittenAction("add tag", "Pal"),), both_ways=True
    )


def test_what_is_wrong_is_led_to(opened: Opened, connection: Connection) -> None:
    page = opened(page_of_new(connection))
    page.get_by_label("Name", exact=True).fill("Sized")
    for number, kind in ((1, "tag"), (2, "tag")):
        page.get_by_role("button", name="Add a condition").click()
        row(page, f"Condition {number}").get_by_label("What it is about").select_option(kind)
    value = row(page, "Condition 2").get_by_label("Value")
    row(page, "Condition 1").get_by_label("Value").fill("Friend")
    value.press("Enter")
    page.get_by_role("link", name="Condition 2").click()
    expect(value).to_be_focused()
    expect(value).to_have_accessible_description("Enter a value.")


def test_nothing_needs_the_script_or_more_room_than_a_phone(
    opened: Opened, connection: Connection
) -> None:
    page = opened(page_of_new(connection), **PHONE, java_script_enabled=False)
    page.get_by_label("Name", exact=True).fill("Sized")
    page.get_by_role("button", name="Add a condition").click()
    condition = row(page, "Condition 1")
    show = page.get_by_role("button", name="Show the choices").first
    condition.get_by_label("What it is about").select_option("field")
    show.click()
    condition.get_by_label("Field").select_option("custom:Size")
    show.click()
    condition.get_by_label("How").select_option("one of")
    show.click()
    condition.get_by_role("checkbox", name="L", exact=True).check()
    page.get_by_role("button", name="Count them").click()
    expect(told(page)).to_contain_text("0 of 2 contacts of one")
    save(page)
    assert stored(connection, "Sized").conditions[0].value == ("L",)


def test_odd_values_fit_on_a_phone(opened: Opened, connection: Connection) -> None:
    conditions = (
        WrittenCondition("tag", "has", LONG * 30),
        WrittenCondition("field", "is", LONG, "custom:Size"),
        WrittenCondition("field", "one of", ("L", LONG), "custom:Size"),
        WrittenCondition("field", "one of", ("two\nlines", LONG), "company"),
    )
    keep_rules(connection, WrittenRule(LONG[:100], "a", conditions))
    page = opened(page_of(LONG[:100]), **PHONE)
    expect(told(page)).to_contain_text("of 2 contacts")
    assert of_width(page) == []
