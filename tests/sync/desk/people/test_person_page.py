"""One person on one page: contacts, connections, what was agreed, put on and done."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections.models import Connection, Record
from sync.models import Step, SyncRecord
from tests.query_plans import asked
from tests.sync.desk.conftest import person, synced
from tests.sync.desk.people.chains import Chain, come, go


def record(connection: Connection, name: str) -> Record:
    """In its first app."""
    return Record.objects.get(container=connection.a, title=name)


def page(client: Client, of: Record) -> Any:
    answer = client.get(reverse("admin:person", args=[of.pk]))
    assert answer.status_code == 200
    return answer


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def fields(answer: Any) -> dict[str, list[str]]:
    """By label what the contacts have, in the order of the contacts."""
    return {
        row.sign.label: [re.sub("<[^>]*>", "", cell) for _, cell in row.cells]
        for row in answer.context["fields"]
    }


def test_each_contact_is_shown_field_by_field(desk: Client, chain: Chain) -> None:
    answer = page(desk, record(chain[0], "Ada"))
    assert [one.sign.name for one in answer.context["contacts"]] == [
        "crm · Contacts",
        "news · Contacts",
        "phone · Contacts",
    ]
    shown = fields(answer)
    assert shown["First name"] == ["Ada"] * 3
    assert shown["Job title"] == ["Countess"] * 3
    assert next(iter(shown)) == "First name", "in the order of people, not of the alphabet"


def test_every_contact_of_a_person_leads_to_the_same_page(desk: Client, chain: Chain) -> None:
    pages = [page(desk, each) for each in Record.objects.filter(title="Ada")]
    assert len(pages) == 3
    assert len({str(fields(each)) for each in pages}) == 1
    assert {len(each.context["pairs"]) for each in pages} == {2}


def test_what_an_app_lacks_is_shown_empty(desk: Client, chain: Chain) -> None:
    chain[0].mappings.filter(a="notes").update(on=False)
    come(chain[0].a, person("Dan", notes="Likes tea"))
    synced(chain[0])
    assert fields(page(desk, record(chain[0], "Dan")))["Notes"] == ["Likes tea", "empty"]


def test_since_when_a_contact_is_gone_is_told_with_what_was_known(
    desk: Client, chain: Chain
) -> None:
    come(chain[0].a, person("Gus"))
    synced(chain[0])
    gus = record(chain[0], "Gus")
    go(gus)
    synced(chain[0])
    answer = page(desk, gus)
    assert "no longer there since" in text_of(answer)
    assert fields(answer)["First name"] == ["Gus"] * 2


def test_each_connection_tells_how_it_stands_and_what_to_do(desk: Client, chain: Chain) -> None:
    come(chain[0].a, person("Eve"), person("Eve"))
    synced(chain[0])
    twin = SyncRecord.objects.get(title="Eve", state="duplicate")
    assert twin.a
    answer = page(desk, twin.a)
    (pair,) = answer.context["pairs"]
    assert (pair.row.connection.name, pair.told.label) == ("crm-phone", "the same address twice")
    text = text_of(answer)
    assert twin.reason in text
    assert "Merge the two in the app, or give each an address of its own." in text


def test_what_was_agreed_is_shown_for_both_sides(desk: Client, chain: Chain) -> None:
    ada = record(chain[0], "Ada")
    row = SyncRecord.objects.get(connection=chain[0], a=ada)
    row.base["job_title"] = [["Countess", "Engineer"]]
    row.save()
    pair = page(desk, ada).context["pairs"][0]
    agreed = {
        line.label: [re.sub("<[^>]*>", "", side) for side in (line.a, line.b)]
        for line in pair.agreed
    }
    assert agreed["Job title"] == ["Countess", "Engineer"]
    assert agreed["E-mail addresses"] == ["ada@example.org (home)"] * 2


def test_what_was_agreed_of_a_line_that_is_gone_is_shown_by_its_words(
    desk: Client, chain: Chain
) -> None:
    ada = record(chain[0], "Ada")
    chain[0].mappings.filter(a="job_title").delete()
    pair = page(desk, ada).context["pairs"][0]
    assert "Job title" in {line.label for line in pair.agreed}


def test_effects_are_told_with_their_rule_and_whose_they_are(desk: Client, chain: Chain) -> None:
    rule = chain[0].rules.create(name="Nobles", side="a")
    rule.conditions.create(kind="field", op="is", field="job_title", value="Countess")
    rule.actions.create(kind="set field", field="nickname", value="Noble")
    synced(chain[0])
    text = text_of(page(desk, record(chain[0], "Ada")))
    assert "Nickname of B set to Noble by Nobles (ours; before: empty)" in text


def test_the_latest_steps_of_all_connections_are_paged(
    desk: Client, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = record(chain[0], "Ada")
    whole = page(desk, ada).context["done"]
    verbs = [(one.connection.name, one.step.verb) for one in whole.steps]
    assert set(verbs) == {("crm-phone", "link"), ("crm-phone", "update"), ("phone-news", "create")}
    assert [one.step.pk for one in whole.steps] == sorted(
        (one.step.pk for one in whole.steps), reverse=True
    )
    assert "<del>Engineer</del> → <ins>Countess</ins>" in text_of(page(desk, ada))
    monkeypatch.setattr("sync.desk.person.STEPS", 2)
    first = page(desk, ada).context["done"]
    rest = desk.get(f"{reverse('admin:person', args=[ada.pk])}?before={first.older}")
    found = [one.step.pk for part in (first, rest.context["done"]) for one in part.steps]
    assert found == [one.step.pk for one in whole.steps]
    assert rest.context["done"].older is None
    for nonsense in ("x", "-1", "9" * 30):
        assert desk.get(f"{page_of(ada)}?before={nonsense}").status_code == 200


def test_what_was_only_planned_was_not_done(desk: Client, chain: Chain) -> None:
    ada = record(chain[0], "Ada")
    Step.objects.filter(verb="update").update(result="planned")
    verbs = {one.step.verb for one in page(desk, ada).context["done"].steps}
    assert "update" not in verbs


def test_its_links_lead_to_the_audit_log_of_this_person_and_to_the_explanation(
    desk: Client, chain: Chain
) -> None:
    ada = record(chain[0], "Ada")
    answer = page(desk, ada)
    rows = set(SyncRecord.objects.filter(title="Ada").values_list("pk", flat=True))
    listed = desk.get(answer.context["all_steps"]).context["cl"].result_list
    assert listed and {step.sync_record_id for step in listed} == rows
    text = text_of(answer)
    for connection in chain:
        mine = Record.objects.get(container=connection.a, title="Ada")
        explain = reverse("admin:connection_explain", args=[connection.pk, mine.pk])
        assert f'href="{explain}"' in text
        assert desk.get(explain).status_code == 200
        (row,) = SyncRecord.objects.filter(connection=connection, a=mine)
        log = f"{reverse('admin:sync_step_changelist')}?sync_record__in={row.pk}"
        assert f'href="{log}"' in text
        assert {step.sync_record_id for step in desk.get(log).context["cl"].result_list} == {row.pk}


def test_who_was_said_to_be_somebody_else_is_named(desk: Client, chain: Chain) -> None:
    row = SyncRecord.objects.get(connection=chain[0], title="Ben")
    SyncRecord.objects.filter(pk=row.pk).update(state="apart", cause="undone")
    assert row.b
    text = text_of(page(desk, record(chain[0], "Ben")))
    assert f'Kept apart from <a class="people-link" href="{page_of(row.b)}">Ben</a>' in text


def page_of(of: Record) -> str:
    return reverse("admin:person", args=[of.pk])


def test_whom_no_connection_knows_is_shown_too(desk: Client, chain: Chain) -> None:
    SyncRecord.objects.all().delete()
    text = text_of(page(desk, record(chain[0], "Ben")))
    assert "no connection has looked at this contact yet" in text and "Nothing yet." in text


def test_nothing_of_a_person_is_in_the_address(chain: Chain) -> None:
    ada = record(chain[0], "Ada")
    assert page_of(ada) == f"/admin/people/{ada.pk}/"


def test_it_takes_as_many_queries_for_many_as_for_few_and_no_scan(
    desk: Client, chain: Chain
) -> None:
    def cost() -> int:
        with asked() as queries:
            page(desk, record(chain[0], "Ada"))
        assert queries.scans == {}
        return queries.number

    page(desk, record(chain[0], "Ada"))
    few = cost()
    come(chain[0].a, *(person(f"P{n}") for n in range(12)))
    rule = chain[0].rules.create(name="Nobles", side="a")
    rule.actions.create(kind="set field", field="nickname", value="Noble")
    for connection in chain:
        synced(connection)
    assert cost() == few
    assert len(page(desk, record(chain[0], "Ada")).context["done"].steps) > 3


def test_only_who_sees_people_sees_one(viewer: Client, chain: Chain) -> None:
    address = page_of(record(chain[0], "Ada"))
    assert viewer.get(address).status_code == 403
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="see_people"))
    assert viewer.get(address).status_code == 200
    assert viewer.get(reverse("admin:person", args=[10**6])).status_code == 404
