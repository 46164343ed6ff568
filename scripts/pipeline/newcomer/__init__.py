"""The files of a new provider, laid out from its page: what follows from the spec, and a hole for all the rest."""
