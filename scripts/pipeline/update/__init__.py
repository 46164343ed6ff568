"""Updates the tree to what a provider's page says today, and reports it; or leaves the tree as it is, and says why."""
