"""What a web server runs: ``gunicorn config.wsgi``."""

import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Commands look at this by themselves; a web server that lacks a key had better not start either.
call_command("check", tags=["security"])
