"""CommBox API 2.07: models, request builders and response parsers. Sends nothing."""
