"""Apps to come, and the votes of staff for them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from connections import votes
from connections.forms.wish import WishForm
from connections.models import Vote
from connectors import coming, registry

pytestmark = pytest.mark.sqlite_only

PAGE = reverse("admin:connections_coming")
NAMES = [app.name for app in coming.APPS]


@pytest.fixture
def ann(db: None) -> User:
    return person("ann", "view_account")


@pytest.fixture
def desk(ann: User) -> Client:
    return signed_in(ann)


def person(name: str, *rights: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


def signed_in(user: User, **more: Any) -> Client:
    client = Client(**more)
    client.force_login(user)
    return client


def told(client: Client, **answers: str) -> str:
    """What the desk says after the button."""
    answer = client.post(PAGE, answers, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    return " ".join(str(message) for message in answer.context["messages"])


def listed(client: Client) -> list[tuple[str, int, bool]]:
    return [(app.name, app.votes, app.is_mine) for app in client.get(PAGE).context["apps"]]


def voted(client: Client) -> list[tuple[str, int, bool]]:
    return [line for line in listed(client) if line[1]]


# --- The list


def test_no_app_is_to_come_that_there_is_a_connector_for() -> None:
    called = [name for app in coming.APPS for name in coming.names_of(app)]
    assert [name for name in called if coming.here_already(name)] == []


def test_no_name_is_that_of_two_apps_and_each_finds_its_own() -> None:
    called = [(coming.folded(n), a.word) for a in coming.APPS for n in {*coming.names_of(a)}]
    assert len({word for word, _ in called}) == len({*called})
    for app in coming.APPS:
        assert {coming.meant(name) for name in coming.names_of(app)} == {app}
        assert app.word == coming.folded(app.word) and len(app.word) <= Vote.LONGEST
        assert len(app.name) <= Vote.LONGEST and app.about.endswith(".")


def test_what_another_connector_reaches_is_reached_by_one_that_there_is() -> None:
    assert {*coming.REACHED_THROUGH.values()} <= {*registry.APPS}


@pytest.mark.parametrize(
    "spelled", ["hubspot", "HUBSPOT", " Hub Spot ", "hub-spot", "ＨｕｂＳｐｏｔ", "HubSpot CRM"]
)
def test_a_name_is_found_however_it_is_spelled(spelled: str) -> None:
    found = coming.meant(spelled)
    assert found is not None and found.word == "hubspot"


@given(st.text(max_size=60))
def test_what_a_form_lets_through_folds_to_something_that_is_kept(name: str) -> None:
    form = WishForm({"name": name})
    if form.is_valid():
        kept = form.cleaned_data["name"]
        assert 0 < len(coming.folded(kept)) <= Vote.LONGEST
        assert 0 < len(kept) <= Vote.LONGEST
        assert kept.isprintable() and kept == " ".join(kept.split())
        kept.encode()
    else:
        assert form.errors["name"]


# --- The page


def test_without_votes_the_apps_are_listed_by_name(desk: Client) -> None:
    assert listed(desk) == [(name, 0, False) for name in sorted(NAMES, key=str.casefold)]
    text = unescape(desk.get(PAGE).content.decode())
    for app in coming.APPS:
        assert app.name in text and app.about in text
    assert "autofocus" not in text and "yours" not in text and "Take back" not in text


def test_most_votes_come_first_and_mine_are_marked(desk: Client, ann: User) -> None:
    for name in ("ben", "cas"):
        votes.vote(person(name), "podio")
    told(desk, vote="xero")
    votes.vote(User.objects.get(username="ben"), "brevo")
    assert listed(desk)[:4] == [
        ("Podio", 2, False),
        ("Brevo", 1, False),
        ("Xero", 1, True),
        ("ActiveCampaign", 0, False),
    ]
    text = desk.get(PAGE).content.decode()
    assert text.count("yours") == 1 == text.count("Take back your vote for Xero")
    assert text.count("Vote for Podio") == 1


def test_nobody_is_shown_who_voted(desk: Client) -> None:
    votes.vote(person("someone-else"), "podio")
    assert "someone-else" not in desk.get(PAGE).content.decode()


def test_who_deletes_a_user_needs_no_right_to_votes_and_is_not_shown_them(desk: Client) -> None:
    gone = person("gone")
    votes.vote(gone, "podio")
    votes.wish(gone, "Fax machine")
    boss = signed_in(person("boss", "delete_user", "view_user"))
    address = reverse("admin:auth_user_delete", args=[gone.pk])
    text = boss.get(address).content.decode()
    assert "Podio" not in text and "Fax machine" not in text
    assert boss.post(address, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(username="gone").exists()
    assert voted(desk) == [] and len(listed(desk)) == len(NAMES)


def test_the_page_costs_the_same_queries_however_many_votes_there_are(
    desk: Client, ann: User
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(database) as queries:
            desk.get(PAGE)
        return len(queries)

    cost()
    few = cost()
    for number in range(5):
        user = person(f"voter{number}")
        votes.wish(user, f"App {number}")
        for app in coming.APPS:
            votes.vote(user, app.word)
    votes.vote(ann, "podio")
    assert cost() == few


def test_the_sidebar_and_the_choice_of_an_app_lead_there(desk: Client, ann: User) -> None:
    link = f'href="{PAGE}"'
    assert link in desk.get(reverse("admin:index")).content.decode()
    adding = signed_in(person("adds", "add_account", "view_account"))
    choice = adding.get(reverse("admin:connections_account_add")).content.decode()
    assert link in choice[choice.index('class="desk-choice"') :]


# --- Who may


def test_who_may_not_see_accounts_neither_sees_nor_votes(db: None) -> None:
    adding = signed_in(person("adds", "add_account"))
    assert adding.get(PAGE).status_code == 403
    for answers in ({"vote": "podio"}, {"back": "podio"}, {"name": "Fax machine"}):
        assert adding.post(PAGE, answers).status_code == 403
    assert not Vote.objects.exists()
    for address in ("admin:index", "admin:connections_account_add"):
        assert PAGE not in adding.get(reverse(address)).content.decode()


def test_who_is_no_staff_is_sent_to_sign_in(db: None) -> None:
    for client in (Client(), signed_in(User.objects.create_user("customer"))):
        assert client.post(PAGE, {"vote": "podio"}).status_code in (302, 403)
    assert not Vote.objects.exists()


def test_a_vote_from_another_site_is_refused(ann: User) -> None:
    strict = signed_in(ann, enforce_csrf_checks=True)
    assert strict.post(PAGE, {"vote": "podio"}).status_code == 403
    assert not Vote.objects.exists()
    token = re.search(
        r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(PAGE).content.decode()
    )
    assert token
    strict.post(PAGE, {"vote": "podio", "csrfmiddlewaretoken": token[1]})
    assert Vote.objects.get().app == "podio"


def test_looking_votes_for_nothing(desk: Client) -> None:
    desk.get(PAGE, {"vote": "podio", "name": "Fax machine"})
    assert not Vote.objects.exists()
    assert desk.put(PAGE, "vote=podio").status_code == 405


# --- Voting


def test_a_vote_counts_once_however_often_the_button_is_pressed(desk: Client) -> None:
    assert told(desk, vote="podio") == "Your vote for Podio is counted."
    assert told(desk, vote="podio") == "You have voted for Podio already."
    assert voted(desk) == [("Podio", 1, True)]


def test_a_person_and_an_app_are_one_row_whoever_writes_it(ann: User) -> None:
    Vote.objects.create(user=ann, app="podio", name="Podio")
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(user=ann, app="podio", name="Podio")


def test_a_vote_is_taken_back_and_those_of_others_stay(desk: Client) -> None:
    votes.vote(person("ben"), "podio")
    told(desk, vote="podio")
    assert told(desk, back="podio") == "Your vote for Podio is taken back."
    assert told(desk, back="podio") == ""
    assert voted(desk) == [("Podio", 1, False)]


@pytest.mark.parametrize("word", ["", "fax", "google", "Podio", "x" * 5000, "a\x00b", "%", "²"])
def test_an_app_that_is_not_in_the_list_gets_no_vote(desk: Client, word: str) -> None:
    assert told(desk, vote=word) == "That app is not in the list any more."
    assert told(desk, back=word) == ""
    assert not Vote.objects.exists()


def test_a_form_with_nothing_in_it_does_nothing(desk: Client) -> None:
    told(desk)
    assert not Vote.objects.exists()


# --- Wishing


def test_a_wish_is_listed_with_the_others_and_can_be_voted_for(desk: Client) -> None:
    ben = signed_in(person("ben", "view_account"))
    assert told(desk, name="  Fax \t machine ") == "Your vote for Fax machine is counted."
    assert listed(ben)[0] == ("Fax machine", 1, False)
    assert told(ben, vote="faxmachine") == "Your vote for Fax machine is counted."
    assert listed(ben)[0] == ("Fax machine", 2, True)
    assert "A wish of staff." in ben.get(PAGE).content.decode()


def test_a_wish_joins_what_is_listed_and_what_others_wished(desk: Client) -> None:
    ben = signed_in(person("ben", "view_account"))
    assert told(desk, name="hubspot") == "Your vote for HubSpot is counted."
    assert told(desk, name="HUB SPOT") == "You have voted for HubSpot already."
    assert told(ben, name="Outlook") == "Your vote for Microsoft 365 is counted."
    told(desk, name="FaxMachine")
    assert told(ben, name="fax-machine") == "Your vote for FaxMachine is counted."
    assert voted(desk) == [
        ("FaxMachine", 2, True),
        ("HubSpot", 1, True),
        ("Microsoft 365", 1, False),
    ]


def test_a_wish_goes_with_its_last_vote(desk: Client) -> None:
    told(desk, name="Fax machine")
    told(desk, back="faxmachine")
    assert voted(desk) == [] and len(listed(desk)) == len(NAMES)
    assert told(desk, vote="faxmachine") == "That app is not in the list any more."


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "This field is required."),
        (" \t ", "This field is required."),
        ("x" * 61, "at most 60"),
        ("!?", "A name has a letter or a digit."),
        ("\u200b\u200d", "A name has a letter or a digit."),
        ("ﷺ" * 60, "too long for a name"),
        ("a\x00b", "Null characters are not allowed."),
        ("google contacts", "Google Contacts is there already"),
        ("google", "google is there already, as Google Contacts"),
        ("i-Cloud", "i-Cloud is there already, as CardDAV"),
    ],
)
def test_what_is_no_wish_is_told_at_its_field(desk: Client, name: str, why: str) -> None:
    answer = desk.post(PAGE, {"name": name})
    assert answer.status_code == 200 and len(answer.context["apps"]) == len(NAMES)
    assert why in " ".join(answer.context["form"].errors["name"])
    text = answer.content.decode()
    assert why in text and 'id="id_name_error"' in text
    assert 'aria-describedby="id_name_error"' in text and "autofocus" in text
    assert not Vote.objects.exists()


def test_sixty_signs_are_a_name_and_none_is_markup(desk: Client) -> None:
    told(desk, name="x" * 60)
    told(desk, name="<script>alert(1)</script>")
    told(desk, name='"><b>')
    text = desk.get(PAGE).content.decode()
    assert "<script>alert(1)" not in text and "&lt;script&gt;alert(1)" in text
    assert '"><b>' not in text
    assert len(voted(desk)) == 3


def test_signs_that_nobody_sees_make_no_second_app(desk: Client) -> None:
    told(desk, name="Fax\u202emachine")
    assert told(desk, name="Fax\u200bmachine") == "You have voted for Faxmachine already."
    assert voted(desk) == [("Faxmachine", 1, True)]


# --- When an app has come


def test_an_app_that_has_a_connector_by_now_is_none_to_come(desk: Client, ann: User) -> None:
    Vote.objects.create(user=ann, app="contactually", name="Contactually")
    assert voted(desk) == []
    assert told(desk, vote="contactually") == "That app is not in the list any more."


def test_an_app_that_left_the_list_stays_while_it_has_votes(desk: Client, ann: User) -> None:
    Vote.objects.create(user=ann, app="rolodex", name="Rolodex")
    assert voted(desk) == [("Rolodex", 1, True)]
