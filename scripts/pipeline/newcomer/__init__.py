"""Lays out the files of a new provider from its page: what follows from the spec, and FILL_IN for all the rest."""
