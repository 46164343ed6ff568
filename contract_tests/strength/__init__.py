"""How strong the check of a server is: what it finds of the fault catalogue, beside what `st run` finds."""
