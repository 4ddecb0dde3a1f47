"""Whatever comes from outside, spoilt: no crash, no hang, memory in bounds, and a record that
cannot be read stops no other.

    pytest tests/fuzzing                                  a little by chance, and the corpora
    pytest -n0 tests/fuzzing --examples 20000 --seed 7    many by chance, from this seed on

A failure prints the seed of its example and what came from outside as a file of the corpus: put
it below ``corpus/<source>/`` under a name that says what is odd about it, and it is tried for
ever. What such files look like: ``lies`` (answers of apps), else the bytes as they are (cards,
configuration files, posts). What is spoilt in which ways: ``spoiling`` (data and texts) and
``spoiling_text`` (XML, cards, YAML). A new kind of source gets a folder of the corpus, a way to
spoil it, and a test module that says what must hold.
"""
