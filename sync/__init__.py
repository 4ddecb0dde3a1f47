"""The journey of a contact: what a sync knows, plans, does, repairs and shows."""
