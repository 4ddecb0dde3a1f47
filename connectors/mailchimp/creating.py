"""Making members, up to 500 with one call.

https://mailchimp.com/developer/marketing/api/lists/batch-subscribe-or-unsubscribe/

A creation never changes who is there already. Mailchimp would revive an archived address, so
whose address is in the archive is asked before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from connectors.connector import Create, Result, Written
from connectors.errors import AppError, Gone, Refused, TryAgain, Unanswered
from connectors.mailchimp.api import Api
from connectors.mailchimp.audiences import Audiences
from connectors.mailchimp.listing import Listing
from connectors.mailchimp.reading import Reader
from connectors.mailchimp.refusals import not_revived, other_consent, refusal, refusal_in_bulk
from connectors.mailchimp.schema import STATUSES, Json, Schema
from connectors.mailchimp.translate import (
    Wish,
    address_of,
    hash_of,
    id_of,
    is_archived,
    new_member,
    not_kept,
    wish_of,
)
from connectors.mailchimp.writing import Writer

#: So few are looked up one by one, which also finds those that are there already; for more the
#: archive is read once.
FEW = 5
#: Without these an answer does not show the member.
_SHOWN = frozenset({"contact_id", "email_address", "status", "merge_fields", "tags"})
#: Carries out a function for each of some items, several at a time.
Each = Callable[[Callable[["_New"], Result], Sequence["_New"]], list[Result]]


@dataclass(frozen=True, slots=True)
class _New:
    """``place``: that of the write in its batch."""

    place: int
    create: Create
    wish: Wish

    @property
    def address(self) -> str:
        return (self.wish.address or "").lower()


class Creator:
    def __init__(
        self,
        api: Api,
        audiences: Audiences,
        reader: Reader,
        writer: Writer,
        each: Each,
    ) -> None:
        self._api = api
        self._audiences = audiences
        self._reader = reader
        self._writer = writer
        self._each = each
        #: By audience the addresses in its archive, in lower case.
        self._archives: dict[str, frozenset[str]] = {}

    def create(self, audience: str, creates: Sequence[Create]) -> list[Result]:
        """One result each. Raises only before anything was sent."""
        schema = self._audiences.schema(audience)
        results: dict[int, Result] = {}
        fresh: dict[str, _New] = {}
        for place, create in enumerate(creates):
            try:
                new = _New(place, create, _checked(create, schema))
            except Refused as refused:
                results[place] = refused
                continue
            if new.address in fresh:
                results[place] = TryAgain("Another contact of this address is being made.")
            else:
                fresh[new.address] = new
        wanted = list(fresh.values())
        results.update(self._met(audience, wanted, schema))
        unmet = [new for new in wanted if new.place not in results]
        results.update(self._sent(audience, unmet, schema))
        return [results[place] for place in range(len(creates))]

    # --- Who is there already -------------------------------------------------------------

    def _met(self, audience: str, wanted: Sequence[_New], schema: Schema) -> dict[int, Result]:
        """Results of those that need not be sent."""
        if len(wanted) <= FEW:
            found = self._each(lambda new: self._looked_for(audience, new, schema), wanted)
            pairs = zip(wanted, found, strict=True)
            return {new.place: met for new, met in pairs if not isinstance(met, Gone)}
        archive = self._archive(audience)
        return {new.place: not_revived() for new in wanted if new.address in archive}

    def _archive(self, audience: str) -> frozenset[str]:
        if audience not in self._archives:
            kept = ("contact_id", "email_address", "last_changed")
            pages = Listing(self._api).walk(audience, None, archived=True, kept=kept)
            rows = (row for page in pages for row in page)
            self._archives[audience] = frozenset(address_of(row).lower() for row in rows)
        return self._archives[audience]

    def _looked_for(self, audience: str, new: _New, schema: Schema) -> Result:
        try:
            return self._looked_up(audience, new, schema)
        except Refused as refused:
            return refused

    def _looked_up(self, audience: str, new: _New, schema: Schema) -> Result:
        """Gone where nobody has the address."""
        member = self._member(audience, new.address)
        if isinstance(member, Gone):
            return member
        if is_archived(member):
            return not_revived()
        status = str(member.get("status", ""))
        if status not in ("subscribed", new.create.status):
            return other_consent(status, new.create.status)
        received = self._reader.shown(audience, member, schema)
        return Written(received.id, received, adopted=True)

    def _member(self, audience: str, address: str) -> Json | Gone:
        member = self._reader.member(audience, hash_of(address))
        if not isinstance(member, Gone) and not id_of(member):
            raise Refused("Mailchimp shows the contact without its id.", "Report it to them.")
        return member

    # --- Who is not -----------------------------------------------------------------------

    def _sent(self, audience: str, wanted: Sequence[_New], schema: Schema) -> dict[int, Result]:
        if not wanted:
            return {}
        has_tags = any(new.wish.tags_on for new in wanted)
        spelled = self._audiences.tags(audience).spelled if has_tags else {}
        members = [new_member(new.wish, new.create.status, spelled) for new in wanted]
        # sync_tags would replace the tags of members that are there.
        body = {"members": members, "update_existing": False}
        try:
            reply = self._api.call("POST", f"/lists/{audience}", body=body)
        except AppError as fault:
            return {new.place: fault for new in wanted}
        if reply.is_success and isinstance(reply.data, dict):
            return self._answered(audience, wanted, reply.data, schema)
        if reply.is_success:
            lost = Unanswered("Mailchimp did not say what became of the contacts.")
            return {new.place: lost for new in wanted}
        if len(wanted) == 1 or reply.status == 404:
            refused = refusal(reply.status, reply.data, schema)
            return {new.place: refused for new in wanted}
        # One that the call as a whole stumbles over is not to stop the others.
        half = len(wanted) // 2
        parts = (wanted[:half], wanted[half:])
        return {k: v for part in parts for k, v in self._sent(audience, part, schema).items()}

    def _answered(
        self, audience: str, wanted: Sequence[_New], told: Json, schema: Schema
    ) -> dict[int, Result]:
        """Answers are told by address, in any order: 200 even where all were refused."""
        made = {address_of(row).lower(): row for row in _rows(told.get("new_members"))}
        errors = {address_of(row).lower(): row for row in _rows(told.get("errors"))}

        def result(new: _New) -> Result:
            try:
                if new.address in made:
                    return self._made(audience, new, made[new.address], schema)
                error = errors.get(new.address)
                if error and error.get("error_code") != "ERROR_CONTACT_EXISTS":
                    return refusal_in_bulk(error, schema)
                found = self._looked_up(audience, new, schema)
            except AppError as fault:
                return Unanswered(f"What became of the contact could not be seen: {fault.message}")
            if isinstance(found, Gone):
                return Unanswered("Mailchimp did not say what became of the contact.")
            return found

        return dict(zip((new.place for new in wanted), self._each(result, wanted), strict=True))

    def _made(self, audience: str, new: _New, shown: Json, schema: Schema) -> Result:
        """Tags are not documented here: where the answer lacks some, they are put on. If that
        fails the contact is there all the same, and shows it."""
        wanted = Wish(tags_on=new.wish.tags_on)
        member: Json | Gone = shown
        if not id_of(shown) or not shown.keys() >= _SHOWN:
            member = self._member(audience, new.address)
        # A new member has not so many tags that it hides some.
        if not isinstance(member, Gone) and not_kept(wanted, member, schema):
            self._writer.tag(audience, member, wanted)
            member = self._member(audience, new.address)
        if isinstance(member, Gone):
            return Refused("The contact vanished in Mailchimp right after it was made.")
        return Written(id_of(member), self._reader.shown(audience, member, schema))


def _checked(create: Create, schema: Schema) -> Wish:
    if create.status not in STATUSES:
        raise Refused(
            "A contact is made in Mailchimp with a consent that is known, or not at all.",
            "Say in the options of the connection which status new contacts get.",
        )
    return wish_of(create, schema)


def _rows(found: object) -> Iterable[Json]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
