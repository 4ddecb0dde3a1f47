"""The tables of rules, and the history of what connections were told to do."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from connections.models import Connection, Side


class Rule(models.Model):
    """IF conditions THEN actions, over the contacts of one side. Its pk is how effects know it.

    The order of a connection's rules decides which wins where two set one field, or one adds and
    one removes one tag.
    """

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="rules")
    side = models.CharField(max_length=1, choices=Side, help_text="Whose contacts it looks at.")
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)
    undo = models.BooleanField(
        "undo when it no longer matches",
        default=False,
        help_text="What it did to a contact is taken back when the contact leaves the rule.",
    )
    both_ways = models.BooleanField(
        default=False,
        help_text="Put on or taken off at either side, it is put on or taken off at the other.",
    )
    on = models.BooleanField(default=True)
    take_back = models.BooleanField(
        default=False, help_text="Switched off: take back what it did. Otherwise that stays."
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="one_rule_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class Condition(models.Model):
    """One IF of a rule, in the words of ``rules.words``."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="conditions")
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=20)
    op = models.CharField(max_length=20, blank=True)
    field = models.CharField(max_length=200, blank=True, help_text="Its name; of kind field only.")
    value = models.JSONField(
        default=str, blank=True, help_text="A text, or several as a list where one is enough."
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        value = ", ".join(self.value) if isinstance(self.value, list) else str(self.value)
        return " ".join(word for word in (self.field or self.kind, self.op, value) if word)


class Action(models.Model):
    """One THEN of a rule, on the counterpart in the other app."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="actions")
    position = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=30, help_text="Such as: add tag, set field.")
    field = models.CharField(max_length=200, blank=True, help_text="Its name; of set field only.")
    value = models.JSONField(
        default=str, blank=True, help_text="The tag, label …, or what the field is set to."
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return " ".join(word for word in (self.kind, self.field, str(self.value)) if word)


class Revision(models.Model):
    """The configuration of one connection as it was saved: text without secrets, who and when.

    History is the difference of two texts; going back is loading one.
    """

    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="revisions")
    name = models.CharField(max_length=100, help_text="The connection's name at that time.")
    text = models.TextField(help_text="As `manage.py dumpconfig` prints it.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source = models.CharField(max_length=300, blank=True, help_text="A file's name, or the admin.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.name}, {self.at:%Y-%m-%d %H:%M}"
