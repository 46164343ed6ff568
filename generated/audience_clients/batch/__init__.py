"""Batch - REST API 2.9: models, request builders and response parsers. Sends nothing."""
