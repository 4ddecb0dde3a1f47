"""Changing and archiving members, one at a time.

https://mailchimp.com/developer/marketing/api/list-members/update-list-member/

The API knows no conditions, so each member is read just before it is written, and left alone
where it is another than planned on. That doubles the requests; reading all of a batch before its
first write would cost as many and leave minutes for people to edit in, where so it is less than
a second.
"""

from __future__ import annotations

import json

from connectors.connector import Delete, Update, Written
from connectors.errors import (
    AskStaff,
    Changed,
    Gone,
    Refused,
    SignInAgain,
    TryAgain,
    Unanswered,
)
from connectors.mailchimp.api import Api
from connectors.mailchimp.audiences import Audiences
from connectors.mailchimp.reading import Reader
from connectors.mailchimp.refusals import archived, complained, in_use, refusal
from connectors.mailchimp.schema import Json, Schema
from connectors.mailchimp.translate import (
    Wish,
    address_of,
    hash_of,
    id_of,
    is_archived,
    not_kept,
    tag_changes,
    version_of,
    wish_of,
)
from connectors.rest import Query, Reply


class Writer:
    """Safe for several threads, once the schema and the tags of the audience were asked for.
    What cannot be done is raised."""

    def __init__(self, api: Api, audiences: Audiences, reader: Reader) -> None:
        self._api = api
        self._audiences = audiences
        self._reader = reader

    def update(self, audience: str, write: Update) -> Written:
        schema = self._audiences.schema(audience)
        wish = wish_of(write, schema)
        member = self._current(audience, write, schema)
        begun = False
        try:
            # First, so that a refusal leaves all as it was.
            if _renames(wish, member):
                member = self._renamed(audience, member, wish.address or "", schema)
                begun = True
            if wish.tags_on or wish.tags_off:
                begun = self.tag(audience, member, wish) or begun
            if wish.patch:
                member = _member(self._patch(audience, member, wish.patch, schema), schema)
                begun = True
            elif begun:
                member = self._there(audience, write.id)
            received = self._reader.shown(audience, member, schema)
        except (TryAgain, SignInAgain, AskStaff) as fault:
            if not begun or isinstance(fault, Unanswered):
                raise
            raise Unanswered(f"A part of the change was carried out. {fault.message}") from None
        if lost := not_kept(wish, json.loads(received.raw), schema):
            raise Refused(f"Mailchimp said yes, but kept nothing of: {', '.join(lost)}.")
        return Written(write.id, received)

    def delete(self, audience: str, write: Delete) -> Written:
        """Archives: the one way that can be taken back."""
        schema = self._audiences.schema(audience)
        member = self._current(audience, write, schema)
        if member.get("status") in ("pending", "cleaned"):
            raise Refused(
                "Mailchimp does not archive who has not confirmed yet, or whose address bounced.",
                "Delete the contact in Mailchimp itself.",
            )
        reply = self._api.call("DELETE", _path(audience, write.id))
        # 405: somebody has archived it in the meantime.
        if reply.is_success or reply.status == 405:
            return Written(write.id, None)
        raise refusal(reply.status, reply.data, schema)

    def tag(self, audience: str, member: Json, wish: Wish) -> bool:
        """Put tags on and take them off, which all other calls ignore; False if there is nothing
        to do. As part of a sync it starts no automations. By the hash: contact ids are not
        documented here."""
        schema = self._audiences.schema(audience)
        spelled = self._audiences.tags(audience).spelled if wish.tags_on else {}
        complete = json.loads(self._reader.shown(audience, member, schema).raw)
        changes = tag_changes(wish, complete, spelled)
        if not changes:
            return False
        path = f"{_path(audience, hash_of(address_of(member)))}/tags"
        reply = self._api.call("POST", path, body={"tags": changes, "is_syncing": True})
        if reply.status == 404:
            raise Changed("The contact got another address in Mailchimp since it was read.")
        if not reply.is_success:
            raise refusal(reply.status, reply.data, schema)
        return True

    def _current(self, audience: str, write: Update | Delete, schema: Schema) -> Json:
        """The member, if it still is as the write was planned on."""
        member = self._there(audience, write.id)
        if is_archived(member):
            raise archived()
        if version_of(member, schema.digest) != write.version:
            raise Changed("The contact was changed in Mailchimp since it was read.")
        return member

    def _there(self, audience: str, id: str) -> Json:
        member = self._reader.member(audience, id)
        if isinstance(member, Gone):
            raise member
        return member

    def _renamed(self, audience: str, member: Json, address: str, schema: Schema) -> Json:
        """In a call of its own."""
        if member.get("status") != "subscribed":
            raise Refused(
                "Mailchimp changes the address of subscribed contacts only.",
                "Change it in Mailchimp, or give the contact back its address.",
            )
        reply = self._patch(audience, member, {"email_address": address}, schema)
        if reply.status == 400 and self._is_taken(audience, member, address):
            raise in_use()
        return _member(reply, schema)

    def _is_taken(self, audience: str, member: Json, address: str) -> bool:
        """Mailchimp's own words for it have changed over the years, and come in any language."""
        holder = self._reader.member(audience, hash_of(address))
        return not isinstance(holder, Gone) and id_of(holder) != id_of(member)

    def _patch(self, audience: str, member: Json, body: Json, schema: Schema) -> Reply:
        """An incomplete address in the store makes Mailchimp refuse whatever else is sent
        (https://github.com/verbb/formie/issues/2387): then once more without that check."""
        path = _path(audience, id_of(member))
        reply = self._api.call("PATCH", path, body=body)
        sent = body.get("merge_fields", {})
        foreign = [schema.field_of(tag) for tag in complained(reply.data) if tag not in sent]
        if reply.status == 400 and any(item and item.type == "address" for item in foreign):
            query: Query = {"skip_merge_validation": "true"}
            reply = self._api.call("PATCH", path, query, body)
        return reply


def _renames(wish: Wish, member: Json) -> bool:
    """The case of an address makes no difference."""
    return wish.address is not None and wish.address.lower() != address_of(member).lower()


def _path(audience: str, id: str) -> str:
    return f"/lists/{audience}/members/{id}"


def _member(reply: Reply, schema: Schema) -> Json:
    if not reply.is_success:
        raise refusal(reply.status, reply.data, schema)
    if not isinstance(reply.data, dict) or not id_of(reply.data):
        raise Unanswered("Mailchimp did not show what became of the contact.")
    found: Json = reply.data
    return found
