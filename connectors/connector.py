"""The interface that every connector implements, and the shapes that cross it.

Terms: a *container* is where an account keeps contacts (an address book, an audience); a
*cursor* is opaque text by which an app tells what changed since; a *version* is opaque text
that changes with the record (an ETag); *raw* is the app's own record, kept beside the neutral
contact so that a write loses nothing that we do not understand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

from connectors.contact import Contact, Segment, Value
from connectors.errors import AppError, Gone
from connectors.fields import Field, composed_name, split_name, sub_field
from connectors.texts import is_text, shown


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an app can do: facts, not preferences. The desk offers only what these allow."""

    #: How many writes one call of ``write`` takes: a batch of the API, or requests in parallel.
    batch: int = 1
    #: The writer chooses the remote id (``chosen_id``), so a repeated create is harmless.
    chosen_ids: bool = False
    #: A record can be found by the marker of its create (``find_marker``).
    markers: bool = False
    #: A write says which version it replaces, and is refused when that is no longer current.
    conditional_writes: bool = False
    #: Seconds until a write is certain to be visible to readers.
    lag: float = 0
    #: Contacts can be deleted: only ever on a person's word, one by one.
    deletes: bool = False
    #: The app posts to an address of ours when something changed (``hook_on``). What it posts is a
    #: hint to read sooner, and never believed.
    hooks: bool = False


@dataclass(frozen=True, slots=True)
class Credential:
    """One thing that authorises an account. Only what is not ``secret`` is ever shown again."""

    name: str
    label: str
    secret: bool = False
    required: bool = True
    help: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that the operator sets for an app, by its name in the environment. ``limits``: of
    one that says how much an account may ask of the app, what it counts: "reads a minute"."""

    name: str
    default: str = ""
    help: str = ""
    is_number: bool = False
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who an account is at its app: an id that never changes, and a name for people."""

    id: str
    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", shown(self.name))


@dataclass(frozen=True, slots=True)
class ContainerInfo:
    id: str
    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", shown(self.name))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a container offers, kept with it so that forms, rules and checks need no request.

    ``segments``: by kind (tag, bucket, label, group, category) that can be put on and taken off,
    the names that are known. ``registers``: the kinds of which these are the app's own list of
    names; of others they are the names in use. ``vanished``: by such a kind, names that were
    listed once and are not any more (told by ``refresh_catalogue``, not by a connector).
    ``statuses``: of consent; empty where the app knows none. ``tells_deletions``: by
    tombstones, or by a listing that is complete.

    What has no name, or one that is no text, can be named by nobody and is left out.
    """

    fields: tuple[Field, ...]
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vanished: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    statuses: tuple[str, ...] = ()
    tells_deletions: bool = True
    registers: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        named = {item.name: item for item in reversed(self.fields) if is_text(item.name)}
        fields = tuple(item for item in self.fields if named.get(item.name) is item)
        object.__setattr__(self, "fields", fields)
        segments = {
            kind: tuple(name for name in names if name and is_text(name))
            for kind, names in self.segments.items()
        }
        object.__setattr__(self, "segments", segments)

    def field(self, name: str) -> Field | None:
        """The field of this name; also a sub-value (``phones.mobile``) of one, and the full name
        as joined from its parts where the app has no other."""
        found = next((item for item in self.fields if item.name == name), None)
        if found is not None:
            return found
        if name == "full_name":
            return composed_name(self.fields)
        parent, part = split_name(name)
        whole = next((item for item in self.fields if item.name == parent), None) if part else None
        return whole and sub_field(whole, part)


@dataclass(frozen=True, slots=True)
class Received:
    """One record as read. ``fault`` says why it could not be understood; contact is then None.

    ``absorbed``: ids of records that the app says were merged into this one. What is archived or
    binned is received with ``contact.deleted``.
    """

    id: str
    version: str
    contact: Contact | None
    raw: bytes = b""
    fault: str = ""
    absorbed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a reading that went well: only then may its cursor be stored.

    ``complete``: everything alive was named (``received`` or ``present``), so what was not
    named is gone.
    """

    cursor: str
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a reading. ``present`` names records that are alive and need no reading."""

    received: Sequence[Received] = ()
    present: Sequence[str] = ()
    gone: Sequence[str] = ()
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """Make a new record. ``marker`` is ours, unique, and the same at every repetition."""

    marker: str
    fields: Mapping[str, Value]
    add: frozenset[Segment] = frozenset()
    status: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """Change a record: only the named fields; an empty value clears. Segments as deltas."""

    id: str
    version: str
    raw: bytes
    fields: Mapping[str, Value] = field(default_factory=dict)
    add: frozenset[Segment] = frozenset()
    remove: frozenset[Segment] = frozenset()


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a record, because a person said so. Only where ``capabilities.deletes``."""

    id: str
    version: str


@dataclass(frozen=True, slots=True)
class Written:
    """A write that was carried out.

    ``received`` is the record as the app now shows it, or None when the answer does not
    tell: then it is read back. (After a ``Delete`` there is nothing to show.) ``adopted``: the
    record was there already, made by an earlier try of the same create.
    """

    id: str
    received: Received | None
    adopted: bool = False


Write = Create | Update | Delete
#: Per write: what became of it. Errors of one record are returned, in the order of the writes.
Result = Written | AppError
#: Given remote ids, the versions of those we hold, so that bodies we have are not read again.
Known = Callable[[Collection[str]], Mapping[str, str]]


class Wire(Protocol):
    """What carries requests to an origin: a pool of connections, or an app in this process."""

    def urlopen(self, method: str, url: str, **options: Any) -> Any:
        """As that of ``urllib3.HTTPConnectionPool``."""


def _keep_nothing(credentials: Mapping[str, str]) -> None:
    return None


def _spent_nothing(quota: str) -> Sequence[tuple[datetime, int]]:
    return ()


def _note_nothing(quota: str, at: datetime, units: int) -> None:
    return None


def _is_alone() -> None:
    return None


def _tell_nobody(seconds: float, why: str) -> None:
    return None


def _count_nothing(status: int) -> None:
    return None


def _alone() -> AbstractContextManager[Mapping[str, str]]:
    return nullcontext({})


@dataclass(frozen=True, slots=True)
class World:
    """What a connector may use of the world around it, handed in so that tests can hold it.

    ``var`` is the one directory that may be written to. ``allow_private``: may staff point
    accounts at private or loopback addresses. ``settings``: the operator's, by name
    (``registry.settings``). ``keep`` stores credentials that the app has renewed; ``renewing`` is
    held meanwhile, by one process of an account at a time, and gives what was kept by then.
    ``spend`` is told of what is asked under a quota of so many a minute, and ``spent`` tells what
    other processes have asked under it. ``assure`` is called before each request that may change
    something, and raises where another process has the account by now: one call of ``write`` may
    be many requests, and this process may have stood still between two. ``waiting`` is told of
    each wait, and ``answered`` of the status of each answer, 0 where none came. All of them may
    be called by threads of the connector.
    ``wires``: by origin what carries requests there in place of the network.
    """

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    var: Path
    allow_private: bool = False
    region: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    keep: Callable[[Mapping[str, str]], None] = _keep_nothing
    renewing: Callable[[], AbstractContextManager[Mapping[str, str]]] = _alone
    spent: Callable[[str], Sequence[tuple[datetime, int]]] = _spent_nothing
    spend: Callable[[str, datetime, int], None] = _note_nothing
    assure: Callable[[], None] = _is_alone
    waiting: Callable[[float, str], None] = _tell_nobody
    answered: Callable[[int], None] = _count_nothing
    wires: Mapping[str, Wire] = field(default_factory=dict)

    def setting(self, name: str, known: Sequence[Setting]) -> str:
        """What the operator set, else the default of this one of the ``known``."""
        default = next(item.default for item in known if item.name == name)
        return self.settings.get(name) or default

    def wait(self, seconds: float, why: str) -> None:
        """Before the app is asked again. ``why`` is a sentence for whoever watches: it holds no
        secret and nothing of a contact."""
        self.waiting(seconds, why)
        self.sleep(seconds)


class Connector(ABC):
    """One account of one app, opened. Made by ``registry.open_connector``; lives for one piece
    of work and is not shared.

    Every method raises the errors of ``connectors.errors`` for what concerns the account or
    the container as a whole.
    """

    #: The registry's word for the app, and its name for people.
    app: ClassVar[str]
    label: ClassVar[str]
    #: What people choose by: which contacts these are, in a sentence.
    about: ClassVar[str]
    #: What people call a container of it; of an app with one only, it is the account.
    container_word: ClassVar[str] = "account"
    #: What must be entered to authorise an account, in the order of the form.
    credentials: ClassVar[tuple[Credential, ...]] = ()

    def __init__(self, credentials: Mapping[str, str], world: World) -> None:
        """Check the credentials' form and keep them; no request is made here."""
        self._credentials = credentials
        self._world = world

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities: ...

    @property
    @abstractmethod
    def requests(self) -> int:
        """Requests made to the app so far by this instance, retries included."""

    @abstractmethod
    def identity(self) -> Identity: ...

    @abstractmethod
    def containers(self) -> list[ContainerInfo]: ...

    @abstractmethod
    def catalogue(self, container: str) -> Catalogue: ...

    @abstractmethod
    def changes(self, container: str, cursor: str, known: Known) -> Iterator[Page]:
        """What changed since ``cursor``; everything for "" or a cursor the app lost.

        The last page carries the ``Ending``. Tombstones of a first listing are left out.
        """

    @abstractmethod
    def read(self, container: str, ids: Sequence[str]) -> list[Received | Gone]:
        """These records as they are now, in the order asked."""

    @abstractmethod
    def write(self, container: str, writes: Sequence[Write]) -> list[Result]:
        """Carry out at most ``capabilities.batch`` writes; one result each, in order.

        A write never revives what was deleted or archived (``Gone``), and never makes anybody
        *subscribed* who was not (``Refused``).
        """

    def chosen_id(self, container: str, marker: str) -> str:
        """The id that the create with this marker gets. Only where ``chosen_ids``."""
        raise NotImplementedError(f"{self.app} chooses its ids itself")

    def find_marker(self, container: str, marker: str) -> Received | None:
        """The record made by the create with this marker. Only where ``markers``."""
        raise NotImplementedError(f"{self.app} keeps no markers")

    def hook_on(self, container: str, home: str, url: str) -> str:
        """From now on changes in the container, but not those of our own writes, are posted to
        ``url``, which begins with ``home`` and takes the place of any other address that does. The
        secret of signatures, if the app signs what it posts. Only where ``hooks``."""
        raise NotImplementedError(f"{self.app} posts nothing")

    def hook_off(self, container: str, home: str) -> None:
        """No longer, to any address that begins with ``home``. Only where ``hooks``."""
        raise NotImplementedError(f"{self.app} posts nothing")

    @classmethod
    def has_signed(
        cls, secret: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> bool:
        """Is a post the app's own, and no old one? ``secret``: what ``hook_on`` told, if anything;
        ``headers``: by their names in lower case."""
        return not secret

    def close(self) -> None:
        """Give back network connections; one that has none does nothing."""
        return None
