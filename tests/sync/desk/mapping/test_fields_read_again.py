"""Fields that come and go in the apps, on the page of the field mapping."""

from __future__ import annotations

import pytest

from connections.models import Container
from connectors.errors import AskStaff
from connectors.fields import Field
from connectors.memory import store
from connectors.memory.app import Quirks
from tests.sync.desk.mapping.conftest import B
from tests.sync.desk.mapping.page import Page, text_of

pytestmark = pytest.mark.sqlite_only


def test_fields_are_read_again_without_losing_what_was_entered(page: Page) -> None:
    page.line("emails", "emails")
    Container.objects.update(catalogue_at="2020-02-02T10:00:00Z")
    page.connection.refresh_from_db()
    assert page.text().count("Its fields were read 2020-02-02.") == 2
    store.placed["two"].quirks = Quirks(fields=(*B, Field("custom:New", "Brand new")))
    answer = page.post(page.changed("emails", "emails", arrow="<-"), _read="b")
    text = text_of(answer)
    assert "The fields of two · Contacts were read again." in text
    assert text.count("Its fields were read 2020-02-02.") == 1
    assert "Add a line with Brand new of two" in text
    assert page.row("emails", "emails", answer).form["arrow"].value() == "<-"
    assert page.stored() == ["emails ↔ emails"]


def test_an_app_that_does_not_answer_is_named(page: Page) -> None:
    def away(moment: str, call: str) -> None:
        raise AskStaff("It is closed.", "Open it.")

    store.placed["two"].interrupt = away
    answer = page.post(page.data(), _read="b")
    assert "The fields of two · Contacts could not be read: It is closed." in text_of(answer)


def test_a_line_whose_field_vanished_is_kept_and_named_and_can_be_switched_off(
    page: Page,
) -> None:
    page.line("custom:Old", "custom:Text", "->")
    assert page.save(page.data()) == []
    text = page.text()
    assert "“Old” is no longer in one. The line is left out until it is back." in text
    assert '<span class="desk-read-out"> (no longer in the app)</span>' in text
    assert page.save(page.changed("custom:Old", "custom:Text", on=None)) == []
    assert page.stored() == ["custom:Old → custom:Text off"]


def test_a_line_whose_field_changed_its_type_says_why_it_is_left_out(page: Page) -> None:
    page.line("custom:Size", "custom:Mobile")
    held = page.row("custom:Size", "custom:Mobile").held
    assert held.startswith("Size (single choice) → Mobile (phone): the types do not fit.")
    assert f"The line is left out for now: {held}" in page.text()
    assert page.save(page.changed("custom:Size", "custom:Mobile", winner="b")) == []
