"""Where a provider's page, spec, samples and facts contradict each other: found by code, listed in DEVIATIONS.md."""
