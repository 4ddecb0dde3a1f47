"""The product's settings with a SQLite database that may grow to so many pages: ``PAGES``."""

from __future__ import annotations

import os

from config.settings import *  # noqa: F403
from config.settings import DATABASES as PLACED

_options = PLACED["default"]["OPTIONS"]
_limit = f" PRAGMA max_page_count={int(os.environ['PAGES'])};"
DATABASES = {
    "default": {
        **PLACED["default"],
        "OPTIONS": {**_options, "init_command": _options["init_command"] + _limit},
    }
}
