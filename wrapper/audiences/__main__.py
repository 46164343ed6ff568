"""`python -m audiences` is the command `audiences`."""

from ._cli import main

main()
