"""The planner let loose alone: no connector, no request, no database.

People live through the same kinds of events as in the world around (``tests/world``), and the
same judge looks at what the apps show. Who meets whom, what is planned and what is remembered is
decided by the product's own code; its tables are dictionaries (``tables.py``, ``mirror.py``), and
what it plans is written at once (``writing.py``). So a history takes a hundredth of a second, and
thousands of them can be asked for what a few would hardly ever show.

There are two kinds of history (``chance.py``): everything that a connection can be told about
rules, marks and options; and lines between fields of all kinds, with one set of contacts that is
perturbed into what each side shows (``chance_lines.py``). After every run the judge also asks
whether all would stay as it is if it were planned once more (``unrest.py``), whether each line
shows what has to follow from what people changed (``oracle_lines.py``), and whether any value went
that is nowhere else (``oracle_losses.py``).

    pytest tests/world/planner                                       # what CI does: 5,000
    pytest tests/world/planner -k planned --plans 100000 --seed 1  # as many as you like

A history that fails is shrunk and printed so that it can be pasted into ``test_regressions.py``;
errors planted in the engine have to be seen within a number of seeds (``mutants.py``).
"""
