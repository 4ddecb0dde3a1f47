"""How accounts stand: can each be used, until when, and by which connections."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import (
    Case,
    Count,
    IntegerChoices,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from connections.accounts import broken
from connections.models import Account, Connection
from connections.uses import of_account


class Condition(IntegerChoices):
    """In the order of a list: what a person has to do something about comes first."""

    ATTENTION = 0, "needs attention"
    ENDS = 1, "ends soon"
    IN_USE = 2, "in use"
    READY = 3, "ready"


#: Colours of Unfold's labels, by what is displayed.
CONDITION_LABEL = {
    Condition.ATTENTION.label: "danger",
    Condition.ENDS.label: "warning",
    Condition.IN_USE.label: "success",
    Condition.READY.label: "info",
}


def with_standing(rows: QuerySet[Account], now: datetime) -> QuerySet[Account]:
    """With ``uses``, the number of connections, and ``condition``."""
    of_it = of_account(OuterRef("pk"))
    # Grouped by a constant: a count of one row.
    uses = Connection.objects.filter(of_it).order_by().annotate(all=Value(1)).values("all")
    return rows.annotate(
        uses=Coalesce(Subquery(uses.annotate(number=Count("pk")).values("number")), 0)
    ).annotate(
        condition=Case(
            When(broken(now), then=Condition.ATTENTION),
            When(ends_at__isnull=False, then=Condition.ENDS),
            When(uses__gt=0, then=Condition.IN_USE),
            default=Condition.READY,
            output_field=IntegerField(),
        )
    )


class ByCondition(SimpleListFilter):
    title = "condition"
    parameter_name = "condition"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(item.value), item.label) for item in Condition]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = [value for value in Condition.values if str(value) == self.value()]
        return queryset.filter(condition__in=chosen) if chosen else queryset
