"""People of every role, and rows of every kind that tell of one contact, whom not all may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.contrib.messages.storage import default_storage
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone

from connections.joining import begin_mapping
from connections.models import Account, Beginning, Channel, Connection, Container, Record
from rules.history import record_revision
from rules.models import Revision, Rule
from sync.host import this_process
from sync.models import Erasure, Export, Run, Step, SyncRecord
from sync.queue import ask_for_run
from sync.run import perform
from tests.sync.desk.conftest import container, person, synced

#: In the names, addresses, values, ids and reasons of contacts, and nowhere else.
PLANTED = "zebulon"

#: From the least to the most: each may do what the one before may. With the groups that make it.
ROLES: Mapping[str, tuple[str, ...]] = {
    "anonymous": (),
    "no role": (),
    "viewer": ("Viewers",),
    "viewer who sees people": ("Viewers", "Sees personal data"),
    "operator": ("Operators",),
    "administrator": ("Administrators",),
    "superuser": (),
}
ANYBODY, STAFF, VIEWER, SEER, OPERATOR, ADMINISTRATOR, SUPERUSER = ROLES


#: May do everything, and see nobody: no role of ours, but what rights can be put together to.
BLIND = "blind"


def rank(role: str) -> int:
    return list(ROLES).index(role)


@dataclass(frozen=True)
class Visitor:
    """Somebody's browser, from a request to the next: nothing that one does stays."""

    user: User | AnonymousUser
    session: str = ""

    @classmethod
    def of(cls, role: str) -> Visitor:
        if role == ANYBODY:
            return cls(AnonymousUser())
        user = User.objects.create_user(role, is_staff=True, is_superuser=role == SUPERUSER)
        if role == BLIND:
            user.user_permissions.set(Permission.objects.exclude(codename="see_people"))
        else:
            user.groups.set(Group.objects.filter(name__in=ROLES[role]))
        client = Client()
        client.force_login(user)
        return cls(user, client.cookies[settings.SESSION_COOKIE_NAME].value)

    def ask(self, method: str, address: str, data: Mapping[str, Any] | None = None) -> Any:
        client = Client()
        if self.session:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.session
        with transaction.atomic():
            answer = client.generic(method, address) if data is None else client.post(address, data)
            transaction.set_rollback(True)
        return answer

    def status(self, method: str, address: str) -> int:
        """The same without the page, which takes most of the time: the view is called and what it
        returns is not made into HTML."""
        request: Any = RequestFactory().generic(method, address)
        request.user, request.session = self.user, SessionStore()
        request._messages = default_storage(request)
        request._dont_enforce_csrf_checks = True
        request.resolver_match = view = resolve(address.partition("?")[0])
        with transaction.atomic():
            try:
                status: int = view.func(request, *view.args, **view.kwargs).status_code
            except PermissionDenied:
                status = 403
            except Http404:
                status = 404
            transaction.set_rollback(True)
        return status


@dataclass(frozen=True)
class Rows:
    account: Account
    container: Container
    connection: Connection
    draft: Connection
    beginning: Beginning
    rule: Rule
    run: Run
    pilot: Run
    step: Step
    export: Export
    erasure: Erasure
    sync_record: SyncRecord
    record: Record
    revision: Revision
    user: User
    group: Group
    channel: Channel


def make_rows() -> Rows:
    """Takes the tables and a ``var/`` of the test's own."""
    a = container("one", person("Zebulon", job_title="Zebulonist"), person("Zebulonella"))
    b = container("two", person("Zebulon", job_title="Not Zebulonist"))
    connection = Connection.objects.create(name="pair", a=a, b=b)
    begin_mapping(connection)
    user = User.objects.create_user("colleague", is_staff=True)
    revision = record_revision(connection, by=user, source="the admin")
    assert revision
    rule = connection.rules.create(name="Clients", side="a")
    rule.conditions.create(kind="field", op="is not", field="job_title", value="Count")
    rule.actions.create(kind="set field", field="notes", value="Noble")
    run = synced(connection)
    pilot = _plant(connection, run)
    draft = Connection.objects.create(
        name="to be", a=container("three", person("Zebulonette")), b=container("four")
    )
    begin_mapping(draft)
    perform(ask_for_run(draft, kind=Run.Kind.PREVIEW).pk, host=this_process())
    return Rows(
        account=a.account,
        container=a,
        connection=Connection.objects.get(pk=connection.pk),
        draft=draft,
        beginning=Beginning.objects.create(app_a="memory", app_b="memory", a=a, by=user),
        rule=rule,
        run=run,
        pilot=pilot,
        step=Step.objects.get(run=run, verb="update"),
        export=Export.objects.create(who="somebody", asked="Search: zebulon", rows=3),
        erasure=Erasure.objects.create(who="somebody", contacts=2, ended_at=timezone.now()),
        sync_record=SyncRecord.objects.filter(connection=connection, b__isnull=False)[0],
        record=Record.objects.filter(container=a)[0],
        revision=revision,
        user=user,
        group=Group.objects.get(name="Viewers"),
        channel=Channel.objects.create(name="room"),
    )


def _plant(connection: Connection, run: Run) -> Run:
    """What an app may use as an id, and what a run may give as a reason: that of a pilot."""
    for record in Record.objects.all():
        record.remote_id = f"zebulon-{record.pk}"
        record.save(update_fields=["remote_id"])
    Step.objects.filter(run=run).update(
        a_remote="zebulon-1", b_remote="zebulon-2", why="It looks like Zebulon."
    )
    SyncRecord.objects.filter(connection=connection).update(
        reason="It looks like a contact of the other side: Zebulon.", cause="looks alike"
    )
    return Run.objects.create(
        connection=connection,
        state=Run.State.REFUSED,
        only="zebulon@example.org",
        why="Neither side has a contact 'zebulon@example.org'.",
        finished_at=timezone.now(),
    )
