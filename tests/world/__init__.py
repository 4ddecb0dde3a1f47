"""A small world that the engine is let loose in: deterministic simulation.

Memory apps with the quirks of real ones, people who edit, tag, delete, archive, merge and
unsubscribe in them, staff who change rules and undo runs, a network that loses answers, processes
that die at any call and any commit or meet each other, a clock that a test moves by hand. The
engine and its database code are the real ones; one process, no threads, no waiting.

There are four kinds of history: two apps whose fields are kept equal (``chance.py``), two apps
with everything a connection can be told (``whole`` of ``chance_rules.py``), rings of three, and
the stand-ins of real apps, with their own connectors (``chance_apps.py``). What each kind is to
contain, and did, is counted (``census.py``).

A history is a plain list of events (``history.py``), and living through it (``world.py``) is a
function of that list. The judge (``oracle*.py``) knows only what people wrote, what the rules
say (``ruling.py``) and what the apps show, never what the engine thought. A history that fails is
shrunk (``shrink.py``) and printed so that it can be pasted into ``test_regressions.py``.

    pytest tests/world                                       # what CI does: 300 of them
    pytest tests/world -k chance --histories 5000 --seed 1   # as many as you like, from a seed on

Each history has a seed of its own; the one that fails is named, to be had again alone. Besides,
one small history is lived through with every death that can befall it (``test_deaths.py``), and
errors planted in all parts of the product have to be seen (``mutants*.py``):

    pytest tests/world/test_mutants.py -k chance --at-length --planted 100 -s  # by chance

The planner alone, without a database, lives through thousands of such histories, and through ones
about mapping lines of all kinds: ``planner``.
"""
