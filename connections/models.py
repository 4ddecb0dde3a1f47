"""The tables of accounts, their containers, the mirror of those, connections, and votes."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from connections.catalogues import catalogue_from_json
from connections.plain_text import PlainTextField
from connectors import registry
from connectors.connector import Catalogue


class Account(models.Model):
    """One authorised login at an app, reusable by many connections."""

    name = models.CharField(
        max_length=100, unique=True, help_text="How staff and the configuration file call it."
    )
    app = models.CharField(max_length=30, choices=registry.choices)
    identity = models.CharField(
        max_length=500, blank=True, editable=False, help_text="The app's unchangeable id of it."
    )
    identity_name = models.CharField("signed in as", max_length=300, blank=True, editable=False)
    sealed = models.TextField(
        blank=True, editable=False, help_text="The credentials, encrypted (connections.vault)."
    )
    renewed = models.TextField(
        blank=True,
        editable=False,
        help_text="What the app gave in their place since they were entered, encrypted as well.",
    )
    attention = models.TextField(
        "needs attention",
        blank=True,
        editable=False,
        help_text="Why it cannot be used, and the remedy.",
    )
    renewing_by = models.CharField(max_length=32, blank=True, editable=False)
    renewing_until = models.DateTimeField(null=True, editable=False)
    authorised_at = models.DateTimeField("authorised", null=True, editable=False)
    authorised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    ends_at = models.DateTimeField(
        "authorisation ends",
        null=True,
        editable=False,
        help_text="When the app ends it by itself, such as that of a Google project in testing.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Container(models.Model):
    """Where an account keeps contacts, and how far we have read it.

    ``number`` counts the changes observed or made in it, and is at the same time a logical
    (Lamport) clock: a value that arrives with a later stamp pushes it forward.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="containers")
    remote_id = models.CharField(max_length=1000)
    name = models.CharField(max_length=300)
    cursor = models.TextField(blank=True, editable=False)
    number = models.BigIntegerField(default=0, editable=False)
    catalogue_data = models.JSONField(default=dict, editable=False)
    catalogue_at = models.DateTimeField(null=True, editable=False)
    read_at = models.DateTimeField("last read", null=True, editable=False)
    full_at = models.DateTimeField("last read in full", null=True, editable=False)

    class Meta:
        ordering = ["account", "name"]
        constraints = [
            models.UniqueConstraint(fields=["account", "remote_id"], name="one_row_a_container")
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.name}"

    @property
    def catalogue(self) -> Catalogue:
        return catalogue_from_json(self.catalogue_data)


class Record(models.Model):
    """What our mirror holds of one contact of a container."""

    container = models.ForeignKey(Container, models.CASCADE, related_name="records")
    remote_id = models.CharField(max_length=1000)
    version = models.CharField(max_length=300, blank=True)
    number = models.BigIntegerField(help_text="The container's number of its latest change.")
    digest = models.CharField(max_length=32, blank=True)
    contact = models.JSONField(null=True, help_text="connectors.contact.contact_to_json")
    stamps = models.JSONField(default=dict, help_text="field: [stamp, raw]")
    pending = models.JSONField(
        default=dict, help_text="Values of a write without an answer yet. field: [value, stamp]"
    )
    overwritten = models.JSONField(
        default=list, help_text="Versions that a late listing may still show: [version, time]"
    )
    raw = models.BinaryField(default=b"", help_text="The app's own record, zlib-compressed.")
    fault = models.TextField(blank=True, help_text="Why it could not be understood.")
    heir = models.CharField(
        max_length=1000, blank=True, help_text="Id of the record that the app merged it into."
    )
    title = models.CharField(max_length=300, blank=True)
    first_seen_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["container", "remote_id"], name="one_row_a_record")
        ]
        indexes = [models.Index(fields=["container", "number"], name="record_by_number")]

    def __str__(self) -> str:
        return self.title or self.remote_id


class Key(models.Model):
    """By what a record can be found: its normalised e-mails, phones and name; by people also what
    they may begin to type of the name (``name_parts``)."""

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"
        NAME = "name"
        PART = "part"

    record = models.ForeignKey(Record, models.CASCADE, related_name="keys")
    container = models.ForeignKey(Container, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    value = PlainTextField(max_length=400)

    class Meta:
        indexes = [models.Index(fields=["kind", "value", "container"], name="key_by_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Spending(models.Model):
    """Requests that an app counts against a quota of so many a minute."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    quota = models.CharField(max_length=60, help_text="The setting's name.")
    at = models.DateTimeField()
    units = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["account", "quota", "at"], name="spending_of_quota")]

    def __str__(self) -> str:
        return f"{self.units} of {self.quota}"


class Hook(models.Model):
    """Where an app posts that something changed in a container. The secret that stands in the
    address is not kept, only its digest."""

    container = models.OneToOneField(Container, models.CASCADE, related_name="hook")
    digest = models.CharField(max_length=64, unique=True)
    home = models.CharField(max_length=500, help_text="What its address begins with.")
    sealed = models.TextField(blank=True, help_text="The secret of signatures, encrypted.")
    on = models.BooleanField(default=False, help_text="The app has it.")
    why = models.TextField("why not", blank=True)
    tried_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True, help_text="When it was last told something new.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"webhook of {self.container}"


class HookPost(models.Model):
    """A keyed digest of what an app posted, to know it again when it comes a second time."""

    hook = models.ForeignKey(Hook, models.CASCADE, related_name="posts", db_index=False)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["hook", "digest"], name="one_post_once")]
        indexes = [models.Index(fields=["at"], name="hook_post_by_age")]

    def __str__(self) -> str:
        return f"post to {self.hook}"


class Side(models.TextChoices):
    A = "a"
    B = "b"


class Connection(models.Model):
    """Two sides kept equal, with direction, mappings and options."""

    class Direction(models.TextChoices):
        TWO_WAY = "two-way", "Two-way"
        A_TO_B = "a-to-b", "A → B"
        B_TO_A = "b-to-a", "B → A"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"

    class NewStatus(models.TextChoices):
        SUBSCRIBED = "subscribed", "Subscribed"
        PENDING = "pending", "Pending"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"

    name = models.CharField(max_length=100, unique=True)
    a = models.ForeignKey(Container, models.PROTECT, related_name="connections_as_a")
    b = models.ForeignKey(Container, models.PROTECT, related_name="connections_as_b")
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.TWO_WAY)
    winner = models.CharField(
        max_length=1,
        choices=Side,
        default=Side.A,
        help_text="Whose value stays where both sides have different ones.",
    )
    avoid_duplicates = models.BooleanField(
        default=True, help_text="Contacts without an e-mail address are left out."
    )
    never_blank = models.BooleanField(
        "never blank a field",
        default=False,
        help_text="A value cleared on one side stays on the other.",
    )
    sync_deletions = models.JSONField(
        default=list, blank=True, help_text="Directions in which a deletion is marked."
    )
    sync_unsubscribes = models.JSONField(
        default=list, blank=True, help_text="Directions in which an unsubscribe is marked."
    )
    new_status = models.CharField(
        "status of new contacts",
        max_length=20,
        blank=True,
        choices=NewStatus,
        help_text="Which consent a contact gets that is made in an app that asks for it.",
    )
    region = models.CharField(
        max_length=2,
        blank=True,
        help_text="Country (two letters) of phone numbers without a country code.",
    )
    interval = models.PositiveIntegerField(default=5, help_text="Minutes between two runs.")
    keep_gone = models.PositiveIntegerField(
        "days to keep unmatched contacts",
        default=0,
        help_text="After they are gone from their app; 0: as long as the audit log is kept.",
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    attention = models.TextField("needs attention", blank=True, editable=False)
    brakes = models.JSONField(
        default=dict, blank=True, help_text="Limits that differ from the default."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        permissions = [
            ("operate_connection", "Can sync, preview, start, pause and resume connections"),
            ("see_people", "Can see names, addresses and values of contacts"),
            ("delete_people", "Can delete contacts in the apps, from the Trash inbox"),
            ("erase_people", "Can erase what Accord holds of a person"),
        ]

    def __str__(self) -> str:
        return self.name

    def container(self, side: str) -> Container:
        return self.a if side == Side.A else self.b


class Beginning(models.Model):
    """A connection whose sides are not both chosen yet: the first steps of its set-up, which can
    be left and resumed. Both chosen, it becomes a draft."""

    app_a = models.CharField("app of side A", max_length=30, choices=registry.choices)
    app_b = models.CharField("app of side B", max_length=30, choices=registry.choices)
    a = models.ForeignKey(Container, models.SET_NULL, null=True, blank=True, related_name="+")
    b = models.ForeignKey(Container, models.SET_NULL, null=True, blank=True, related_name="+")
    copy_of = models.ForeignKey(
        Connection,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whose options, rules and field mapping the draft is to begin with.",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()  # who may add connections begins, resumes and drops it
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_app_a_display()} and {self.get_app_b_display()}"

    def app(self, side: str) -> str:
        return self.app_a if side == Side.A else self.app_b

    def container(self, side: str) -> Container | None:
        return self.a if side == Side.A else self.b


class Subscription(models.Model):
    """Of which connections a person is told by mail when they need somebody, and go on again; and
    of which once a day what was done (``digest``). ``everything``: of all, those to come too."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    everything = models.BooleanField("every connection", default=False)
    connections = models.ManyToManyField(Connection, blank=True, related_name="+")
    digest = models.BooleanField("a digest every day", default=False)

    class Meta:
        default_permissions = ()  # everybody's own affair

    def __str__(self) -> str:
        """Without the connections: the admin shows it to those who delete the user."""
        return "what to be told by mail"


class Channel(models.Model):
    """A room elsewhere, such as in Slack, that is told the same: of ``everything``, or of these."""

    name = models.CharField(max_length=100, unique=True)
    sealed = models.TextField(
        blank=True, editable=False, help_text="Its address, encrypted (connections.vault)."
    )
    service = models.CharField(max_length=60, blank=True, editable=False)
    on = models.BooleanField(default=True, help_text="Switched off, it is told nothing.")
    everything = models.BooleanField(
        "every connection", default=True, help_text="Those to come, too."
    )
    connections = models.ManyToManyField(
        Connection,
        blank=True,
        related_name="+",
        help_text="Of which it is told, if not of every one.",
    )
    digest = models.BooleanField(
        "a digest every day", default=False, help_text="What was done, and what needs somebody."
    )
    trouble = models.TextField(blank=True, editable=False, help_text="Why it was not told last.")
    told_at = models.DateTimeField("told last", null=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class FieldMapping(models.Model):
    """One line: field of a, arrow, field of b."""

    class Arrow(models.TextChoices):
        BOTH = "<->", "↔"
        TO_B = "->", "→"
        TO_A = "<-", "←"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="mappings")
    position = models.PositiveIntegerField(default=0)
    a = models.CharField("field of A", max_length=200)
    arrow = models.CharField(max_length=3, choices=Arrow, default=Arrow.BOTH)
    b = models.CharField("field of B", max_length=200)
    on = models.BooleanField(default=True)
    winner = models.CharField(max_length=1, choices=Side, blank=True)
    values = models.JSONField(
        default=dict, blank=True, help_text="What an option of A is called in B, where they differ."
    )
    default = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "a", "b"], name="one_line_a_pair_of_fields"
            )
        ]

    def __str__(self) -> str:
        return f"{self.a} {self.get_arrow_display()} {self.b}"


class DigestKey(models.Model):
    """The one key of the digests of who was erased, encrypted as credentials are."""

    sealed = models.TextField(editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "key of digests"


class Erased(models.Model):
    """A keyed digest of an address or an id of somebody who was erased, and nothing else of them:
    by it whoever reads an app knows whom not to take in again (``connections.erased``)."""

    digest = models.CharField(max_length=64, unique=True)
    erasure = models.BigIntegerField(help_text="What belongs together: one erasure's number.")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["erasure"], name="erased_together")]

    def __str__(self) -> str:
        return "somebody erased"


class Vote(models.Model):
    """One person's vote for an app that there is no connector for yet.

    Its page asks for the right to see accounts, so it has no rights of its own.
    """

    LONGEST = 60

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    app = models.CharField(
        max_length=LONGEST, help_text="A word of connectors.coming, or the name, folded."
    )
    name = models.CharField(
        max_length=LONGEST, help_text="As it was shown, or as it was wished for."
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "app"], name="one_vote_a_person_and_app")
        ]

    def __str__(self) -> str:
        """Without the app: the admin shows it to those who delete the user."""
        return "for an app to come"
