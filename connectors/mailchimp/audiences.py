"""The audiences of an account and what each offers, asked for once in the life of a connector.

https://mailchimp.com/developer/marketing/api/lists/
"""

from __future__ import annotations

from connectors.connector import ContainerInfo
from connectors.mailchimp.api import Api
from connectors.mailchimp.schema import Json, Schema, schema_of, text_of
from connectors.mailchimp.tags import Tags, tags_of
from connectors.texts import id_in


class Audiences:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._schemas: dict[str, Schema] = {}
        self._tags: dict[str, Tags] = {}

    def all(self) -> list[ContainerInfo]:
        fields = "lists.id,lists.name,total_items"
        rows = self._api.everything("/lists", "lists", fields)
        named = ((id_in(row.get("id")), text_of(row.get("name"))) for row in rows)
        return [ContainerInfo(id, name or id) for id, name in named if id]

    def schema(self, audience: str) -> Schema:
        if audience not in self._schemas:
            self._schemas[audience] = self._asked(audience)
        return self._schemas[audience]

    def schema_if_asked(self, audience: str) -> Schema | None:
        return self._schemas.get(audience)

    def tags(self, audience: str) -> Tags:
        if audience not in self._tags:
            told = self._api.get(f"/lists/{audience}/tag-search")
            self._tags[audience] = tags_of(told.get("tags"))
        return self._tags[audience]

    def tags_if_asked(self, audience: str) -> Tags | None:
        return self._tags.get(audience)

    def forget(self, audience: str) -> None:
        """Ask anew the next time."""
        self._schemas.pop(audience, None)
        self._tags.pop(audience, None)

    def check_there(self, audience: str) -> None:
        """A member that is not found has gone only if its audience has not."""
        self._api.get(f"/lists/{audience}", {"fields": "id"})

    def _asked(self, audience: str) -> Schema:
        path = f"/lists/{audience}"
        fields = list(self._api.everything(f"{path}/merge-fields", "merge_fields"))
        categories = list(self._api.everything(f"{path}/interest-categories", "categories"))
        return schema_of(
            fields,
            [(category, self._interests(path, category)) for category in categories],
        )

    def _interests(self, path: str, category: Json) -> list[Json]:
        place = f"{path}/interest-categories/{category.get('id')}/interests"
        return list(self._api.everything(place, "interests"))
