"""`python -m pipeline.diff OLD NEW` compares two OpenAPI documents; exit 1 if something breaks, 2 if it may."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import effective
from .._errors import PipelineError
from . import Kind, compare

_BREAKING = (Kind.BREAKING_CALLER, Kind.BREAKING_READER)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.diff", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    options = parser.parse_args(arguments)
    try:
        changes = compare(effective.load(options.old), effective.load(options.new))
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    for change in changes:
        places = dict.fromkeys(at for at in (change.pointer_old, change.pointer_new) if at is not None)
        print(f"{change.kind}: {change.sentence} ({', '.join(places)})")
    if not changes:
        print("no difference in meaning")
    kinds = {change.kind for change in changes}
    return 1 if kinds.intersection(_BREAKING) else 2 if Kind.UNDECIDED in kinds else 0


if __name__ == "__main__":
    sys.exit(main())
