"""The pages of the admin on accounts, containers and connections."""
