"""From a provider's documentation page to its typed client: page, upstream spec, overlay, effective spec, client."""
