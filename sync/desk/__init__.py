"""The pages of the desk. Nothing imports it but ``sync.admin``, which registers them."""
