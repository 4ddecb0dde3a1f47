"""The contact that the lines of a field mapping are tried on: whoever is looked for, and what each
line would do for them, as it is entered."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from connections.accounts import open_account
from connections.models import Container, Record
from connectors.connector import Create
from connectors.contact import Contact, entries
from connectors.memory import store
from sync.host import this_process
from sync.models import Run, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from sync.sampling import MOST
from tests.sync.desk.conftest import person, synced
from tests.sync.desk.mapping.conftest import Joined
from tests.sync.desk.mapping.page import Page, text_of

Cells = dict[str, tuple[str, str | None]]


@pytest.fixture
def page(joined: Joined) -> Page:
    """Ada is on both sides, Ben only in "one", Cleo only in "two". They are read, and not synced
    yet."""
    page = joined()
    page.line("phones", "custom:Text", "->")
    page.line("last_name", "full_name", on=False)
    page.line("custom:Size", "custom:Size", values={"S": "Small"})
    page.line("emails", "emails")
    add(page, "a", person("Ada", last_name="Byron", **{"custom:Size": "S"}), person("Ben"))
    add(page, "b", Contact({"full_name": "Ada Byron", "emails": emails("ada", "ada.b")}))
    cleo = {"full_name": "Cleo", "emails": emails("cleo"), "custom:Size": "Small"}
    add(page, "b", Contact(cleo))
    look(page)
    return page


def emails(*names: str) -> Any:
    return entries([f"{name}@example.org" for name in names], "home")


def add(page: Page, side: str, *contacts: Contact) -> None:
    container = page.connection.container(side)
    connector = open_account(container.account)
    for contact in contacts:
        connector.write(container.remote_id, [Create(contact.title, contact.fields)])


def look(page: Page) -> Run:
    return perform(ask_for_run(page.connection, kind="preview").pk, host=this_process())


def sample(page: Page, data: dict[str, str], **more: str) -> Any:
    """What the page's script asks for."""
    return page.client.post(page.address("_sample"), data | more)


def found(page: Page, text: str) -> list[tuple[str, str, str]]:
    answer = sample(page, page.data(), _find="1", find=text)
    assert answer.status_code == 200
    return [(one.title, one.email, one.sides) for one in answer.context["sample"].found or ()]


def of(page: Page, name: str) -> str:
    """The number that the page has for somebody."""
    return str(Record.objects.filter(title__startswith=name, gone_at=None).order_by("pk")[0].pk)


def cells(answer: Any) -> dict[str, Cells]:
    """By line what each side has and would get."""
    return {
        row.name: {side: (cell.has, cell.gets) for side, cell in row.cells.items()}
        for row in answer.context["rows"]
    }


def chosen(page: Page, name: str, data: dict[str, str] | None = None) -> dict[str, Cells]:
    return cells(sample(page, data or page.data(), _contact=of(page, name)))


# --- Finding somebody


def test_people_are_found_by_name_and_by_address(page: Page) -> None:
    adas = [("Ada Byron", "ada@example.org", "a"), ("Ada Byron", "ada@example.org", "b")]
    ben, cleo = ("Ben", "ben@example.org", "a"), ("Cleo", "cleo@example.org", "b")
    assert found(page, "@EXAMPLE") == [*adas, ben, cleo]
    assert found(page, " ADA  b") == adas
    assert found(page, "a@ex") == adas


def test_the_only_one_who_is_found_is_chosen(page: Page) -> None:
    answer = sample(page, page.data(), _find="1", find="Ben")
    assert answer.context["sample"].found is None
    assert "<strong>Ben</strong>" in text_of(answer)
    assert f'name="contact" value="{of(page, "Ben")}"' in text_of(answer)


def test_a_pair_is_found_once(page: Page) -> None:
    synced(page.connection)
    assert ("Ada Byron", "ada@example.org", "ab") in found(page, "example")
    assert len(found(page, "example")) == 3


def test_of_many_some_are_shown_and_that_there_are_more(page: Page) -> None:
    add(page, "a", *(person(f"Dora {number}") for number in range(MOST + 1)))
    look(page)
    answer = sample(page, page.data(), _find="1", find="dora")
    assert len(answer.context["sample"].found) == MOST
    assert f"Found more than {MOST}. Write more of the name" in text_of(answer)
    Record.objects.filter(title="Dora 8").delete()
    text = text_of(sample(page, page.data(), _find="1", find="dora"))
    assert f"Found {MOST}. </p>" in text


def test_without_a_name_some_are_offered_and_nobody_is_a_sentence(page: Page) -> None:
    assert len(found(page, "")) == 4
    text = text_of(sample(page, page.data(), _find="1", find="<Nobody>"))
    assert "Nobody was read whose name or address holds “<Nobody>”." in text
    assert "<Nobody>" not in sample(page, {}, _find="1", find="<Nobody>").content.decode()


@pytest.mark.parametrize("text", ["%", "_", "\\", "ada%", "x" * 5000])
def test_signs_are_looked_for_as_they_are(page: Page, text: str) -> None:
    assert "Nobody was read" in text_of(sample(page, page.data(), _find="1", find=text))
    assert found(page, "a\0da") == found(page, "ada")


def test_before_anything_was_read_the_page_says_what_to_do(page: Page) -> None:
    Record.objects.all().delete()
    text = page.text()
    assert "No contact was read yet." in text and "Make a preview" in text
    assert 'name="find"' not in text


# --- What the lines would do


def test_each_line_shows_what_both_have_and_would_get(page: Page) -> None:
    lines = chosen(page, "Ada")
    assert lines["E-mail addresses"] == {
        "a": (
            "ada@example.org (home)",
            "ada@example.org (home); ada.b@example.org (home)",
        ),
        "b": ("ada@example.org (home); ada.b@example.org (home)", None),
    }
    assert lines["Size"] == {"a": ("S", None), "b": ("", "Small")}
    assert lines["Last name – Full name"] == {"a": ("Byron", None), "b": ("Ada Byron", None)}


def test_it_tells_whether_they_have_met(page: Page) -> None:
    said = text_of(sample(page, page.data(), _contact=of(page, "Ada")))
    assert "is on both sides. They have not met yet" in said
    said = text_of(sample(page, page.data(), _contact=of(page, "Ben")))
    assert "is in one only. This is what a new contact in two would be made with." in said
    said = text_of(sample(page, page.data(), _contact=of(page, "Cleo")))
    assert "is in two only. This is what a new contact in one would be made with." in said
    synced(page.connection)
    said = text_of(sample(page, page.data(), _contact=of(page, "Ada")))
    assert "is synced between the two. No line would change anything." in said


def test_who_is_paired_with_somebody_is_nobodys_counterpart(page: Page) -> None:
    synced(page.connection)
    add(page, "a", Contact({"first_name": "Other", "emails": emails("ada.b")}))
    look(page)
    said = text_of(sample(page, page.data(), _contact=of(page, "Other")))
    assert "is in one only." in said


def test_it_follows_what_is_entered(page: Page) -> None:
    size = ("custom:Size", "custom:Size")
    assert chosen(page, "Ada")["Size"]["b"] == ("", "Small")
    other = page.changed(*size, values_0_b="Large")
    assert chosen(page, "Ada", other)["Size"]["b"] == ("", "Large")
    back = page.changed(*size, arrow="<-")
    assert chosen(page, "Ada", back)["Size"]["b"] == ("", None)
    off = page.changed(*size, on=None)
    assert chosen(page, "Ada", off)["Size"] == {"a": ("S", None), "b": ("", None)}
    on = page.changed("last_name", "full_name", on="on", winner="b")
    assert chosen(page, "Ada", on)["Last name – Full name"]["a"] == ("Byron", "Ada Byron")
    new = page.data() | {"line-9-a": "first_name", "line-9-b": "custom:Text", "line-9-on": "on"}
    new = {name: value for name, value in new.items() if not name.startswith("line-0")}
    assert chosen(page, "Ada", new)["First name – Text"]["b"] == ("", "Ada")


def first_name_to_text(page: Page, arrow: str) -> None:
    """Synced, and then edited in "two"."""
    page.connection.mappings.filter(a="phones").delete()
    page.line("first_name", "custom:Text", arrow)
    synced(page.connection)
    ada = next(id for id, x in store.placed["two"].contacts().items() if "Ada" in x.title)
    store.placed["two"].edit(ada, {"custom:Text": "Augusta"})
    look(page)


def test_it_goes_on_from_what_they_agreed_on(page: Page) -> None:
    """As the next sync: a value that was changed on one side flows, whoever wins."""
    first_name_to_text(page, "<->")
    assert chosen(page, "Ada")["First name – Text"] == {
        "a": ("Ada", "Augusta"), "b": ("Augusta", None),
    }  # fmt: skip


def test_a_line_that_flows_further_than_before_starts_as_a_first_match(page: Page) -> None:
    first_name_to_text(page, "->")
    answer = sample(page, page.data(), _contact=of(page, "Ada"))
    assert "It was changed where this line does not read, and is left alone." in text_of(answer)
    wider = page.changed("first_name", "custom:Text", arrow="<->")
    assert chosen(page, "Ada", wider)["First name – Text"] == {
        "a": ("Ada", None), "b": ("Augusta", "Ada"),
    }  # fmt: skip


def test_lines_are_tried_together(page: Page) -> None:
    """A list leaves alone what another line writes of it."""
    [ben] = [id for id, x in store.placed["one"].contacts().items() if x.title == "Ben"]
    phones = (*entries(["+32470000001"], "mobile"), *entries(["+3291111111"], "home"))
    store.placed["one"].edit(ben, {"phones": phones})
    look(page)
    page.connection.mappings.filter(a="phones").update(b="phones", arrow="<->")
    both = "+32470000001 (mobile); +3291111111 (home)"
    assert chosen(page, "Ben")["Phone numbers"]["b"] == ("", both)
    lines = chosen(page, "Ben", page.added("phones.mobile", "custom:Mobile"))
    assert lines["Phone numbers"]["b"] == ("", "+3291111111 (home)")
    assert lines["Phone numbers · Mobile – Mobile"]["b"] == ("", "+32470000001")


def test_what_has_no_counterpart_says_why_it_is_left_alone(page: Page) -> None:
    page.connection.mappings.filter(a="custom:Size").update(values={})
    answer = sample(page, page.data(), _contact=of(page, "Ada"))
    [row] = [row for row in answer.context["rows"] if row.name == "Size"]
    assert row.cells["b"].gets is None and "S" in row.left_alone
    assert row.left_alone in text_of(answer)


def test_whose_counterpart_was_deleted_loses_nothing(page: Page) -> None:
    """What is gone is no empty contact, whose emptiness would flow."""
    synced(page.connection)
    [cleo] = [id for id, x in store.placed["two"].contacts().items() if x.title == "Cleo"]
    store.placed["two"].remove(cleo)
    look(page)
    assert chosen(page, "cleo@")["Size"]["a"] == ("S", None)


def test_a_line_that_is_held_is_not_tried(page: Page) -> None:
    page.line("custom:Gone", "custom:Mobile", "->")
    assert chosen(page, "Ada")["Gone – Mobile"] == {}


def test_nothing_is_written_by_trying(page: Page) -> None:
    before = (list(page.connection.mappings.values()), list(SyncRecord.objects.values()))
    people = {name: app.number for name, app in store.placed.items()}
    chosen(page, "Ada", page.changed("emails", "emails", arrow="->"))
    page.post(page.changed("emails", "emails", arrow="->"), _contact=of(page, "Ada"))
    assert (list(page.connection.mappings.values()), list(SyncRecord.objects.values())) == before
    assert {name: app.number for name, app in store.placed.items()} == people


# --- Without a script


def test_without_a_script_the_buttons_do_the_same(page: Page) -> None:
    data = page.changed("emails", "emails", arrow="->")
    answer = page.post(data, _find="1", find="ada")
    assert "map-found" in text_of(answer)
    answer = page.post(page.data(answer), _contact=of(page, "Ada"))
    assert cells(answer)["E-mail addresses"]["a"] == ("ada@example.org (home)", None)
    kept = page.data(answer)
    assert kept["contact"] == of(page, "Ada")
    assert kept.items() >= (data | {"find": "ada"}).items()
    assert cells(page.post(kept, _again="1"))["Size"]["b"] == ("", "Small")
    without = page.post(kept, _contact="")
    assert "contact" not in page.data(without) and cells(without)["Size"] == {}


def test_an_answer_takes_the_place_of_what_the_page_shows(page: Page) -> None:
    shown = set(_ids(page.get().content.decode()))
    answer = sample(page, page.data(), _contact=of(page, "Ada")).content.decode()
    assert {"sample", "line-0-has-a", "line-3-has-b", "line-0-alone"} <= set(_ids(answer)) <= shown
    assert 'hx-swap-oob="innerHTML"' in answer


def _ids(html: str) -> list[str]:
    return [part.partition('"')[0] for part in html.split('id="')[1:]]


# --- Who, and whom


def test_only_who_sees_people_looks_for_them(page: Page, viewer: Client) -> None:
    assert viewer.post(page.address("_sample"), {"_find": "1", "find": "ada"}).status_code == 403
    answer = viewer.post(page.address(), {"_find": "1", "find": "ada", "contact": "1"})
    assert "Ada" not in text_of(answer)


def test_no_name_stands_in_an_address(page: Page) -> None:
    asked = {"find": "ada", "_find": "1", "contact": of(page, "Ada")}
    assert page.client.get(page.address("_sample"), asked).status_code == 405
    assert "Ada" not in text_of(page.client.get(page.address(), asked))


def test_a_contact_of_another_connection_is_nobody(page: Page) -> None:
    container = Container.objects.create(account=page.connection.a.account, remote_id="other")
    ben = of(page, "Ben")
    Record.objects.filter(pk=ben).update(container=container)
    answer = sample(page, page.data(), _contact=ben)
    assert answer.context["sample"].subject is None and "Ben" not in text_of(answer)
    for odd in ("0", "9" * 30, "-1", "x", "1 or 1=1"):
        assert sample(page, page.data(), _contact=odd).context["sample"].subject is None


def test_many_lines_are_tried_with_as_many_queries_as_few(page: Page) -> None:
    few = _queries(page)
    page.line("first_name", "custom:Mobile", on=False)
    page.line("addresses", "addresses")
    page.line("phones", "phones")
    add(page, "a", *(person(f"Eve{number}") for number in range(5)))
    look(page)
    assert _queries(page) == few


def _queries(page: Page) -> int:
    data, ada = page.data(), of(page, "Ada")
    with CaptureQueriesContext(database) as queries:
        sample(page, data, _contact=ada)
    return len(queries)
