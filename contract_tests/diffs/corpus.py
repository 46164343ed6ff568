"""All changes, each named after its module."""

from dataclasses import replace

from . import Case, equivalent, rarer, requests, responses, structure

CASES: list[Case] = [
    replace(case, name=f"{module.__name__.rpartition('.')[2]}: {case.name}")
    for module in (requests, responses, structure, equivalent, rarer)
    for case in module.CASES
]
