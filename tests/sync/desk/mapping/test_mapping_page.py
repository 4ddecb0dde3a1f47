"""The page of the field mapping: what it shows, what is possible on it, and what is saved."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from connections.joining import begin_mapping
from connections.models import Connection
from connectors.fields import STANDARD, Field
from rules.models import Revision
from tests.sync.desk.conftest import synced
from tests.sync.desk.mapping.conftest import Joined
from tests.sync.desk.mapping.page import Page, text_of

pytestmark = pytest.mark.sqlite_only


def step(page: Page, word: str) -> str:
    return reverse(f"admin:connection_{word}", args=[page.connection.pk])


# --- Saving


def test_what_is_saved_unchanged_stays_as_it_is(page: Page) -> None:
    begin_mapping(page.connection)
    page.line("custom:Size", "custom:Size", values={"S": "Small", "L": "Large"}, winner="b")
    page.line("custom:Colour", "custom:Text", "->", on=False)
    before = list(page.connection.mappings.values())
    answer = page.client.post(page.address(), page.data(), follow=True)
    assert "is like that already" in text_of(answer)
    assert list(page.connection.mappings.values()) == before
    assert not Revision.objects.exists()


def test_what_is_changed_is_saved_with_who_did_it(page: Page) -> None:
    page.line("phones", "phones")
    page.line("emails", "emails")
    data = page.changed("phones", "phones", arrow="->", winner="b", on=None)
    answer = page.post(data)
    assert answer.headers["Location"] == page.address()
    row = page.connection.mappings.get(a="phones")
    assert (row.arrow, row.winner, row.on) == ("->", "b", False)
    assert page.stored() == ["phones → phones off", "emails ↔ emails"]
    (revision,) = Revision.objects.all()
    assert revision.by and revision.by.username == "boss"


def test_a_draft_stays_on_its_page_or_goes_on_to_the_preview(page: Page) -> None:
    assert "Save and go on to: Preview" in page.text()
    assert page.post(page.data()).headers["Location"] == page.address()
    assert page.post(page.data(), _go_on="1").headers["Location"] == step(page, "preview")
    assert step(page, "mapping") in page.client.get(step(page, "rules")).content.decode()


def test_an_active_connection_shows_the_effect_first(page: Page) -> None:
    line = page.line("emails", "emails")
    page.line("phones", "phones")
    synced(page.connection)
    data = page.changed("phones", "phones", on=None)
    answer = page.post(data)
    assert "Nothing is saved yet." in text_of(answer)
    assert page.connection.mappings.get(a="phones").on
    again = page.post(data, _again="1")
    assert page.data(again) == data
    assert "Not saved yet." in text_of(again)
    word, value = answer.context["confirmed"]
    saved = page.post(data, **{word: value})
    overview = reverse("admin:connections_connection_change", args=[page.connection.pk])
    assert saved.headers["Location"] == overview
    assert page.stored() == [str(line), "phones ↔ phones off"]


# --- Lines


def test_a_composed_name_and_sub_values_are_shown_and_saved_as_they_are(page: Page) -> None:
    page.line("full_name", "full_name")
    page.line("phones", "phones")
    page.line("phones.mobile", "custom:Mobile")
    before = page.stored()
    text = page.text()
    assert "Phone numbers · Mobile" in text and "no longer in" not in text
    assert "Full name of one is joined from its parts, and split back into them." in text
    assert page.save(page.changed("phones", "phones", winner="b")) == []
    assert page.stored() == before
    assert page.connection.mappings.get(a="phones").winner == "b"


def test_fields_have_the_icon_of_their_type_and_its_name_for_who_listens(page: Page) -> None:
    page.line("emails", "emails")
    text = page.text()
    assert '<span class="material-symbols-outlined" aria-hidden="true">mail</span>' in text
    assert '<span class="desk-read-out"> (e-mail list)</span>' in text


def test_only_arrows_that_are_possible_are_there_and_why(page: Page) -> None:
    page.line("custom:Size", "custom:Text", "->")
    page.line("phones", "custom:Mobile")
    row = page.row("custom:Size", "custom:Text")
    assert row.only_arrow == "→ to two"
    assert row.notes == (
        "Text (text) → Size (single choice): its value can be written as text, but text cannot be "
        "read back as single choice.",
    )
    assert row.notes[0] in page.text()
    wide = page.row("phones", "custom:Mobile")
    assert [label for _, label in wide.arrows] == ["↔ both ways", "→ to two", "← to one"]
    assert wide.notes == (
        "one has a list, two one entry of it: the primary one, else the one sent last, "
        "else the first.",
    )


def test_an_arrow_shows_no_more_than_the_direction_of_the_connection(page: Page) -> None:
    page.line("phones", "phones")
    page.line("emails", "emails", "<-")
    Connection.objects.update(direction="a-to-b")
    page.connection.refresh_from_db()
    assert "The connection goes" in page.text()
    assert page.row("phones", "phones").only_arrow == "→ to two"
    new = page.get().context["blank"].form["arrow"].field.widget.choices
    assert list(new) == [("", "as far as possible"), ("<->", "→ to two")]
    against = page.row("emails", "emails")
    assert against.arrows == [("<->", "→ to two"), ("<-", "nothing flows")]
    assert against.notes == ("Nothing flows, since the connection goes the other way only.",)
    assert page.save(page.changed("emails", "emails", arrow="<->")) == []
    assert page.stored() == ["phones ↔ phones", "emails ↔ emails"]


def test_a_line_of_ones_own_is_removed_and_one_of_the_default_mapping_never(page: Page) -> None:
    page.line("emails", "emails", default=True)
    page.line("phones", "phones")
    assert page.text().count("> Remove<") == 2, "of the line of one's own and of a new one"
    data = page.changed("phones", "phones", remove="on")
    assert "phones" in page.data(page.post(data, _again="1")).values(), "until it is saved"
    assert page.save(data) == []
    assert page.stored() == ["emails ↔ emails"]
    assert page.save(page.changed("emails", "emails", remove="on", on=None)) == []
    assert page.stored() == ["emails ↔ emails off"]


# --- Who


def test_who_may_only_look_sees_the_lines_and_no_way_to_change_them(
    viewer: Client, page: Page
) -> None:
    page.line("emails", "emails")
    data = page.changed("emails", "emails", on=None)
    looking = Page(viewer, page.connection)
    text = looking.text()
    assert "You can look at the field mapping." in text and "E-mail addresses" in text
    assert '<fieldset class="map-all" disabled>' in text
    assert re.findall(r"<button[^>]*name=\"_?\w+\"", text.partition("map-all")[2]) == []
    assert "Save</button>" not in text and "data-blank" not in text
    assert looking.data().keys() == {"_seen"}
    for button in ({}, {"_read": "a"}, {"_go_on": "1"}):
        assert looking.post(data, **button).status_code == 403
    assert page.stored() == ["emails ↔ emails"]


def test_who_may_do_all_but_see_people_has_no_contact_to_try_it_on(page: Page) -> None:
    client = Client()
    user = User.objects.create_user("blind", is_staff=True)
    rights = Permission.objects.exclude(codename="see_people")
    user.user_permissions.set(rights)
    client.force_login(user)
    blind = Page(client, page.connection)
    assert "See it on a contact" in page.text()
    assert "See it on a contact" not in blind.text()
    assert blind.client.post(blind.address("_sample"), {}).status_code == 403
    assert blind.save(blind.added("phones", "phones")) == []


# --- Size


def test_many_lines_and_fields_take_as_many_queries_as_few_and_no_huge_page(
    joined: Joined,
) -> None:
    custom = tuple(Field(f"custom:F{number}", f"Field {number}") for number in range(200))
    page = joined((STANDARD["emails"], *custom), (STANDARD["emails"], *custom))
    page.line("emails", "emails")
    page.get()
    few, small = _cost(page)
    for number in range(50):
        page.line(f"custom:F{number}", f"custom:F{number}")
    many, large = _cost(page)
    assert many == few
    assert (len(large) - len(small)) / 50 < 2500
    assert large.count(">Field 7 (text)") == 2, "offered once a side"


def _cost(page: Page) -> tuple[int, str]:
    with CaptureQueriesContext(database) as queries:
        answer = page.get()
    return len(queries), answer.content.decode()
