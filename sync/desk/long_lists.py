"""Lists that may be millions of rows long: nothing is counted, sorted or read that is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

#: So many rows are counted and can be paged through; what lies beyond is found by a filter.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter that is on. ``without``: the list without it."""

    title: str
    told: str
    without: str


class LongList(ChangeList):
    """First the ids of the rows are read, for which an index is enough, then the rows of the
    page. ``has_more``: there are more rows than can be paged through."""

    most = f"{MOST:,}"

    def get_ordering_field(self, field_name: Any) -> Any:
        """Only what the list offers to sort by, which an index has in this order; Django takes
        any column that an address asks for."""
        return super().get_ordering_field(field_name) if field_name in self.sortable_by else None

    @property
    def asked(self) -> list[Asked]:
        """The filters that are on, with the search."""
        found = [
            Asked(spec.title.capitalize(), told, self._without(spec.expected_parameters()))
            for spec in self.filter_specs
            if (told := spec.told())
        ]
        search = [Asked("Search", self.query, self._without([SEARCH_VAR]))] if self.query else []
        return [*found, *search]

    def _without(self, words: list[str]) -> str:
        address: str = self.get_query_string(dict.fromkeys(words))
        return address

    def within_reach(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.queryset
        return rows

    def get_results(self, request: HttpRequest) -> None:
        first = (self.page_num - 1) * self.list_per_page
        ids = list(self.within_reach(request).values_list("pk", flat=True)[: MOST + 1])
        self.has_more = len(ids) > MOST
        ids = ids[:MOST]
        here = ids[max(0, first) : first + self.list_per_page]
        if not here and self.page_num != 1:
            raise IncorrectLookupParameters
        self.result_list = self.rows(request, here)
        # Equal, so that the head of the page does not repeat a number that may be cut off.
        self.result_count = self.full_result_count = len(ids)
        self.show_full_result_count = self.show_admin_actions = self.can_show_all = False
        self.paginator = Pages(ids, self.list_per_page)
        self.multi_page = self.paginator.num_pages > 1
        self.newer = self._page(self.page_num - 1) if self.page_num > 1 else ""
        self.older = self._page(self.page_num + 1) if len(ids) > first + self.list_per_page else ""

    def rows(self, request: HttpRequest, ids: list[int]) -> list[Any]:
        found = self.apply_select_related(self.root_queryset.filter(pk__in=ids)).in_bulk()
        return [found[pk] for pk in ids if pk in found]

    def _page(self, number: int) -> str:
        address: str = self.get_query_string({PAGE_VAR: number})
        return address


class Pages(Paginator):
    template_name = "sync/pages.html"  # Unfold's name for it
