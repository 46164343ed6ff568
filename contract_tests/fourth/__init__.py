"""Fictional providers: their pages, what is written by hand for them, and a copy of the project that has them."""
