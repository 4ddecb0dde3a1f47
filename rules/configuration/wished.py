"""Setup from the configuration file, before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from rules.building import build
from rules.configuration.renames import known, renamed
from rules.configuration.wishes import Wish, stored_rules
from rules.lines import lines_of
from rules.setup import Line, Setup
from rules.written import WrittenRule


def setup_of_wish(wish: Wish) -> Setup:
    """What the connection will be when the file is loaded. Rules that are stored keep their
    keys; a new one, or one that looks at the other side now, is ``new:NAME``."""
    catalogues = wish.catalogues
    lines = lines_of(wish.lines.values(), catalogues["a"], catalogues["b"])
    options = {**wish.options, "region": wish.options["region"] or settings.DEFAULT_REGION}
    return build(
        wish.name,
        options,
        [item for item in lines if isinstance(item, Line)],
        _with_keys(wish),
        catalogues,
        (settings.TRASH_MARK, settings.UNSUBSCRIBES_MARK),
    )


def _with_keys(wish: Wish) -> Iterator[tuple[str, WrittenRule]]:
    stored = stored_rules(wish.stored) if wish.stored else ()
    keys = {known(rule): rule.key for rule in stored}
    former = renamed(stored, wish.rules)
    for rule in wish.rules:
        yield keys.get(former.get(known(rule), known(rule)), f"new:{rule.name}"), rule
