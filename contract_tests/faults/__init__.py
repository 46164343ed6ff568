"""Faults, counted: a server that goes wrong in every way we know of, and a judge of what the library then claims.

`python -m faults`, in contract_tests/, plays each fault to each provider, blocking and async, and prints what came of
it. Nothing here leaves the machine, and nothing but `playing.py` knows the library: the truth is written down beside
what the server does, never taken from what the library says.
"""
