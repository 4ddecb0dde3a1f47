"""Ghost, by the Admin API: https://docs.ghost.org/admin-api/"""
