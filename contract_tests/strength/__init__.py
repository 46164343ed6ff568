"""How strong the check of a server is: which faults of the catalogue it finds, and which ones `st run` finds."""
