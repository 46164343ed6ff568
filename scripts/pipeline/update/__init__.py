"""From the provider's page as it is today to an updated tree and a report; or a reason, and an unchanged tree."""
