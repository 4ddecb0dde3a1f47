"""The Chromium of the system: ``apt-get install chromium``."""

from __future__ import annotations

import shutil

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Its path; "" where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), "")
