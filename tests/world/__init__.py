"""A small world that the engine is let loose in: deterministic simulation.

Two memory apps with the quirks of real ones, people who edit in both, a network that loses
answers, processes that die at any call and any commit, a clock that a test moves by hand. The
engine and its database code are the real ones; one process, no threads, no waiting.

A history is a plain list of events (``history.py``), and living through it (``world.py``) is a
function of that list. The judge (``oracle.py``) knows only what people wrote and what the apps
show in the end, never what the engine thought. A history that fails is shrunk (``shrink.py``) and
printed so that it can be pasted into ``test_regressions.py``.

    pytest tests/world                                       # what CI does: 300 histories
    pytest tests/world -k chance --histories 5000 --seed 1   # as many as you like, from a seed on

Each history has a seed of its own; the one that fails is named, to be had again alone. Besides,
one small history is lived through with every death that can befall it (``test_world.py``), and
errors planted in the engine have to be seen (``mutants.py``).
"""
