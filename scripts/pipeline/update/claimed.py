"""Compares a page's claims with the recorded ones, and says where our own spec disagrees."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from audience_contract.reports.places import line_of

from ..diff import Change, Kind
from .claims import Claim
from .held import hold


def differences(old: Sequence[Claim], new: Sequence[Claim], spec: dict[str, Any], file: Path) -> Iterator[Change]:
    """A change for each claim that is new or gone. `file` has the spec; changes name its lines."""
    for claim in new:
        # Where a page says something twice, only the fuller claim counts.
        if claim not in old and not any(claim.items() < other.items() for other in new):
            at, against = hold(claim, spec)
            said = "the spec agrees" if against is None else f"in the spec, {against}"
            kind = Kind.DOCUMENTATION if against is None else _kind(claim, old)
            yield _change(kind, at, f"new claim: {_told(claim)}; {said}", file)
    for claim in old:
        if claim not in new and not any(claim.items() < other.items() for other in old):
            still = any(_about(other) == _about(claim) for other in new)
            said = "the page claims something else of it" if still else "nothing on the page claims it any more"
            kind = Kind.DOCUMENTATION if still else Kind.UNDECIDED
            yield _change(kind, hold(claim, spec)[0], f"claim gone: {_told(claim)}; {said}", file)


def _kind(claim: Claim, old: Sequence[Claim]) -> Kind:
    """The kind of a change. A property that is added, and that no rule requires, is compatible; all else may break."""
    added = not any(_about(other) == _about(claim) for other in old)
    if added and claim["kind"].endswith(" property") and "required" not in claim:
        return Kind.COMPATIBLE
    return Kind.BREAKING_CALLER if claim["kind"] != "answer property" else Kind.BREAKING_READER


def _change(kind: Kind, at: str, sentence: str, file: Path) -> Change:
    line = f"specs/{file.parent.name}/{file.name}:{line_of(file, at) or 1}"
    return Change(kind, at, at, sentence, lines=(line,))


def _about(claim: Claim) -> list[Any]:
    return [claim.get(name) for name in ("kind", "name", "status")]


def _told(claim: Claim) -> str:
    named = [str(claim[name]) for name in ("method", "path", "name", "status") if name in claim]
    rest = [f"{name} {claim[name]}" for name in ("type", "value", "required") if name in claim]
    return " ".join([claim["kind"], *named, *([f"({', '.join(rest)})"] if rest else [])])
