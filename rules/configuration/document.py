"""YAML with the line of everything, read key by key.

Keys and texts are taken as they are written: YAML 1.1 would make ``on:`` and Norway's ``NO``
booleans (yaml.org/type/bool.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

import yaml

from rules.configuration.problems import Place, Problems

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_NULL = "tag:yaml.org,2002:null"


def read_document(text: str, problems: Problems) -> Table:
    """The file's top level; empty, with an error noted, when it is not a table."""
    nothing = Table(None, Place(1, ""), problems)
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1 if mark else 1, "")
        problems.error(place, f"This is not YAML: {_said(error)}.")
        return nothing
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.error(Place(line, ""), "This is not YAML: it holds a control character.")
        return nothing
    except RecursionError:
        problems.error(Place(1, ""), "This is nested far too deeply for a configuration file.")
        return nothing
    if node is None or node.tag == _NULL:
        problems.error(Place(1, ""), "The file is empty. It names accounts and connections.")
        return nothing
    return _table(node, Place(1, ""), problems) or nothing


class Table:
    """A YAML mapping. Each getter returns None for what is left out (or null) and for what is
    wrong; the latter is noted, so that reading goes on."""

    def __init__(self, node: yaml.MappingNode | None, place: Place, problems: Problems) -> None:
        self.place = place
        self._problems = problems
        self._values: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        for key, value in node.value if node else ():
            self._keep(key, value)

    def _keep(self, key: yaml.Node, value: yaml.Node) -> None:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            self._problems.error(Place(line, self.place.key), "A key must be a word.")
        elif key.value in self._lines:
            first = self._lines[key.value]
            self.error(key.value, f"This key is here twice; the first is in line {first}.", line)
        else:
            self._lines[key.value] = line
            if value.tag != _NULL:
                self._values[key.value] = value

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def names(self, name: str) -> bool:
        """Does the key stand here, be it with a value or with null?"""
        return name in self._lines

    def is_text(self, name: str) -> bool:
        return isinstance(self._values.get(name), yaml.ScalarNode)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def at(self, name: str, line: int = 0) -> Place:
        key = f"{self.place.key}.{name}" if self.place.key else name
        return Place(line or self._lines.get(name, self.place.line), key)

    def error(self, name: str, text: str, line: int = 0) -> None:
        self._problems.error(self.at(name, line), text)

    def only(self, *known: str) -> None:
        """Note every key that is none of these."""
        for name in self._lines:
            if name not in known:
                self.error(name, f"There is no such key. {suggest(name, known)}")

    def text(self, name: str, required: bool = False) -> str | None:
        node = self._values.get(name)
        if node is None:
            if required:
                self.error(name, "This is missing.")
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.error(name, f"This must be text, not {_kind(node)}.")
            return None
        if required and not node.value.strip():
            self.error(name, "This must not be empty.")
            return None
        return str(node.value)

    def choice(self, name: str, words: Sequence[str]) -> str | None:
        found = self.text(name)
        if found is None or found in words:
            return found
        self.error(name, f"{found!r} is none of {', '.join(words)}.")
        return None

    def flag(self, name: str) -> bool | None:
        found = self.text(name)
        if found is None:
            return None
        if found.lower() in _TRUE + _FALSE:
            return found.lower() in _TRUE
        self.error(name, f"This must be true or false, not {found!r}.")
        return None

    def whole(self, name: str, least: int, most: int) -> int | None:
        found = self.text(name)
        if found is None:
            return None
        if found.isascii() and found.isdigit() and len(found) < 10 and least <= int(found) <= most:
            return int(found)
        self.error(name, f"This must be a whole number from {least} to {most}, not {found!r}.")
        return None

    def table(self, name: str) -> Table | None:
        node = self._values.get(name)
        return None if node is None else _table(node, self.at(name), self._problems)

    def tables(self, name: str) -> list[Table]:
        """The tables of a list."""
        key = self.at(name).key
        found = (
            _table(item, Place(item.start_mark.line + 1, key), self._problems)
            for item in self.items(name)
        )
        return [table for table in found if table is not None]

    def texts(self, name: str) -> list[str] | None:
        """The texts of a list; None, without a note, when it is anything else."""
        node = self._values.get(name)
        if not isinstance(node, yaml.SequenceNode):
            return None
        items = [item.value for item in node.value if isinstance(item, yaml.ScalarNode)]
        return items if len(items) == len(node.value) else None

    def items(self, name: str) -> list[yaml.Node]:
        node = self._values.get(name)
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.error(name, f"This must be a list, not {_kind(node)}.")
        return []


def suggest(word: str, known: Iterable[str]) -> str:
    """What was probably meant, else all there is."""
    names = list(known)
    folded = {name.casefold(): name for name in names}
    if close := get_close_matches(word.casefold(), folded, n=1):
        return f"Did you mean {folded[close[0]]}?"
    return f"There is: {', '.join(names)}." if names else "There is none."


def _said(error: yaml.MarkedYAMLError) -> str:
    """What PyYAML says; it shows aliases, and one may be a password that nobody put in quotes."""
    said = str(error.problem or error.context)
    if said.startswith("found undefined"):
        return "a text that begins with * or ! has to be in quotes"
    return said


def _table(node: yaml.Node, place: Place, problems: Problems) -> Table | None:
    if isinstance(node, yaml.MappingNode):
        return Table(node, place, problems)
    at = Place(node.start_mark.line + 1, place.key)
    problems.error(at, f"This must be a table of keys and values, not {_kind(node)}.")
    return None


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return "a table" if isinstance(node, yaml.MappingNode) else f"{node.value!r}"
