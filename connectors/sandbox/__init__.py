"""Stand-ins of the apps: their APIs over real HTTP, strict where the real ones are strict and odd
where they are odd, with their consent pages and a web page where people edit their contacts.

They exist for tests and for the demo, and share no code with the connectors (import-linter), so
that one mistake cannot hide in both.

``web`` is what crosses the wire, ``router`` finds who answers, ``store`` keeps everything in one
SQLite file, ``accounts`` and ``tokens`` know who has an account and who is signed in, ``oauth`` is
how they consent, ``faults`` breaks things to order, ``pages`` and ``style`` are the HTML of all,
``stand_in`` is what each app's folder implements, ``sandbox`` is all of them as one WSGI
application, ``recording`` what crossed its wire, ``control`` how people break things by hand, and
``server`` serves it.
"""
