"""Registers the desk: this app comes last, so that it sees what all others have registered."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import Group, User

from connections.models import Channel, Connection
from rules.models import Rule
from sync.desk import erasing, others, person, subscribing
from sync.desk.channels import ChannelAdmin
from sync.desk.connection import ConnectionDesk
from sync.desk.erasing import ErasureAdmin
from sync.desk.exports import ExportAdmin
from sync.desk.people import SyncRecordAdmin
from sync.desk.rule import RuleDesk
from sync.desk.runs import RunAdmin
from sync.desk.steps import StepAdmin
from sync.models import Erasure, Export, Run, Step, SyncRecord

admin.site.register(Connection, ConnectionDesk)
admin.site.register(Rule, RuleDesk)
admin.site.register(Channel, ChannelAdmin)
admin.site.register(Erasure, ErasureAdmin)
admin.site.register(Export, ExportAdmin)
admin.site.register(Run, RunAdmin)
admin.site.register(Step, StepAdmin)
admin.site.register(SyncRecord, SyncRecordAdmin)

admin.site.index_template = "sync/index.html"

desk = cast(Any, admin.site)
of_connections = desk.extra_urls  # pages of theirs that no table owns
desk.extra_urls = lambda: [
    *person.addresses(),
    *erasing.addresses(),
    *subscribing.addresses(),
    *of_connections(),
]

others.hide()
for model, page in ((User, others.OurUserAdmin), (Group, others.OurGroupAdmin)):
    admin.site.unregister(model)
    admin.site.register(model, page)
