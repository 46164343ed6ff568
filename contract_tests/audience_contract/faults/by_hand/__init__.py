"""Faults against rules that stand in a provider's prose only: a module for each spec's key, with a tuple `FAULTS`."""
