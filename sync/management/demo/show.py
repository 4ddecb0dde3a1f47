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
from sync.management.demo.books import Books, CannotServe, answers
from sync.management.demo.scene import CONFIGURATION, STARTED, furnish, later
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
    books = Books(Path(settings.VAR_DIR) / "books")
    with books.served():
        if Connection.objects.filter(name__in=STARTED, state="active").count() == len(STARTED):
            say("Everything is there from last time. Syncing what has changed since.")
            _sync(say, *STARTED)
        else:
            _first_time(say, books)
        if once:
            say("Done. Without --once the demo now serves the admin until Ctrl-C.")
            return
        with ExitStack() as stack:
            for name, *command in (
                ("web", "runserver", "--noreload", f"127.0.0.1:{port}"),
                ("worker", "worker"),
            ):
                stack.callback(_start(name, *command).let_go)
            say(_where_to_look(port, password))
            stop.wait()
            say("Stopping …")


def _first_time(say: Say, books: Books) -> None:
    say("Making accounts, connections and people …")
    environment = {
        "ALICE_URL": books.url("alice"),
        "OFFICE_URL": books.url("office"),
        "PASSWORD": books.password,
    }
    load(CONFIGURATION, environment, source="the demo")
    furnish()
    say("\nThe first syncs. Who has the same e-mail address on both sides is joined:\n")
    _sync(say, *STARTED, "--approve")
    say("\nA busy afternoon: people are edited on both sides, one in the same field.\n")
    later()
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


def _start(name: str, *command: str) -> Leash:
    with (Path(settings.VAR_DIR) / f"{name}.log").open("ab") as log:
        program = [sys.executable, "-m", "django", *command]
        return Leash(program, 70, str(settings.BASE_DIR), log)


def _where_to_look(port: int, password: str) -> str:
    var = os.path.relpath(settings.VAR_DIR, settings.BASE_DIR)
    return f"""
Look around at  http://127.0.0.1:{port}/
Sign in as      admin
Password        {password}

  Connections   phone-team and crm-customers sync every minute; club-friends is a draft:
                ask for its preview, then start it
  Audit log     what was done to whom, field by field

The commands work here too, in another terminal:
  DEBUG=on VAR_DIR={var} {os.path.relpath(sys.executable)} manage.py audit phone-team

Logs and data are in {var}/; delete that folder to begin anew. Ctrl-C ends the demo.
"""
