"""Adobe Identity Management Services - access tokens of OAuth server-to-server credentials 3: models, request builders and response parsers. Sends nothing."""
