"""The review queue: what it shows, and what follows in the apps from each decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from connectors.errors import Refused
from sync.models import Apart, Run, Step, SyncRecord
from sync.reviewing import KINDS
from tests.stories.bench import Bench, person
from tests.sync.desk.deciding import (
    address,
    ambiguous,
    cards_of,
    carried_out,
    choice,
    command,
    queries_of,
    text_of,
)

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        placed.load(sync_deletions=["b-to-a"])
        yield placed


@pytest.fixture
def operator(viewer: Client) -> Client:
    """May decide, and sees nobody."""
    user = User.objects.get(username="viewer")
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    user.user_permissions.add(Permission.objects.get(codename="operate_connection"))
    return viewer


def shown(client: Client, bench: Bench, kind: str = "to review") -> Any:
    return client.get(address(bench, "reviews", kind=kind))


def post(client: Client, bench: Bench, *answers: str, **more: str) -> Any:
    data = {f"answer-{number}": value for number, value in enumerate(answers)}
    return client.post(address(bench, "reviews"), {**data, **more})


def decide(client: Client, bench: Bench, *answers: str, **more: str) -> Run:
    """The one run that carries them out, to whose page they lead."""
    answer = post(client, bench, *answers, **more)
    run = Run.objects.get(state="queued")
    assert answer.headers["Location"] == reverse("admin:sync_run_change", args=[run.pk])
    return carried_out(bench)


def fail(bench: Bench, *names: str) -> None:
    """Their creation in B is refused; nothing else is."""

    def refuse(moment: str, call: str) -> None:
        if (moment, call) == ("before", "write"):
            raise Refused("The company is too long.")

    for name in names:
        bench.a.add(person(name, f"{name.lower()}@x.org"))
    bench.b.interrupt = refuse
    bench.sync()
    bench.b.interrupt = lambda moment, call: None


def conflict(bench: Bench, *names: str) -> None:
    for name in names:
        bench.a.add(person(name, f"{name.lower()}@x.org", company="Old"))
    bench.sync()
    for name in names:
        bench.edit("a", name, company="Of a")
        bench.edit("b", name, company="Of b")
    bench.sync()


def swing(bench: Bench, name: str) -> None:
    bench.a.add(person(name, f"{name.lower()}@x.org", nickname="X"))
    bench.sync()
    for value in ("Y", "X", "Y"):
        bench.edit("a", name, nickname=value)
        bench.sync()


#: What tells of them.
PERSONAL = ("Ann", "Bob", "Conrad", "Frodo", "Twin", "Delia", "Lefty", "Faye", "x.org", "Of b")


def everything(bench: Bench) -> None:
    """Somebody of every kind."""
    conflict(bench, "Conrad")
    swing(bench, "Frodo")
    for name in ("Dupont", "Delbert", "Undine"):
        bench.a.add(person(name, f"{name.lower()}@x.org"))
    run = bench.sync()
    bench.b.add(person("Twin", "dupont@x.org"))
    bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk, "contact": "undine@x.org"})
    bench.b.remove(bench.id("b", "Delbert"))
    bench.sync()
    bench.a.add(person("Delia", "delbert@x.org"))
    ambiguous(bench, "Ann", "Bob")
    bench.sync()
    bench.a.add(person("Lefty", "lefty@x.org"))
    bench.sync(kind=Run.Kind.BY_HAND, task={"leave": True})
    fail(bench, "Faye")


# --- what is shown


def test_nothing_waits_and_the_page_says_what_that_means(desk: Client, bench: Bench) -> None:
    bench.sync()
    page = text_of(desk.get(address(bench, "reviews")))
    assert "<strong>Nothing waits for a person.</strong>" in page
    assert "Carry out" not in page
    assert "No contact is refused by its app." in text_of(shown(desk, bench, "failed"))


def test_the_page_lists_what_the_command_lists(desk: Client, bench: Bench) -> None:
    everything(bench)
    told = command("review", "pair")
    assert {item["kind"] for item in told} == set(KINDS)
    for kind in KINDS:
        mine = [item for item in told if item["kind"] == kind]
        cards = cards_of(shown(desk, bench, kind))
        assert [card.name for card in cards] == [item["name"] for item in mine], kind
        offered = [sum(bool(x.value) for x in card.choices) for card in cards]
        several = [max(1, sum("--same" in x for x in item["answers"])) for item in mine]
        apart = [sum("--different" in x for x in item["answers"]) for item in mine]
        expected = [
            len(item["answers"]) - max(0, parted - 1)  # *none of them* is one choice
            for item, parted in zip(mine, apart, strict=True)
        ]
        assert offered == expected, (kind, several)


def test_the_first_kind_that_waits_is_shown_and_the_tab_counts_all(
    desk: Client, bench: Bench
) -> None:
    fail(bench, "Fay", "Guy")
    answer = desk.get(address(bench, "reviews"))
    assert [card.name for card in cards_of(answer)] == ["Fay", "Guy"]
    assert 'To review <span class="desk-count">2</span>' in text_of(answer)
    SyncRecord.objects.update(cause="try again")
    assert "desk-count" not in text_of(desk.get(address(bench, "reviews")))


def test_two_who_may_be_the_same_stand_side_by_side(desk: Client, bench: Bench) -> None:
    ambiguous(bench, "Ann")
    bench.sync()
    answer = shown(desk, bench)
    [card] = cards_of(answer)
    assert [column.title for column in card.beside.columns] == ["Ann", "KimAnn", "ZoeAnn"]
    assert [x.label for x in card.choices] == [
        "Same person as KimAnn", "Same person as ZoeAnn", "None of them", "Later",
    ]  # fmt: skip
    page = text_of(answer)
    assert "<mark>Ann</mark>" in page and "<mark>KimAnn</mark>" in page
    assert "<span>Acme</span>" in page, "only one has it: nothing differs"
    assert '<span class="desk-field">Emails</span>ann@x.org' in page, "alike"
    assert "where they differ, the value of a stays" in page
    assert "the two are asked about once" not in page


def test_what_failed_is_grouped_by_what_the_app_answered_with_where_to_mend_it(
    desk: Client, bench: Bench
) -> None:
    fail(bench, "Fay", "Guy")
    [group] = shown(desk, bench, "failed").context["groups"]
    assert group.reason.startswith("The company is too long.")
    assert [card.name for card in group.cards] == ["Fay", "Guy"]
    assert group.told.label == "refused by the app"
    account = bench.connection().b.account
    assert {way.label: way.url for way in group.ways} == {
        "Field mapping": address(bench, "mapping"),
        account.name: reverse("admin:connections_account_change", args=[account.pk]),
    }
    assert "b did not take:" in text_of(shown(desk, bench, "failed"))


# --- what follows


def test_the_same_person(desk: Client, bench: Bench) -> None:
    ambiguous(bench, "Ann")
    bench.sync()
    run = decide(desk, bench, choice(shown(desk, bench), "Ann", "Same person as KimAnn"))
    assert (run.kind, run.state, str(run.requested_by)) == ("by hand", "done", "boss")
    assert bench.names("b") == ["Ann", "ZoeAnn"]
    assert (bench.text("b", "Ann", "company"), bench.text("a", "Ann", "notes")) == ("Acme", "of b")


def test_different_people_and_back(desk: Client, bench: Bench) -> None:
    ambiguous(bench, "Ann")
    bench.sync()
    decide(desk, bench, choice(shown(desk, bench), "Ann", "None of them"))
    assert Apart.objects.count() == 2
    assert bench.names("b") == ["KimAnn", "ZoeAnn"]
    assert ("Ann", "apart", "different people") in bench.states()
    first, second = cards_of(shown(desk, bench, "apart"))
    decide(desk, bench, first.choices[0].value, second.choices[0].value)
    assert not Apart.objects.exists()
    assert ("Ann", "to_review", "several matches") in bench.states()


def test_later_asks_for_nothing(desk: Client, bench: Bench) -> None:
    ambiguous(bench, "Ann")
    bench.sync()
    answer = post(desk, bench, choice(shown(desk, bench), "Ann", "Later"))
    assert answer.headers["Location"] == address(bench, "reviews")
    assert not Run.objects.filter(kind="by hand").exists()
    assert "so nothing was done" in text_of(desk.get(address(bench, "reviews")))
    assert [card.name for card in cards_of(shown(desk, bench))] == ["Ann"]


def test_one_that_was_deleted_is_made_again(desk: Client, bench: Bench) -> None:
    for name in ("Ann", "Bob"):
        bench.a.add(person(name, f"{name.lower()}@x.org"))
    bench.sync()
    bench.b.remove(bench.id("b", "Ann"))
    bench.sync()
    bench.a.add(person("Annie", "ann@x.org"))
    bench.sync()
    decide(desk, bench, choice(shown(desk, bench), "Annie", "Make it"))
    assert bench.names("b") == ["Annie", "Bob"]


def test_one_that_was_left_out_is_made(desk: Client, bench: Bench) -> None:
    bench.sync()
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync(kind=Run.Kind.BY_HAND, task={"leave": True})
    assert bench.names("b") == []
    decide(desk, bench, choice(shown(desk, bench, "left out"), "Ann", "Make it"))
    assert bench.names("b") == ["Ann"]


def test_failed_ones_are_tried_again_one_or_all(desk: Client, bench: Bench) -> None:
    fail(bench, "Fay", "Guy", "Hal")
    decide(desk, bench, choice(shown(desk, bench, "failed"), "Guy", "Try again"))
    assert bench.names("b") == ["Guy"]
    decide(desk, bench, _all="again")
    assert bench.names("b") == ["Fay", "Guy", "Hal"]


def test_a_value_flows_again(desk: Client, bench: Bench) -> None:
    swing(bench, "Ann")
    assert bench.text("b", "Ann", "nickname") == "X"
    decide(desk, bench, choice(shown(desk, bench, "held"), "Ann", "Let it flow again"))
    assert bench.text("b", "Ann", "nickname") == "Y"
    assert cards_of(shown(desk, bench, "held")) == []


def test_losing_values_are_put_back(desk: Client, bench: Bench) -> None:
    conflict(bench, "Ann", "Bob")
    answer = shown(desk, bench, "conflict")
    [card] = [card for card in cards_of(answer) if card.name == "Ann"]
    assert (card.choices[0].label, card.choices[0].note) == (
        "Company: put back “Of b” of b", "now “Of a”",
    )  # fmt: skip
    decide(desk, bench, *(choice(answer, name, "Company") for name in ("Ann", "Bob")))
    for side in "ab":
        assert [bench.text(side, name, "company") for name in ("Ann", "Bob")] == ["Of b", "Of b"]
    assert cards_of(shown(desk, bench, "conflict")) == []


def test_many_are_decided_in_one_run_and_the_log_says_by_whom(desk: Client, bench: Bench) -> None:
    names = ("Ann", "Bob", "Cem", "Dee")
    ambiguous(bench, *names)
    bench.sync()
    answer = shown(desk, bench)
    chosen = [choice(answer, name, "Same person as Kim") for name in names[:3]]
    run = decide(desk, bench, *chosen, choice(answer, "Dee", "None of them"))
    assert [name for name in bench.names("b") if not name.startswith("Zoe")] == [
        "Ann", "Bob", "Cem", "KimDee",
    ]  # fmt: skip
    assert {str(step.by) for step in Step.objects.filter(run=run)} == {"boss"}
    told = [line for line in command("audit", "pair") if line["run"] == run.pk]
    assert {line["by"] for line in told} == {"boss"}
    assert {line["verb"] for line in told} >= {"link", "apart"}
    page = text_of(desk.get(reverse("admin:sync_run_change", args=[run.pk])))
    assert f'href="{address(bench, "reviews")}">To what waits' in page


# --- somebody else was quicker


def test_what_was_decided_meanwhile_is_said_and_the_others_are_carried_out(
    desk: Client, bench: Bench
) -> None:
    ambiguous(bench, "Ann", "Bob")
    bench.sync()
    answer = shown(desk, bench)
    late = choice(answer, "Ann", "Same person as ZoeAnn")
    decide(desk, bench, choice(answer, "Ann", "Same person as KimAnn"))
    decide(desk, bench, late, choice(answer, "Bob", "Same person as KimBob"))
    assert bench.names("b") == ["Ann", "Bob", "ZoeAnn", "ZoeBob"]
    assert "1 answer came too late" in text_of(desk.get(address(bench, "reviews")))
    assert post(desk, bench, late).headers["Location"] == address(bench, "reviews")
    assert not Run.objects.filter(state="queued").exists()


def test_what_is_on_its_way_is_not_decided_twice(desk: Client, bench: Bench) -> None:
    ambiguous(bench, "Ann")
    bench.sync()
    value = choice(shown(desk, bench), "Ann", "Same person as KimAnn")
    post(desk, bench, value)
    run = Run.objects.get(state="queued")
    page = text_of(shown(desk, bench))
    followed = reverse("admin:sync_run_change", args=[run.pk])
    assert f'It is decided: <a class="review-link" href="{followed}"' in page
    post(desk, bench, value)
    post(desk, bench, choice(shown(desk, bench), "Ann", "Same person as ZoeAnn"))
    assert Run.objects.filter(state="queued").count() == 2, "another answer is another decision"


@pytest.mark.parametrize(
    "value",
    [
        "nonsense", "[1]", '[["same", 1]]', '[["same", [1, "x"]]]', '[["forget", 1]]',
        '[["again", 99999999999999999999]]', '[["put back", [1, 2]]]', '[[["same"], [1, 2]]]',
        '[["create", true]]', '{"same": [1, 2]}',
    ],
)  # fmt: skip
def test_what_no_form_of_ours_holds_is_a_bad_request(
    desk: Client, bench: Bench, value: str
) -> None:
    bench.sync()
    assert post(desk, bench, value).status_code == 400
    assert not Run.objects.filter(kind="by hand").exists()


def test_contacts_of_another_connection_are_not_decided_about(desk: Client, bench: Bench) -> None:
    ambiguous(bench, "Ann")
    bench.sync()
    value = choice(shown(desk, bench), "Ann", "Same person as KimAnn")
    other = Connection.objects.create(
        name="other", a=bench.connection().b, b=bench.connection().a, state="active"
    )
    url = reverse("admin:connection_reviews", args=[other.pk])
    assert desk.post(url, {"answer": value}).headers["Location"] == url
    assert not Run.objects.filter(kind="by hand").exists()


# --- who may


def test_who_may_only_look_sees_why_there_is_no_button(viewer: Client, bench: Bench) -> None:
    fail(bench, "Fay")
    page = text_of(shown(viewer, bench, "failed"))
    assert "Deciding takes the right to operate connections" in page
    assert "Carry out" not in page
    assert post(viewer, bench, _all="again").status_code == 403


def test_nobody_decides_about_people_whom_they_cannot_see(operator: Client, bench: Bench) -> None:
    everything(bench)
    for kind in KINDS:
        answer = shown(operator, bench, kind)
        page = text_of(answer)
        assert "Nobody decides about people whom they cannot see." in page
        assert "Carry out" not in page
        assert [word for word in PERSONAL if word in page] == [], kind
    rows = SyncRecord.objects.filter(state="failed")
    [card] = cards_of(shown(operator, bench, "failed"))
    assert card.name == f"Contact {rows.get().pk}"
    assert post(operator, bench, _all="again").status_code == 403
    assert not Run.objects.filter(state="queued").exists()


def test_no_order_tells_who_comes_first(desk: Client, operator: Client, bench: Bench) -> None:
    fail(bench, "Zed", "Ann")
    numbers = [f"Contact {pk}" for pk in sorted(SyncRecord.objects.values_list("pk", flat=True))]
    assert [card.name for card in cards_of(shown(desk, bench, "failed"))] == ["Ann", "Zed"]
    assert [card.name for card in cards_of(shown(operator, bench, "failed"))] == numbers


def test_a_paused_connection_says_so(desk: Client, bench: Bench) -> None:
    fail(bench, "Fay")
    Connection.objects.update(state="paused")
    assert "is paused, so nothing is written: resume it first." in text_of(
        shown(desk, bench, "failed")
    )
    post(desk, bench, _all="again")
    assert not Run.objects.filter(state="queued").exists()


def test_a_post_from_elsewhere_is_refused(bench: Bench) -> None:
    fail(bench, "Fay")
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    assert post(client, bench, _all="again").status_code == 403


# --- many


def test_as_many_queries_for_many_as_for_few(desk: Client, bench: Bench) -> None:
    everything(bench)
    urls = {kind: address(bench, "reviews", kind=kind) for kind in KINDS}
    few = {kind: queries_of(desk, url) for kind, url in urls.items()}
    conflict(bench, *(f"C{n}" for n in range(4)))
    ambiguous(bench, *(f"N{n}" for n in range(9)))
    for number in range(4):
        bench.b.add(person(f"T{number}", "dupont@x.org"))
    bench.sync()
    fail(bench, *(f"F{n}" for n in range(4)))
    assert {kind: queries_of(desk, url) for kind, url in urls.items()} == few


def test_a_part_at_a_time_and_every_question_once(
    desk: Client, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"N{number:02}" for number in range(7)]
    ambiguous(bench, *names)
    bench.sync()
    monkeypatch.setattr("sync.desk.reviews.PER_PAGE", 3)
    url, found = address(bench, "reviews"), []
    while url:
        answer = desk.get(url)
        found.append([card.name for card in cards_of(answer)])
        url = answer.context["later"]
    assert found == [names[:3], names[3:6], names[6:]]
    assert cards_of(desk.get(address(bench, "reviews", **{"from": "999"}))) == []
    assert queries_of(desk, address(bench, "reviews", **{"from": "nonsense"}))


def test_a_great_number_is_not_counted_out(
    desk: Client, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(bench, *(f"F{n}" for n in range(5)))
    monkeypatch.setattr("sync.desk.reviews.MOST", 3)
    monkeypatch.setattr("sync.desk.places.COUNTED", 4)
    page = text_of(shown(desk, bench, "failed"))
    assert "Failed <b>more than 3</b>" in page
    assert '<span class="desk-count">3+</span>' in page
    decide(desk, bench, _all="again")
    assert len(bench.names("b")) == 3
