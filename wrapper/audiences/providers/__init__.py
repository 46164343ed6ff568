"""One module for each provider: its settings, and how it is called. Only these modules import the generated clients."""
