"""All changes, each named after its module."""

from dataclasses import replace

from . import Case, equivalent, requests, responses, structure

CASES: list[Case] = [
    replace(case, name=f"{module.__name__.rpartition('.')[2]}: {case.name}")
    for module in (requests, responses, structure, equivalent)
    for case in module.CASES
]
