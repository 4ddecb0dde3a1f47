#!/usr/bin/env python3
"""The commands of the product: ``python manage.py help``."""

import os
import sys

from django.core.management import execute_from_command_line

#: What a fresh checkout can run without any setting: a first look on this machine. It has a
#: place of its own and reads no .env, so that it never touches what is kept for real.
FIRST_LOOK = {"demo", "sandbox"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if FIRST_LOOK.intersection(sys.argv[1:2]):
        os.environ.setdefault("DEBUG", "on")
        os.environ.setdefault("VAR_DIR", "var/demo")
        os.environ.setdefault("ENV_FILE", os.devnull)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
