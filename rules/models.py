"""The history of what connections were told to do. (Rules come with a later version.)"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from connections.models import Connection


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
