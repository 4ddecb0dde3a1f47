"""Mirror of the rooms. ``manage.py`` and the partners (address book servers, PostgreSQL) are
real; what is not there cannot pass."""
