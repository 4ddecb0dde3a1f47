"""What a connection is told to do: its Setup, the configuration file, and its history.
Says which contacts and which fields; never who wins or what is written."""
