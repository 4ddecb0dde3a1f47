"""The forms of the admin: they validate; what follows is done by the verbs of the room."""
