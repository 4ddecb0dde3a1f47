"""Searching for people over all accounts: who is found, in which line, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections.models import Record
from sync.belonging import together
from sync.desk.people_search import in_palette
from sync.models import SyncRecord
from tests.query_plans import asked
from tests.sync.desk.conftest import person, synced
from tests.sync.desk.people.chains import Chain, come, go

PAGE = reverse("admin:people")


def searched(client: Client, text: str) -> Any:
    answer = client.post(PAGE, {"text": text}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)], "no name stands in the address"
    return answer


def lines(answer: Any) -> dict[str, tuple[list[str], list[str]]]:
    """By name the accounts of the person, and how each connection stands to them."""
    return {
        found.name: (
            [place.sign.container.account.name for place in found.places],
            [f"{row.connection.name} {row.state}" for row in found.standings],
        )
        for found in answer.context["found"]
    }


def ids_of(name: str) -> set[int]:
    return set(Record.objects.filter(title=name).values_list("pk", flat=True))


def test_a_person_is_one_line_whatever_the_number_of_apps(desk: Client, chain: Chain) -> None:
    assert len(ids_of("Ada")) == 3
    assert lines(searched(desk, "ada")) == {
        "Ada": (["crm", "phone", "news"], ["crm-phone in_sync", "phone-news in_sync"])
    }
    assert list(lines(searched(desk, "BEN@EXAMPLE.ORG"))) == ["Ben"]
    assert lines(searched(desk, "cem"))["Cem"] == (["news", "phone"], ["phone-news in_sync"])


def test_the_page_shows_what_was_asked_last_and_says_how_it_searches(
    desk: Client, chain: Chain
) -> None:
    text = searched(desk, "ada").content.decode()
    assert 'value="ada"' in text and "names that begin so, or a later word" in text
    ada = Record.objects.get(title="Ada", container=chain[0].a)
    assert f'href="{reverse("admin:person", args=[ada.pk])}">Ada</a>' in text
    assert lines(desk.get(PAGE)).keys() == {"Ada"}
    assert "Nobody was found" in searched(desk, "zoe").content.decode()


def test_an_empty_search_says_what_is_missing(desk: Client, chain: Chain) -> None:
    answer = desk.post(PAGE, {"text": " "})
    assert answer.status_code == 200
    assert "Say whom you look for." in answer.content.decode()


def test_those_who_were_parted_are_two_people(desk: Client, chain: Chain) -> None:
    crm, phone = chain[0].a_id, chain[0].b_id
    SyncRecord.objects.filter(connection=chain[0], title="Ada").update(state="apart")
    of_crm = Record.objects.get(container=crm, title="Ada").pk
    groups = together(ids_of("Ada"))
    assert sorted(map(len, groups)) == [1, 2]
    assert frozenset({of_crm}) in groups
    of_phone = Record.objects.get(container=phone, title="Ada").pk
    assert next(group for group in groups if of_phone in group) == ids_of("Ada") - {of_crm}


def test_who_is_gone_from_one_app_is_found_by_the_other(desk: Client, chain: Chain) -> None:
    come(chain[0].a, person("Gus"))
    synced(chain[0])
    go(Record.objects.get(container=chain[0].a, title="Gus"))
    synced(chain[0])
    (found,) = searched(desk, "gus").context["found"]
    gone = {place.sign.container.account.name: place.is_gone for place in found.places}
    assert gone == {"crm": True, "phone": False}
    assert "no longer there" in desk.get(PAGE).content.decode()


def test_many_are_cut_and_it_is_said(
    desk: Client, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.desk.people_search.MOST", 2)
    come(chain[0].a, person("Dan"), person("Dana"), person("Dante"))
    synced(chain[0])
    answer = searched(desk, "dan")
    assert "There are more." in answer.content.decode()
    assert list(lines(answer)) == ["Dan"], "both records of whom are the first two"
    assert "There are more." not in searched(desk, "dante").content.decode()


def test_it_takes_as_many_queries_for_many_as_for_few_and_no_scan(
    desk: Client, chain: Chain
) -> None:
    def cost() -> int:
        searched(desk, "da")
        with asked() as queries:
            assert desk.get(PAGE).context["found"]
        assert queries.scans == {}
        return queries.number

    come(chain[0].a, person("Dan"))
    for connection in chain:
        synced(connection)
    few = cost()
    come(chain[0].a, *(person(f"Da{n}") for n in range(12)))
    for connection in chain:
        synced(connection)
    assert len(lines(searched(desk, "da"))) >= 13
    assert cost() == few


def test_who_may_not_see_people_is_told_so_and_finds_nobody(viewer: Client, chain: Chain) -> None:
    text = viewer.get(PAGE).content.decode()
    assert (
        "So people cannot be searched for here." in text
        and "<form" not in text.partition('id="content"')[2].partition("</main>")[0]
    )
    assert viewer.post(PAGE, {"text": "ada"}).status_code == 403
    box = f'action="{PAGE}"'
    assert box not in viewer.get(reverse("admin:index")).content.decode()
    user = User.objects.get(username="viewer")
    user.user_permissions.add(Permission.objects.get(codename="see_people"))
    assert list(lines(searched(viewer, "ada"))) == ["Ada"]
    assert box in viewer.get(reverse("admin:index")).content.decode()


def test_who_lost_the_right_is_not_shown_what_they_found_before(
    viewer: Client, chain: Chain
) -> None:
    right = Permission.objects.get(codename="see_people")
    user = User.objects.get(username="viewer")
    user.user_permissions.add(right)
    searched(viewer, "ada")
    user.user_permissions.remove(right)
    assert "ada" not in viewer.get(PAGE).content.decode().lower().replace("canada", "")


def test_the_palette_leads_to_the_page_and_looks_for_nobody(
    rf: Any, chain: Chain, django_assert_num_queries: Any
) -> None:
    request = rf.get(reverse("admin:search"), {"s": "ada", "extended": "1"})
    request.user = User.objects.create_superuser("boss")
    with django_assert_num_queries(0):
        (found,) = in_palette(request, "ada")
    assert found.link == PAGE and "ada" not in found.title.lower()
    assert in_palette(request, " ") == []
    request.user = User.objects.create_user("guest", is_staff=True)
    assert in_palette(request, "ada") == []
