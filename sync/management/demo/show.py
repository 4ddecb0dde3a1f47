"""The demo from its start to Ctrl-C."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Event

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command

from connections.models import Connection
from rules.configuration.loading import load
from sync.management.demo.books import Books
from sync.management.demo.scene import CONFIGURATION, DRAFT, STARTED, furnish, later, secrets_of
from sync.management.demo.told import standing
from sync.management.serving import CannotServe, answers
from sync.management.stand_ins import StandIns
from sync.watch.leash import Leash

Say = Callable[[str], object]


def show(say: Say, *, port: int, once: bool, stop: Event) -> None:
    """Raises CannotServe. With ``once`` it returns after the first syncs."""
    if not settings.DEBUG:
        raise CannotServe("The demo is for a first look only: it needs DEBUG=on.")
    if not once and answers(port):
        raise CannotServe(f"Port {port} is in use. Choose another: demo --port {port + 1}")
    say("Preparing the database …")
    call_command("migrate", verbosity=0)
    password = _admin()
    is_first = Connection.objects.filter(name__in=STARTED, state="active").count() < len(STARTED)
    if is_first:
        say("Making 300 people in four apps, accounts there, and connections between them …")
    books = Books(Path(settings.VAR_DIR) / "books")
    apps = StandIns(Path(settings.VAR_DIR), port + 1)
    with apps.by_hand() as sandbox:
        furnish(sandbox, books)
    with books.served(), apps.served():
        if is_first:
            _first_time(say, books, apps)
        else:
            say("Everything is there from last time. Syncing what has changed since.\n")
            _sync(say, *STARTED)
        say(f"\nSince the beginning:\n\n{standing(STARTED)}")
        if once:
            say("\nDone. Without --once the demo now serves the admin until Ctrl-C.")
            return
        with ExitStack() as stack:
            for name, *command in (
                ("web", "runserver", "--noreload", f"127.0.0.1:{port}"),
                ("worker", "worker"),
            ):
                stack.callback(_start(apps, name, *command).let_go)
            say(_where_to_look(port, password, apps))
            stop.wait()
            say("Stopping …")


def _first_time(say: Say, books: Books, apps: StandIns) -> None:
    with apps.by_hand() as sandbox:
        load(CONFIGURATION, secrets_of(sandbox, books), source="the demo")
    say("\nThe first syncs. Who has the same e-mail address on both sides is joined:\n")
    _sync(say, *STARTED, "--approve")
    say(
        "\nA busy afternoon: people are edited in the apps, one in the same field on both sides;\n"
        "one is deleted in Google Contacts, and one unsubscribes from the newsletter.\n"
    )
    with apps.by_hand() as sandbox:
        later(sandbox)
    _sync(say, *STARTED)


def _sync(say: Say, *arguments: str) -> None:
    """As anybody would. Its exit status only tells how it ended, which it has printed."""
    try:
        call_command("sync", *arguments)
    except SystemExit as end:
        say(f"(sync ended with status {end.code})")


def _admin() -> str:
    """The password of the user ``admin``; made once, and kept beside the demo's data."""
    kept = Path(settings.VAR_DIR) / "admin_password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(9))
    password = kept.read_text()
    admin, _ = User.objects.get_or_create(
        username="admin", defaults={"is_staff": True, "is_superuser": True}
    )
    if not admin.check_password(password):
        admin.set_password(password)
        admin.save()
    return password


def _start(apps: StandIns, name: str, *command: str) -> Leash:
    with (Path(settings.VAR_DIR) / f"{name}.log").open("ab") as log:
        program = [sys.executable, "-m", "django", *command]
        environment = {**os.environ, "ENV_FILE": str(apps.environment)}
        return Leash(program, 70, str(settings.BASE_DIR), log, environment)


def _where_to_look(port: int, password: str, apps: StandIns) -> str:
    var = os.path.relpath(settings.VAR_DIR, settings.BASE_DIR)
    return f"""
The desk         http://127.0.0.1:{port}/
  Sign in as     admin
  Password       {password}

The apps, to look at and edit people in:
  Contactually   {apps.url}/contactually/
  Google         {apps.url}/google/
  Mailchimp      {apps.url}/mailchimp/
  Ghost          {apps.url}/ghost/   (its page tells what to enter for an account of it)

Change a phone number in Contactually: within a minute Google has it. Or do not wait:
  {_command(apps)} sync crm-phonebook

On the desk, {DRAFT} is still a draft: ask for its preview, then start it. The audit log tells what
was done to whom, field by field.

Logs and data are in {var}/; delete that folder to begin anew. Ctrl-C ends the demo.
"""


def _command(apps: StandIns) -> str:
    environment = os.path.relpath(apps.environment, settings.BASE_DIR)
    return f"ENV_FILE={environment} {os.path.relpath(sys.executable)} manage.py"
