"""What a sync knows and did. A run is a row before it is a task; a step is a row before it is
a call."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from connections.models import Account, Channel, Connection, Record, Side
from connections.plain_text import PlainTextField


class SyncRecord(models.Model):
    """What a connection knows of one person.

    ``base`` holds per mapping line what each side showed when the two last agreed:
    ``{line: [value of a, value of b]}``, for lists ``{line: [[element of a, element of b], …]}``
    with null where a side could not hold an element. ``effects`` holds what rules and marks put
    on either contact (``sync.engine.effects``), ``matched`` the keys of the rules it matched when
    last planned. ``a_digest`` and ``b_digest`` are those of the records when last planned: while
    they stand, there is nothing to do.
    """

    class State(models.TextChoices):
        NEW = "new", "Counterpart not made yet"
        IN_SYNC = "in_sync", "In sync"
        EXCLUDED = "excluded", "Excluded"
        DUPLICATE = "duplicate", "Duplicate"
        TO_REVIEW = "to_review", "To review"
        FAILED = "failed", "Failed"
        DELETED_OPPOSITE = "deleted_opposite", "Deleted opposite"
        APART = "apart", "Apart"

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="sync_records", db_index=False
    )
    marker = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    a = models.ForeignKey(Record, models.SET_NULL, null=True, related_name="sync_records_as_a")
    b = models.ForeignKey(Record, models.SET_NULL, null=True, related_name="sync_records_as_b")
    state = models.CharField(max_length=20, choices=State, default=State.NEW)
    reason = models.TextField(blank=True)
    cause = models.CharField(
        max_length=40, blank=True, help_text="The reason as a word, to count by."
    )
    base = models.JSONField(default=dict)
    drift = models.JSONField(default=list, help_text="Lines whose target was edited, one-way.")
    halted = models.JSONField(default=list, help_text="Lines held since they went to and fro.")
    effects = models.JSONField(default=dict)
    matched = models.JSONField(default=list)
    existed = models.BooleanField(
        null=True, help_text="Had it a counterpart already when the connection first met it?"
    )
    a_digest = models.CharField(max_length=32, blank=True)
    b_digest = models.CharField(max_length=32, blank=True)
    due_at = models.DateTimeField(null=True, help_text="To be planned by itself from this time on.")
    tries = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=300, blank=True)
    name_key = PlainTextField(max_length=60, blank=True, help_text="sync.search_keys")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "a"], name="one_pair_a_contact_of_a"),
            models.UniqueConstraint(fields=["connection", "b"], name="one_pair_a_contact_of_b"),
        ]
        indexes = [
            models.Index(fields=["connection", "id"], name="sync_record_by_connection"),
            models.Index(
                fields=["connection", "state", "cause", "id"], name="sync_record_standing"
            ),
            models.Index(fields=["state", "id", "cause"], name="sync_record_by_state"),
            models.Index(fields=["name_key"], name="sync_record_by_name"),
            models.Index(
                fields=["connection", "due_at"],
                name="sync_record_due",
                condition=models.Q(due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.marker)


class Planned(models.Model):
    """Up to which change of each side a connection has planned, and under which setup."""

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="planned")
    a_number = models.BigIntegerField(default=0)
    b_number = models.BigIntegerField(default=0)
    setup_digest = models.CharField(max_length=32, blank=True)
    setup = models.JSONField(default=dict, help_text="The setup of that digest.")
    first_done_at = models.DateTimeField(null=True, help_text="When the first run was finished.")
    told_at = models.DateTimeField(
        null=True, help_text="Since when an app says that something changed; null: it was read."
    )

    def __str__(self) -> str:
        return f"{self.connection}: a {self.a_number}, b {self.b_number}"


class Run(models.Model):
    """One sync of one connection."""

    class Kind(models.TextChoices):
        SYNC = "sync", "Sync"
        PREVIEW = "preview", "Preview"
        UNDO = "undo", "Undo"
        BY_HAND = "by hand", "By hand"

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        HELD = "held", "Held"
        FAILED = "failed", "Failed"
        REFUSED = "refused", "Refused"
        BUSY = "busy", "Busy"

    class Stage(models.TextChoices):
        """Of what it does just now, what is counted."""

        READING = "reading", "read"
        PLANNING = "planning", "looked at"
        WRITING = "writing", "written"

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SYNC)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    why = models.TextField(blank=True)
    phase = models.CharField(max_length=60, blank=True, help_text="What it is doing just now.")
    done = models.PositiveIntegerField(default=0, help_text="Steps done of those planned.")
    total = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0, help_text="Contacts read of both sides.")
    looked_at = models.PositiveIntegerField(default=0, help_text="Contacts planned.")
    stage = models.CharField(max_length=10, blank=True, choices=Stage)
    phase_at = models.DateTimeField(null=True, help_text="Since when it is doing this.")
    phase_done = models.PositiveIntegerField(default=0, help_text="Contacts since then.")
    phase_of = models.PositiveIntegerField(
        default=0, help_text="Of how many, as far as was known then; 0: not known."
    )
    waits = models.CharField(max_length=500, blank=True, help_text="What for, in a sentence.")
    waits_until = models.DateTimeField(null=True, help_text="If that is known.")
    counts = models.JSONField(default=dict)
    setup = models.JSONField(default=dict, editable=False)
    only = models.TextField(
        "only contacts", blank=True, help_text="A pilot: keys, a line each, or first N."
    )
    approved = models.BooleanField(default=False, help_text="A person said that it may go on.")
    full = models.BooleanField(default=False, help_text="Both sides are read in full first.")
    tally = models.JSONField(default=dict, help_text="What it was about to do, by brake.")
    limits = models.JSONField(
        default=dict, help_text="Counts by brake that a person approved, beyond the brakes."
    )
    task = models.JSONField(
        default=dict, help_text="Of an undo or by hand: what a person asked for."
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=200, blank=True, editable=False)
    alive_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(state="running"),
                name="one_run_of_a_connection_at_a_time",
            )
        ]
        # The conditions of partial indexes are columns that are true or null or not: of a value
        # that is handed in beside the statement, SQLite cannot tell that it is the one meant.
        indexes = [
            models.Index(fields=["state", "requested_at"], name="run_queued"),
            models.Index(fields=["connection", "kind", "id"], name="run_latest"),
            models.Index(fields=["connection", "kind", "state", "id"], name="run_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk} of {self.connection}"


def _whether(condition: models.Q) -> models.ExpressionWrapper:
    return models.ExpressionWrapper(condition, output_field=models.BooleanField())


#: In the order in which steps are listed, with all that a list filters by: so whatever is asked
#: for is found in the index alone.
_AS_LISTED = ["at", "id", "verb", "side", "result", "conflict", "rule_key", "touched"]


class Step(models.Model):
    """One thing that a run did, refused or failed to do to one contact: the audit log.

    A step that writes to an app is the intent of it: planned → sent → done, refused, failed or
    unknown. ``fields``: ``{field: {"before", "after", "lost"?}}`` in the contact's JSON form.

    Millions of them are listed, searched and filtered: ``connection``, ``rule_key``, ``touched``
    and ``name_key`` say again, for an index, what the run, the rule, the fields and the name say.
    """

    class Result(models.TextChoices):
        PLANNED = "planned", "Planned"
        SENT = "sent", "Sent"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps", db_index=False)
    connection = models.ForeignKey(
        Connection,
        models.DO_NOTHING,  # they go with their run, and no index has those that are not logged
        related_name="steps",
        db_index=False,
    )
    sync_record = models.ForeignKey(SyncRecord, models.SET_NULL, null=True, related_name="steps")
    verb = models.CharField(max_length=20)
    side = models.CharField(max_length=1, choices=Side, blank=True)
    leads = models.BooleanField(
        default=False, help_text="Its call carries the other steps of the same contact and side."
    )
    a_remote = models.CharField("id in A", max_length=1000, blank=True)
    b_remote = models.CharField("id in B", max_length=1000, blank=True)
    name = models.CharField(max_length=300, blank=True)
    name_key = PlainTextField(max_length=60, blank=True, help_text="sync.search_keys")
    fields = models.JSONField(default=dict)
    touched = models.BigIntegerField(default=0, help_text="Which fields, as bits (sync.touched).")
    agree = models.JSONField(
        default=dict, editable=False, help_text="What the bases become when it is done."
    )
    stamps = models.JSONField(default=dict, editable=False, help_text="field: stamp")
    raises = models.JSONField(
        default=dict, editable=False, help_text="field of the other side: stamp"
    )
    effects = models.JSONField(
        default=dict, editable=False, help_text="What the effects become when it is done."
    )
    target_digest = models.CharField(max_length=32, blank=True, editable=False)
    conflict = models.BooleanField(default=False, help_text="A value gave way; see the fields.")
    cause = models.CharField(max_length=10, blank=True)
    rule = models.TextField(blank=True, help_text="Its name and sentence then.")
    rule_key = models.BigIntegerField(
        null=True, help_text="Of the rule, while there is such a one."
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    why = models.TextField(blank=True)
    result = models.CharField(max_length=10, choices=Result, default=Result.PLANNED)
    at = models.DateTimeField()
    foreseen = models.BooleanField(default=False, help_text="By a preview: it never happened.")
    logged = models.GeneratedField(
        expression=_whether(models.Q(foreseen=False) & ~models.Q(result="planned")),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text="Is it part of the audit log? What was only planned is not.",
    )
    is_open = models.GeneratedField(
        expression=_whether(models.Q(foreseen=False, result__in=["planned", "sent", "unknown"])),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text="Is it still to be carried out, or not known whether it was?",
    )

    class Meta:
        ordering = ["pk"]
        permissions = [("export_audit", "Can export the audit log as a file")]
        indexes = [
            models.Index(fields=["run", "result", "id"], name="step_by_result"),
            models.Index(fields=["run", *_AS_LISTED], name="step_of_run"),
            models.Index(
                fields=["connection", *_AS_LISTED],
                condition=models.Q(logged=True),
                name="step_of_connection",
            ),
            models.Index(fields=_AS_LISTED, condition=models.Q(logged=True), name="step_logged"),
            models.Index(
                fields=["by", "at", "id"],
                condition=models.Q(by__isnull=False),
                name="step_by_person",
            ),
            models.Index(
                fields=["connection", "id"],
                condition=models.Q(conflict=True),
                name="step_conflict",
            ),
            models.Index(
                fields=["connection", "result"], condition=models.Q(is_open=True), name="step_open"
            ),
            models.Index(fields=["a_remote"], name="step_of_a"),
            models.Index(fields=["b_remote"], name="step_of_b"),
            models.Index(
                fields=["name_key"],
                condition=models.Q(sync_record__isnull=True),
                name="step_of_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.name}"


class Export(models.Model):
    """One file made of the audit log: who, when, of what, and how many rows left the desk.

    ``who`` stays when the user is deleted. ``rows`` are those sent; ``ended_at`` is null of one
    that was broken off.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    who = models.CharField(max_length=150)
    at = models.DateTimeField("began", auto_now_add=True)
    asked = models.TextField("asked for", help_text="The filters that were on, in words.")
    rows = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField("ended", null=True)

    class Meta:
        default_permissions = ("view",)
        ordering = ["-pk"]
        verbose_name = "export of the audit log"
        verbose_name_plural = "exports of the audit log"

    def __str__(self) -> str:
        return f"{self.who}, {self.asked}"


class Erasure(models.Model):
    """One person erased: who asked for it, when, and how many rows it was. Nothing in it tells
    who was erased, once it is done: until then ``sealed`` has by what they are found in texts,
    encrypted, and ``records`` the numbers of their contacts in the mirror.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    who = models.CharField("asked by", max_length=150)
    at = models.DateTimeField("asked", auto_now_add=True)
    records = models.JSONField(default=list, editable=False)
    sealed = models.TextField(blank=True, editable=False)
    contacts = models.PositiveIntegerField(default=0)
    sync_records = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    texts = models.PositiveIntegerField(
        "other rows", default=0, help_text="Whose texts named them, such as reasons and history."
    )
    ended_at = models.DateTimeField("ended", null=True)

    class Meta:
        default_permissions = ("view",)
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"


class Apart(models.Model):
    """Two contacts of whom a person said that they are different people (or undid their match)."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="aparts")
    a = models.ForeignKey(Record, models.CASCADE, related_name="+")
    b = models.ForeignKey(Record, models.CASCADE, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "a", "b"], name="once_apart")]

    def __str__(self) -> str:
        return f"{self.a} and {self.b}"


class Day(models.Model):
    """What the runs of a connection did that ended on one day of the configured zone. It stays
    when runs are dropped, and spares those who look back the counting of steps.

    A preview counts by its requests only: ``requests_a``, ``waited_a`` (seconds that the app made
    us wait) and those of b are what all runs cost; the rest is what was done. ``changed``:
    contacts made or changed, on either side; ``faults``: contacts that could not be read or
    written; ``broken``: runs that failed or were refused.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="days")
    day = models.DateField()
    changed = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    broken = models.PositiveIntegerField(default=0)
    requests_a = models.PositiveIntegerField(default=0)
    requests_b = models.PositiveIntegerField(default=0)
    waited_a = models.PositiveIntegerField(default=0)
    waited_b = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()  # it is shown to whoever may see connections
        constraints = [models.UniqueConstraint(fields=["day", "connection"], name="one_row_a_day")]

    def __str__(self) -> str:
        return f"{self.connection} on {self.day}"


class Total(models.Model):
    """What all runs of a connection came to since it was made. It stays when runs are dropped, so
    that counters only grow.

    By ``what``, ``of`` and ``word`` are a kind and a state of runs; a kind of them, and nothing; an
    app and the status of its answers, 0 where none came; an app and what was done to contacts in
    it.
    """

    class What(models.TextChoices):
        RUNS = "runs"
        SECONDS = "seconds"
        ANSWERS = "answers"
        CONTACTS = "contacts"

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="totals", db_index=False
    )
    what = models.CharField(max_length=10, choices=What)
    of = models.CharField(max_length=30)
    word = models.CharField(max_length=10, blank=True)
    number = models.FloatField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "what", "of", "word"], name="one_row_a_total"
            )
        ]

    def __str__(self) -> str:
        return f"{self.connection}: {self.what} {self.of} {self.word}"


class Notice(models.Model):
    """A trouble that people are told of: of an account, or of a connection, which have one at a
    time. While ``ended_at`` is null it goes on."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", "needs attention"
        HELD = "held", "is held"
        STOPPED = "stopped", "is stopped"
        FAILING = "failing", "is failing"

    kind = models.CharField(max_length=10, choices=Kind)
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="notices")
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="notices")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["connection"],
                condition=models.Q(ended_at__isnull=True),
                name="one_trouble_of_a_connection",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(ended_at__isnull=True),
                name="one_trouble_of_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account or self.connection} {self.get_kind_display()}"


class Message(models.Model):
    """What somebody is to be told, a person by mail or a channel: a row before it is sent, so that
    it is sent whatever crashes, and by one worker only.

    That a ``notice`` began or ended, or the digest of a ``day``. It is tried again at ``due_at``;
    ``claimed_until``: a worker is at it. ``closed_at``: it was sent, or given up.
    """

    class What(models.TextChoices):
        BEGAN = "began"
        ENDED = "ended"
        DIGEST = "digest"

    what = models.CharField(max_length=10, choices=What)
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, related_name="messages")
    day = models.DateField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="+")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    was_sent = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["notice", "what", "user"], name="a_person_told_once"),
            models.UniqueConstraint(
                fields=["notice", "what", "channel"], name="a_channel_told_once"
            ),
            models.UniqueConstraint(fields=["day", "user"], name="a_person_digests_once"),
            models.UniqueConstraint(fields=["day", "channel"], name="a_channel_digests_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(closed_at__isnull=True),
                name="message_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.notice or self.day}"


class Lease(models.Model):
    """Who may touch an account just now. ``fence`` grows with each holder, so that one that
    lost the lease without noticing cannot commit any more."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True)
    owner = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.account}: {self.owner or 'free'}"


class Heartbeat(models.Model):
    """Written from inside a worker: the only proof that tasks are really carried out."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
