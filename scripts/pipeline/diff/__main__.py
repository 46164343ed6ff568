"""`python -m pipeline.diff OLD NEW` compares two OpenAPI documents; exit 1 if something breaks, 2 if it may."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import validity
from .._errors import PipelineError
from ..documents import read
from . import Change, Kind, compare

_BREAKING = (Kind.BREAKING_CALLER, Kind.BREAKING_READER)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipeline.diff", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--json", action="store_true", help="a JSON array of the changes")
    options = parser.parse_args(arguments)
    try:
        old, new = (_document(file) for file in (options.old, options.new))
        changes = compare(old, new)
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 3
    print(json.dumps([change.to_json() for change in changes], indent=2) if options.json else text(changes))
    kinds = {change.kind for change in changes}
    return 1 if kinds.intersection(_BREAKING) else 2 if Kind.UNDECIDED in kinds else 0


def text(changes: list[Change]) -> str:
    """One paragraph a change, under the name of its class."""
    if not changes:
        return "no difference in meaning"
    lines: list[str] = []
    for number, change in enumerate(changes):
        if number == 0 or change.kind is not changes[number - 1].kind:
            lines.append(f"{change.kind.value}:")
        lines.append(f"  {change.sentence}")
        places = {"old": change.pointer_old, "new": change.pointer_new}
        if change.pointer_old == change.pointer_new:
            places = {"at": change.pointer_old}
        lines.append("    " + ", ".join(f"{name} {place}" for name, place in places.items() if place is not None))
        if change.witness is not None:
            given = "taken before, refused now" if change.side == "request" else "not answered before, possible now"
            lines.append(f"    {given}: {json.dumps(change.witness.value, ensure_ascii=False)}")
    return "\n".join(lines)


def _document(file: Path) -> dict[str, object]:
    document: dict[str, object] = read(file)
    wrong = next(iter(validity.problems(document)), None)
    if wrong is not None:
        raise PipelineError(f"{file}: {wrong}")
    return document


if __name__ == "__main__":
    sys.exit(main())
