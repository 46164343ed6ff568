"""Adobe Experience Platform audiences 2: models, request builders and response parsers. Sends nothing."""
