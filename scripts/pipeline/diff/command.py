"""`diff OLD NEW` compares two documents. Exit code 1: something breaks; 2: it may; 3: a file is no OpenAPI document."""

import sys
from pathlib import Path

from .. import effective
from .._errors import PipelineError
from . import Kind, compare


def run(old: Path, new: Path) -> int:
    try:
        changes = compare(effective.load(old), effective.load(new))
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    for change in changes:
        places = dict.fromkeys(at for at in (change.pointer_old, change.pointer_new) if at is not None)
        print(f"{change.kind}: {change.sentence} ({', '.join(places)})")
    if not changes:
        print("no difference in meaning")
    # The worst comes first.
    worst = changes[0].kind if changes else Kind.COMPATIBLE
    return 2 if worst is Kind.UNDECIDED else int(worst in (Kind.BREAKING_CALLER, Kind.BREAKING_READER))
