"""Judging a client: it is run against a server that judges each request, and answers as the provider might."""
