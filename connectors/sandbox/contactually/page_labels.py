"""The part of the page where people name tags, buckets and custom fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from connectors.sandbox import pages
from connectors.sandbox.contactually.hands import Hands
from connectors.sandbox.contactually.values import TYPES
from connectors.sandbox.web import Request


def labels(place: str, hands: Hands) -> str:
    """``place``: where the forms are sent."""
    kinds = list(TYPES.items())
    fields = {
        field["id"]: f"{field['name']} ({TYPES[field['type']].lower()})"
        for field in hands.definitions()
    }
    return "".join(
        (
            _card(place, "Tags", "tag", hands.tags(), [pages.field("name", "New tag")]),
            _card(place, "Buckets", "bucket", hands.buckets(), [pages.field("name", "New bucket")]),
            _card(
                place,
                "Custom fields",
                "field",
                fields,
                [
                    pages.field("name", "New field"),
                    pages.choice("type", "Type", kinds, "textfield"),
                    pages.field("options", "Options of a choice", hint="Between commas."),
                ],
            ),
        )
    )


def change_labels(request: Request, hands: Hands) -> None:
    """Raises Missing for what is not there."""
    word, name, id = request.field("word"), request.field("name").strip(), request.field("id")
    if id:
        removed: Mapping[str, Callable[[str], None]] = {
            "tag": hands.remove_tag,
            "bucket": hands.remove_bucket,
            "field": hands.remove_field,
        }
        if word in removed:
            removed[word](id)
    elif name and word == "tag":
        hands.add_tag(name)
    elif name and word == "bucket":
        hands.add_bucket(name)
    elif name and word == "field":
        options = (option.strip() for option in request.field("options").split(","))
        kind = request.field("type")
        hands.define_field(
            name,
            kind if kind in TYPES else "textfield",
            [option for option in options if option] if kind == "dropdown" else [],
        )


def _card(
    place: str, title: str, word: str, names: Mapping[str, str], fields: Iterable[str]
) -> str:
    rows = [
        [
            pages.escape(name),
            pages.form(place, pages.button("Delete", "danger"), hidden={"word": word, "id": id}),
        ]
        for id, name in names.items()
    ]
    new = pages.form(place, *fields, pages.button("Add"), hidden={"word": word})
    return pages.card(title, pages.table(("Name", ""), rows) + new)
