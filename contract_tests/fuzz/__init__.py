"""Any bytes at all as an answer: what the library makes of them, and whether that is right.

`make fuzz` has a fuzzer look for bytes that are not; see `__main__.py`. `test_fuzz.py` runs the seeds, and bytes of
Hypothesis's, in the suite.
"""
