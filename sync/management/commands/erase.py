"""``manage.py erase``: what Accord holds of a person is shown, or removed."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connections.erased import let_back
from connections.models import Record
from sync.host import this_process
from sync.management.commands.sync import STOPPED
from sync.watch.erasing.carry_out import Named, ask, carry_out
from sync.watch.erasing.held import held_of
from sync.watch.erasing.whom import person_of, records_called

#: Seconds that it waits for runs under way.
PATIENCE = 600
#: A run was at work with their accounts for too long.
BUSY = 3


class Command(BaseCommand):
    help = (
        "Erase what Accord holds of a person: in the mirror, sync records, the audit log, history "
        "and everything that names them. Their contacts in the apps stay; delete them there. A "
        "keyed digest of their addresses and ids keeps them from coming back. A KEY is an e-mail "
        "address or ACCOUNT:ID. Without --yes it only says whom it would erase; --held prints what "
        "is held, as JSON."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("keys", nargs="+", metavar="KEY", help="whom")
        parser.add_argument("--yes", action="store_true", help="they are the ones you mean")
        other = parser.add_mutually_exclusive_group()
        other.add_argument("--held", action="store_true", help="only print what is held")
        other.add_argument(
            "--let-back",
            action="store_true",
            help="who was erased with this e-mail address may be taken in again",
        )

    def handle(self, *args: Any, keys: list[str], **options: Any) -> None:
        if options["let_back"]:
            for key in keys:
                self._let_back(key)
            return
        person = person_of(self._named(keys))
        if options["held"]:
            self.stdout.write(json.dumps(held_of(person.records), indent=2, ensure_ascii=False))
            return
        whom = "\n".join(f"  {_line(record)}" for record in person.records)
        if person.others:
            others = "\n".join(f"  {_line(record)}" for record in person.others)
            self.stdout.write(
                f"These have one of the addresses as well, and stay unless you name them:\n{others}"
            )
        if not options["yes"]:
            raise CommandError(
                f"This would erase what is held of:\n{whom}\nNothing was erased. "
                "If these are the ones you mean, say it again with --yes.",
                returncode=STOPPED,
            )
        self._erase(person.records)

    def _named(self, keys: list[str]) -> set[int]:
        found: set[int] = set()
        for key in keys:
            ids = records_called(key)
            if not ids:
                raise CommandError(
                    f"Nothing is held of {key!r}. Give an e-mail address or ACCOUNT:ID.",
                    returncode=STOPPED,
                )
            found |= ids
        return found

    def _erase(self, records: Any) -> None:
        try:
            erasure = ask(records, "the command")
        except Named as error:
            raise CommandError(f"Nothing was erased. {error}", returncode=STOPPED) from None
        if not carry_out(erasure, this_process(), PATIENCE):
            raise CommandError(
                "Runs are at work with their accounts. The worker carries out erasure "
                f"{erasure.pk} as soon as these have ended.",
                returncode=BUSY,
            )
        self.stdout.write(
            f"Erasure {erasure.pk}: {erasure.contacts} contacts, {erasure.sync_records} sync "
            f"records, {erasure.steps} steps, and their name in {erasure.texts} other rows. In the "
            "apps nothing was deleted."
        )

    def _let_back(self, email: str) -> None:
        if not let_back(email):
            raise CommandError("Nobody was erased with this address.", returncode=STOPPED)
        self.stdout.write("They may be taken in again; every container is read in full next time.")


def _line(record: Record) -> str:
    gone = ", gone" if record.gone_at else ""
    return f"{record.title or '(without a name)'} ({record.container}: {record.remote_id}{gone})"
