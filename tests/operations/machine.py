"""A machine: a folder with a copy of the product, where shells run what the README says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("config", "connections", "connectors", "rules", "sync", "manage.py", "pyproject.toml")
#: What is installed anew by the first two lines of the README's blocks is here already.
_PACKAGES = re.compile(r"^(python3 -m venv|\.venv/bin/pip) .*\n", re.MULTILINE)
#: Of the README's examples.
HOST = "accord.example.org"
HOME = "/srv/accord"


def blocks(heading: str) -> list[tuple[str, str]]:
    """The fenced blocks below a heading of the README, each with its language."""
    text = (ROOT / "README.md").read_text()
    part = re.split(r"^#{2,3} ", text.split(f"\n### {heading}\n")[1], maxsplit=1, flags=re.M)[0]
    return re.findall(r"^```(\w*)\n(.*?)^```", part, re.MULTILINE | re.DOTALL)


def block(heading: str, containing: str) -> str:
    """The only one below the heading that contains this."""
    [found] = [text for _, text in blocks(heading) if containing in text]
    return found


class Machine:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def installed(cls, folder: Path) -> Machine:
        """As the README says for one machine."""
        folder.mkdir()
        for room in ROOMS:
            place = ROOT / room
            if place.is_dir():
                shutil.copytree(place, folder / room)
            else:
                shutil.copy(place, folder)
        (folder / ".venv").symlink_to(sys.prefix)
        made = cls(folder)
        made.run(block("One machine", "createsuperuser"))
        return made

    def copy(self, folder: Path) -> Machine:
        shutil.copytree(self.folder, folder, symlinks=True)
        return Machine(folder)

    def adds(self, settings: Mapping[str, str]) -> None:
        with (self.folder / ".env").open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in settings.items())

    def takes_away(self, name: str) -> None:
        file = self.folder / ".env"
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith(f"{name}=")))

    def run(self, script: str, **others: str) -> str:
        """What a block prints. ``others``: what stands in the place of the README's examples, such
        as the address of a database."""
        answer = self.tried(script, **others)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def tried(self, script: str, **others: str) -> subprocess.CompletedProcess[str]:
        script = _PACKAGES.sub("", script)
        for example, ours in others.items():
            script = script.replace(example, ours)
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def manage(self, *arguments: str) -> str:
        return self.run(" ".join([".venv/bin/python manage.py", *arguments]))

    @property
    def environment(self) -> dict[str, str]:
        """A shell in which nothing is set: all there is is in ``.env``."""
        kept = ("PATH", "HOME", "LANG", "TMPDIR")
        return {name: os.environ[name] for name in kept if name in os.environ}
