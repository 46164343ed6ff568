"""A fictional fourth provider: its page, what is written by hand for it, and a copy of the project that has it."""
