"""One module a provider: what it calls an audience, and how it is told. Only these import the generated clients."""
