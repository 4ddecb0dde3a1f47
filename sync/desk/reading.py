"""Reading again what an app offers, on the word of somebody who is filling in a form."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from connections.joining import read_fields_again
from connections.models import Connection
from connectors.errors import AppError

#: Names the side, in what is posted.
READ = "_read"


def read_again(request: HttpRequest, connection: Connection, side: str) -> None:
    container = connection.container(side)
    try:
        read_fields_again(container)
    except AppError as error:
        messages.error(request, f"The fields of {container} could not be read: {error}")
    else:
        messages.success(request, f"The fields of {container} were read again.")
