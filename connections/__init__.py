"""Who is joined to whom, and by what key: accounts, containers, connections, field mappings,
and the mirror of what the apps hold. Knows nothing of what a sync does."""
