"""The oddities of Google Contacts, as switches."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Quirks:
    """As the service behaves, as far as it is known; what would only be in the way of most tests
    (quotas, delays, disorder) is off until it is asked for. Counts of 0 are no limit."""

    # --- How late things are seen
    #: Seconds after which a write shows in people.connections.list; get and batchGet show now.
    lag: float = 0
    #: Seconds after which a write shows in get and batchGet (googleapis/google-api-python-client
    #: #2417: an old etag right after an update).
    get_lag: float = 0

    # --- Sync tokens
    #: Days after the full sync when its tokens end.
    token_days: float = 7
    #: Whether each incremental sync starts that clock anew; Google's words tie it to the full one.
    tokens_renewed: bool = False
    #: Status of EXPIRED_SYNC_TOKEN: 400 on the wire; an older guide says 410.
    expired_status: int = 400

    # --- Order
    #: Values of a field, members of a value and people of a batch come in another order at every
    #: read, as none is promised.
    shuffled: bool = False

    # --- Writing
    #: A batch with one bad contact writes none of them; off, the good ones are written, and the
    #: answer is the same error. Not documented.
    all_or_nothing: bool = True
    #: A write without names, but with unstructuredName, is split into given and family name.
    splits_names: bool = True
    #: unstructuredName wins over the parts that came with it. Not documented.
    unstructured_wins: bool = False
    #: updateContact insists on the etag of a source, as its description says; off, the etag of the
    #: person does, as everybody uses it.
    needs_sources: bool = False
    #: 409 or 429 when two writes of one account overlap; 0: they wait for each other.
    overlap_status: int = 0
    #: Where phone numbers without a country code belong.
    region: str = "US"

    # --- Limits (support.google.com/contacts/answer/148779)
    most_contacts: int = 25_000
    #: Status of MY_CONTACTS_OVERFLOW_COUNT, which is not known.
    overflow_status: int = 400
    #: Days for which deleted contacts stay in the trash, and count.
    trash_days: float = 30
    most_fields: int = 500
    #: Characters of a text, except notes.
    longest_text: int = 1024
    #: Bytes of a contact.
    most_bytes: int = 128 * 1024

    # --- Quotas, in units an account has in a minute (a day)
    critical_reads: int = 0
    critical_writes: int = 0
    group_reads: int = 0
    #: Deletes of contacts and all writes of groups.
    other_writes: int = 0
    daily_writes: int = 0
    #: First pages of full syncs, which have a quota of their own in an unknown amount.
    full_syncs: int = 0
    #: Seconds in Retry-After with a 429; 0: the header is left out.
    retry_after: int = 0


#: With the lowest quotas that were seen in a console.
METERED = replace(
    Quirks(),
    critical_reads=60,
    critical_writes=30,
    group_reads=90,
    other_writes=30,
    daily_writes=100_000,
)
