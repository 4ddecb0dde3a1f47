"""What looks after syncs by itself: which are due, and whether the workers really work."""
