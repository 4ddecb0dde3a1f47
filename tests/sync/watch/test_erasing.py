"""A person erased is nowhere in the database any more, and does not come back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError, call_command
from django.db import models
from django.utils import timezone
from django_q.models import Task

from connections.erased import erased_among, let_back
from connections.models import Connection, Container, DigestKey, Erased, Record
from connections.rotation import rotate_all
from connections.vault import NoKey
from connectors.connector import Received
from connectors.contact import entries
from connectors.memory.app import Quirks
from rules.history import record_revision
from sync import tasks
from sync.leases import Held
from sync.models import Erasure, Export, Run, Step, SyncRecord
from sync.watch.erasing import carry_out as carrying
from sync.watch.erasing.carry_out import Named, ask, carry_out
from sync.watch.erasing.held import held_of
from sync.watch.erasing.sweep import PLACES
from sync.watch.erasing.whom import person_of, records_called
from tests.sync.conftest import Pair, connect, person
from tests.sync.watch.every_table import places_of

ADDRESS = "zebulon.quimby@example.org"
OLD_ADDRESS = "zq@old.example.org"
PHONE = "+32475551234"
ID = "id-of-zebulon"
NAME = "Zébulon Quimby"
NEEDLES = (ADDRESS, OLD_ADDRESS, PHONE, "0475 55 12 34", ID, NAME, "Quimby")


@pytest.fixture
def lived(pair: Pair) -> Pair:
    """He has been through everything that writes a row: made in b, changed on both sides, named in
    reasons about others, looked for, chosen, exported, quoted by a failed task; and was called
    by another address before."""
    zebulon = person(
        "Zébulon", OLD_ADDRESS, last_name="Quimby", phones=entries(["0475 55 12 34"], "home")
    )
    Connection.objects.update(region="BE")
    pair.b.quirks = Quirks(chosen_ids=True)
    pair.a.add(zebulon, id=ID)
    pair.a.add(person("Ann", "ann@example.org"))
    assert pair.sync().state == "done"
    [id_in_b] = [id for id, one in pair.b.contacts().items() if one.name == NAME]
    pair.a.edit(ID, {"emails": entries([ADDRESS], "home"), "job_title": "Count"})
    pair.b.edit(id_in_b, {"job_title": "Duke"})
    pair.sync(kind=Run.Kind.PREVIEW)
    assert pair.sync().state == "done"
    pair.sync(only=ADDRESS)
    pair.sync(only="nobody@example.org\n" + ADDRESS)
    pair.sync(kind=Run.Kind.UNDO, task={"undo": 0, "contact": ADDRESS})
    rule = pair.connection.rules.create(side="a", name="Not him")
    rule.conditions.create(kind="field", field="emails", op="is not", value=ADDRESS)
    record_revision(pair.connection, by=None, source="the admin")
    pair.sync()
    rule.delete()
    record_revision(pair.connection, by=None, source="the admin")
    ann = SyncRecord.objects.get(title="Ann")
    reason = f"Several could be Ann: {NAME} · Anna. {ADDRESS.upper()} is held by another."
    SyncRecord.objects.filter(pk=ann.pk).update(reason=reason)
    Step.objects.filter(sync_record=ann).update(
        why=reason,
        fields={"emails": {"before": [{"value": ADDRESS}], "after": []}, "city": {"before": "x",
                "after": "y"}},
        agree={"emails|emails": [[{"value": ADDRESS}, None]], "city|city": ["y", "y"]},
    )  # fmt: skip
    Export.objects.create(who="boss", asked=f"Search: {NAME}; Result: done")
    session = SessionStore()
    session.update({"people asked": ADDRESS, "kept": 1})
    session.save()
    now = timezone.now()
    Task.objects.create(
        id="1", name="x", func="x", started=now, stopped=now, success=False,
        result=f"Key (value)=({ADDRESS}) exists",
    )  # fmt: skip
    boss = User.objects.create_user("boss")
    LogEntry.objects.create(
        user=boss,
        content_type=ContentType.objects.get_for_model(SyncRecord),
        object_repr=NAME,
        action_flag=CHANGE,
    )
    return pair


def him() -> list[Record]:
    return list(person_of(records_called(ADDRESS)).records)


def erased(pair: Pair) -> Erasure:
    erasure = ask(him(), "boss")
    assert carry_out(erasure, pair.host, patience=0)
    return erasure


def test_he_is_in_no_column_of_any_table_any_more(lived: Pair) -> None:
    needles = [*NEEDLES, *(record.remote_id for record in him())]
    before = places_of(needles)
    assert {
        "connections_record.contact", "connections_record.remote_id", "connections_record.title",
        "connections_key.value", "sync_syncrecord.title", "sync_syncrecord.base",
        "sync_syncrecord.reason", "sync_step.fields", "sync_step.name", "sync_step.why",
        "sync_step.a_remote", "sync_step.b_remote", "sync_run.only", "sync_run.task",
        "sync_run.setup", "rules_revision.text", "sync_export.asked", "django_session.decoded",
        "django_q_task.result", "django_admin_log.object_repr",
    } <= before  # fmt: skip
    erasure = erased(lived)
    assert places_of(needles) == set()
    assert (erasure.contacts, erasure.sync_records) == (2, 1)
    assert erasure.steps > 2
    assert erasure.texts > 8


#: Tables whose rows go as a whole with the person they are about.
_OF_A_PERSON = {"Record", "Key", "SyncRecord", "Step", "Apart"}
#: Texts that tell of no contact: names that staff give and people have who are staff, what
#: connections are told to do (which is refused instead), words, ids and digests of ours.
_OF_NOBODY = {
    "Account": {"name", "identity", "identity_name", "sealed", "renewed", "renewing_by"},
    "Action": {"kind", "field", "value"},
    "Channel": {"name", "sealed", "service", "trouble"},
    "Condition": {"kind", "op", "field", "value"},
    "Connection": {"name", "sync_deletions", "sync_unsubscribes", "region", "brakes"},
    # A cursor may list ids; of whom the app shows, whoever that is (README).
    "Container": {"remote_id", "name", "cursor", "catalogue_data"},
    "DigestKey": {"sealed"},
    "Erased": {"digest"},
    "Erasure": {"who", "records", "sealed"},
    "Export": {"who"},
    "FieldMapping": {"a", "b", "values"},
    "Heartbeat": {"name"},
    "Hook": {"digest", "home", "sealed", "why"},
    "HookPost": {"digest"},
    "Lease": {"owner"},
    "Planned": {"setup_digest"},
    "Revision": {"name"},
    "Rule": {"name"},
    "Run": {"phase", "counts", "tally", "limits", "owner"},
    "Spending": {"quota"},
    "Total": {"of", "word"},
    "Vote": {"app", "name"},
}


def test_of_every_column_it_is_known_whom_it_may_tell_of() -> None:
    """A new one is removed with the person, swept, or said to tell of nobody."""
    texts = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    swept = {(place.model.__name__, name) for place in PLACES for name in place.columns}
    unknown = {
        (model.__name__, field.name)
        for app in ("connections", "rules", "sync")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, texts) and not field.choices and model.__name__ not in _OF_A_PERSON
        if (model.__name__, field.name) not in swept
        if field.name not in _OF_NOBODY.get(model.__name__, ())
    }
    assert unknown == set()


def test_the_others_keep_what_is_theirs(lived: Pair) -> None:
    erased(lived)
    ann = SyncRecord.objects.get()
    assert ann.reason == "Several could be Ann: erased · Anna. erased is held by another."
    assert (ann.a is None, ann.b is None, bool(ann.base)) == (False, False, True)
    step = Step.objects.get(sync_record=ann, verb="create")
    assert step.fields == {"city": {"before": "x", "after": "y"}}
    assert step.agree == {"city|city": ["y", "y"]}
    assert SessionStore.get_model_class().objects.get().get_decoded() == {"kept": 1}
    lived.clock.sleep(60)
    assert [lived.writes(lived.sync()) for _ in range(2)] == [0, 0]


def test_a_namesake_with_the_same_phone_loses_nothing(lived: Pair) -> None:
    """Nor in the texts that are only about that one's own values."""
    twin = person(
        "Zébulon", "twin@example.org", last_name="Quimby", phones=entries(["0475 55 12 34"], "home")
    )
    lived.a.add(twin)
    assert lived.sync().state == "done"
    row = SyncRecord.objects.get(a__contact__fields__emails__0__value="twin@example.org")
    [made] = Step.objects.filter(sync_record=row, verb="create")
    erased(lived)
    assert SyncRecord.objects.get(pk=row.pk).base == row.base
    assert Step.objects.get(pk=made.pk).fields == made.fields
    assert lived.writes(lived.sync(full=True)) == 0


def test_he_does_not_come_back_though_he_is_in_both_apps(lived: Pair) -> None:
    needles = [*NEEDLES, *(record.remote_id for record in him())]
    erased(lived)
    for number in range(3):
        run = lived.sync(full=True)
        assert (run.state, lived.steps(run)) == ("done", []), number
        lived.a.edit(ID, {"job_title": f"Count {number}", "emails": entries(["z@new.org"], "home")})
        assert lived.sync().state == "done"
    assert places_of([*needles, "z@new.org"]) == set()
    assert lived.shown("a") == lived.shown("b") == ["Ann", "Zébulon"], "in the apps he stays"


def test_nor_with_a_new_id_or_in_another_app(lived: Pair) -> None:
    erased(lived)
    lived.a.add(person("Zeb", ADDRESS.upper()))
    lived.b.add(person("Z.", ADDRESS, "z2@example.org"))
    connect("other", "one", "three", region="BE")
    assert lived.sync(full=True).state == "done"
    other = replace(lived, connection=Connection.objects.get(name="other"))
    assert other.sync().state == "done"
    assert places_of([ADDRESS, "z2@example.org", NAME]) == set()
    assert set(Record.objects.values_list("title", flat=True)) == {"Ann"}


def test_who_is_known_and_gets_his_address_is_somebody_else(lived: Pair) -> None:
    id = lived.a.add(person("Cid"))
    lived.sync()
    erased(lived)
    lived.a.edit(id, {"emails": entries([ADDRESS], "home")})
    run = lived.sync()
    assert (run.state, lived.steps(run)) == ("done", [("create", "b", "Cid", "done")])
    assert lived.writes(lived.sync(full=True)) == 0


def test_let_back_he_is_read_again(lived: Pair) -> None:
    erased(lived)
    assert not let_back("somebody@example.org")
    assert let_back(ADDRESS.upper())
    assert not Erased.objects.exists()
    run = lived.sync()
    assert (run.state, SyncRecord.objects.get(title=NAME).state) == ("done", "in_sync")


def test_digests_tell_nothing_without_the_key(lived: Pair, settings: Any) -> None:
    erased(lived)
    container = lived.connection.a
    item = Received(ID, "1", None)
    assert set(erased_among(container, [item])) == {ID}
    sealed = DigestKey.objects.get().sealed
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode(), *settings.CREDENTIALS_KEYS]
    assert rotate_all().rotated > 0
    assert DigestKey.objects.get().sealed != sealed
    assert set(erased_among(container, [item])) == {ID}
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(NoKey):
        erased_among(container, [item])


def test_its_log_tells_nothing_of_him(lived: Pair) -> None:
    erasure = erased(lived)
    row = Erasure.objects.values().get()
    assert (row["who"], row["records"], row["sealed"]) == ("boss", [], "")
    assert row["ended_at"] is not None
    assert Erased.objects.filter(erasure=erasure.pk).count() == 3, "an address and two ids"


# --- who is meant ---


def test_who_shares_an_address_stays_and_keeps_it(lived: Pair) -> None:
    lived.a.edit(ID, {"emails": entries([ADDRESS, "info@example.org"], "home")})
    assert lived.sync().state == "done"
    lived.a.add(person("Bea", "bea@example.org", "info@example.org"))
    lived.sync()
    found = person_of(records_called(ADDRESS))
    assert {record.title for record in found.records} == {NAME}
    assert {record.title for record in found.others} == {"Bea"}
    erased(lived)
    assert lived.sync(full=True).state == "done"
    assert {"Ann", "Bea"} == set(Record.objects.values_list("title", flat=True))
    assert places_of(["info@example.org"])


def test_who_is_gone_from_the_apps_is_found(lived: Pair) -> None:
    for app in (lived.a, lived.b):
        for id, contact in app.contacts().items():
            if contact.name == NAME:
                app.remove(id)
    lived.sync()
    assert len(him()) == 2
    erased(lived)
    assert places_of(NEEDLES) == set()


def test_a_rule_that_names_him_is_for_staff_to_change(lived: Pair) -> None:
    rule = lived.connection.rules.create(side="a", name="Not him")
    rule.conditions.create(kind="field", field="emails", op="one of", value=["x", ADDRESS])
    with pytest.raises(Named, match=r"The rule Not him of pair names them\. Take it out"):
        ask(him(), "boss")
    assert not Erasure.objects.exists()
    assert not Erased.objects.exists()


# --- under runs, and killed ---


def test_it_waits_for_a_run_that_is_at_work(lived: Pair) -> None:
    run = Held([lived.connection.b.account_id], replace(lived.host, owner="another run"))
    run.take()
    erasure = ask(him(), "boss")
    assert not carry_out(erasure, lived.host, patience=0)
    assert carrying.open_erasures() == [erasure.pk]
    run.release()
    assert carry_out(erasure, lived.host, patience=0)
    assert carrying.open_erasures() == []


@pytest.mark.parametrize("after", range(4))
def test_killed_it_goes_on(lived: Pair, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """At any of its transactions: those of the steps, the contacts, and the texts."""
    needles = [*NEEDLES, *(record.remote_id for record in him())]
    monkeypatch.setattr(carrying, "CHUNK", 2)
    erasure, left = ask(him(), "boss"), iter(range(after))

    class Killed(BaseException):
        pass

    commit = Held.commit

    def dying(self: Held) -> Any:
        if next(left, None) is None:
            raise Killed
        return commit(self)

    with monkeypatch.context() as patch:
        patch.setattr(Held, "commit", dying)
        with pytest.raises(Killed):
            carry_out(erasure, lived.host, patience=0)
    tasks.erase(erasure.pk)
    assert places_of(needles) == set()
    assert lived.sync(full=True).state == "done"
    assert places_of(needles) == set()


# --- the command, and what is held ---


def test_what_is_held_is_everything(lived: Pair) -> None:
    told = json.dumps(held_of(him()), ensure_ascii=False)
    for needle in set(NEEDLES) - {PHONE}:
        assert needle in told
    held = held_of(him())
    assert [one["account"] for one in held["contacts"]] == ["one", "two"]
    assert held["sync_records"][0]["agreed"]
    assert {"create", "update"} <= {step["verb"] for step in held["audit_log"]}
    tables = {row["table"] for row in held["named_in"]}
    assert {"sync record", "run", "revision", "export of the audit log"} <= tables


def test_the_command(lived: Pair, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="Nothing is held of 'nobody@example.org'"):
        call_command("erase", "nobody@example.org")
    with pytest.raises(CommandError, match=rf"{NAME} \(.*: {ID}\)(.|\n)*with --yes"):
        call_command("erase", f"one:{ID}")
    assert len(him()) == 2
    call_command("erase", ADDRESS, "--held")
    assert json.loads(capsys.readouterr().out)["contacts"]
    call_command("erase", ADDRESS, "--yes")
    assert "2 contacts, 1 sync records" in capsys.readouterr().out
    assert places_of(NEEDLES) == set()
    call_command("erase", ADDRESS, "--let-back")
    with pytest.raises(CommandError, match="Nobody was erased"):
        call_command("erase", ADDRESS, "--let-back")


def test_a_container_of_nobody_erased_asks_for_nothing(
    pair: Pair, django_assert_num_queries: Any
) -> None:
    container = Container.objects.get(pk=pair.connection.a_id)
    with django_assert_num_queries(1):
        assert not erased_among(container, [Received("1", "1", person("Ann"))])
