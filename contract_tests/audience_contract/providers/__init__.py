"""One file a provider: what its mock does that the effective spec does not say. Found by the provider's key."""
