"""What ``manage.py demo`` shows: people who do not exist, apps to keep them in, and
connections between those. Nothing outside this folder knows of it."""
