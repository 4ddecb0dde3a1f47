"""Making, changing and deleting members, one at a time.

https://docs.ghost.org/admin-api/members/creating-a-member

The API knows no conditions, so each member is read just before it is written, and left alone
where it is another than planned on. That is needed for its labels anyhow: a write replaces all of
them, and nobody is to lose one that was put on in the meantime.
"""

from __future__ import annotations

from connectors.connector import Create, Delete, Update, Written
from connectors.errors import Changed, Refused, Unanswered
from connectors.ghost.api import Api, row_of
from connectors.ghost.reading import Reader
from connectors.ghost.refusals import (
    is_taken,
    no_consent,
    nothing_to_subscribe_to,
    other_consent,
    refusal,
)
from connectors.ghost.site import Site
from connectors.ghost.translate import (
    MADE_AS,
    UNSUBSCRIBED,
    Json,
    Wish,
    id_of,
    label_list,
    labels_after,
    named,
    received_of,
    status_of,
    version_of,
    wish_of,
)
from connectors.rest import Reply


class Writer:
    """Safe for several threads. What cannot be done is raised."""

    def __init__(self, api: Api, site: Site, reader: Reader) -> None:
        self._api = api
        self._site = site
        self._reader = reader

    def create(self, write: Create) -> Written:
        """Subscribed is who gets the newsletters that the site gives to those who sign up."""
        wish = wish_of(write)
        if write.status not in MADE_AS:
            raise no_consent()
        if not wish.body.get("email"):
            raise Refused("A member of Ghost needs an e-mail address.", "Enter one.")
        body: Json = {name: text for name, text in wish.body.items() if text}
        if labels := labels_after(wish, ()):
            body["labels"] = label_list(labels)
        if write.status == UNSUBSCRIBED:
            body["newsletters"] = []
        elif not self._site.greets:
            raise nothing_to_subscribe_to()
        reply = self._api.call("POST", "/members/", body={"members": [body]})
        if is_taken(reply.status, reply.data):
            return self._met(write, wish)
        member = _shown(reply)
        return Written(id_of(member), received_of(member))

    def update(self, write: Update) -> Written:
        wish = wish_of(write)
        member = self._current(write)
        body: Json = dict(wish.body)
        labels = labels_after(wish, [item["name"] for item in named(member, "labels")])
        if labels is not None:
            body["labels"] = label_list(labels)
        if not body:
            return Written(write.id, received_of(member))
        # Newsletters are left out: who sends them replaces what the person chose.
        reply = self._api.call("PUT", f"/members/{write.id}/", body={"members": [body]})
        return Written(write.id, received_of(_shown(reply)))

    def delete(self, write: Delete) -> Written:
        self._current(write)
        reply = self._api.call("DELETE", f"/members/{write.id}/")
        if not reply.is_success:
            raise refusal(reply.status, reply.data)
        return Written(write.id, None)

    def _current(self, write: Update | Delete) -> Json:
        """The member, if it still is as the write was planned on."""
        member = self._reader.member(write.id)
        if version_of(member) != write.version:
            raise Changed("The member was changed in Ghost since it was read.")
        return member

    def _met(self, write: Create, wish: Wish) -> Written:
        """Who was there already, perhaps by an earlier try, is left as it is."""
        member = self._reader.holder(wish.body["email"])
        if member is None:
            raise Unanswered("Ghost has the address already, and does not show whose it is.")
        if (there := status_of(member)) != write.status:
            raise other_consent(there, write.status)
        return Written(id_of(member), received_of(member), adopted=True)


def _shown(reply: Reply) -> Json:
    if not reply.is_success:
        raise refusal(reply.status, reply.data)
    found = row_of(reply.data, "members")
    if found is None or not id_of(found):
        raise Unanswered("Ghost did not show what became of the member.")
    return found
