"""How fast Accord syncs two address books, beside vdirsyncer. Not a test, and not run by CI.

pip install -e '.[benchmark]'
python -m tests.benchmarks            # everything; prints tables and writes RESULTS.md
python -m tests.benchmarks --help     # parts of it
"""
