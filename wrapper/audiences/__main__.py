"""`python -m audiences` is the command `audiences`."""

from audiences_command import main

main()
