"""A stand-in of Google Contacts: the People API v1 (https://developers.google.com/people).

A request is signed in and paid for in ``app``, checked in ``calls``, bound to the messages of
``shapes`` by ``binding`` and answered by an ``api_*``. ``listing`` pages and syncs, with the tokens
of ``cursors``; ``changing`` and ``checks`` have what may be written, ``writing`` what is kept of
it, ``view`` and ``formats`` what is shown. ``contacts``, ``groups`` and ``labelling`` are the
state. ``hands`` is what people do in the app, ``page`` their page, ``quirks`` all oddities as
switches. Photos, searching, other contacts and the directory are not there.
"""
