"""Adobe Experience Platform - external audience metadata 2: models, request builders and response parsers. Sends nothing."""
