"""Adobe Experience Platform audiences 1.0, 2: models, request builders and response parsers. Sends nothing."""
