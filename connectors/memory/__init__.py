"""An app in a dict: the tutorial connector, the demo's partner, and the other side of most
tests. ``app.py`` is the foreign service, ``quirks.py`` its switches, ``keeping.py`` how it keeps
a contact; ``connector.py`` speaks to it as every connector speaks to its app."""
