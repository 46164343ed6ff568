"""How a page's claims differ from the recorded ones, and where our own spec says otherwise."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from .claims import Claim
from .held import hold, line_of
from .result import Change

_ABOUT = ("kind", "from", "name", "status")


def differences(old: Sequence[Claim], new: Sequence[Claim], spec: dict[str, Any], file: Path) -> Iterator[Change]:
    """Each claim that is new, gone or another one by now. `file` is the spec, whose lines are named."""
    gone = [claim for claim in old if claim not in new]
    for claim in new:
        if claim in old:
            continue
        before = next((other for other in gone if _about(other) == _about(claim)), None)
        if before is not None:
            gone.remove(before)
        held = hold(claim, spec)
        said = f"; the spec agrees with {_told(claim)}" if held.said is None else f"; in the spec, {held.said}"
        was = f"new claim: {_told(claim)}" if before is None else f"claim changed: {_told(before)} → {_told(claim)}"
        yield _change("documentation" if held.agrees else _kind(claim, before), held.at, was + said, claim, file)
    for claim in gone:
        at = hold(claim, spec).at
        still = any(hold(other, spec).at == at for other in new)
        kind = "documentation" if still else "undecided"
        said = "the page still claims it elsewhere" if still else "nothing on the page claims it any more"
        yield _change(kind, at, f"claim gone: {_told(claim)}; {said}", claim, file)


def unheld(claims: Sequence[Claim], spec: dict[str, Any], file: Path) -> Iterator[Change]:
    """The claims that the spec does not say, whether they are new or not."""
    for claim in claims:
        held = hold(claim, spec)
        if not held.agrees:
            said = f"the page claims {_told(claim)}; in the spec, {held.said}"
            yield _change(_kind(claim, None), held.at, said, claim, file)


def _kind(claim: Claim, before: Claim | None) -> str:
    """A property that comes in addition, and need not be sent, does no harm; anything else may."""
    added = before is None and claim["kind"].endswith(" property") and "required" not in claim
    return "compatible" if added else "breaking-caller" if claim["kind"] != "answer property" else "breaking-reader"


def _change(kind: str, at: str, sentence: str, claim: Claim, file: Path) -> Change:
    line = f"specs/{file.parent.name}/{file.name}:{line_of(file, at)}"
    return Change(kind, (at,), sentence, claim, (line,))


def _about(claim: Claim) -> list[Any]:
    return [claim.get(name) for name in _ABOUT]


def _told(claim: Claim) -> str:
    named = [str(claim[name]) for name in ("method", "path", "name", "status") if name in claim]
    rest = [f"{name} {claim[name]}" for name in ("type", "value", "required") if name in claim]
    return f"{claim['kind']} {' '.join(named)} ({', '.join([claim['from'], *rest])})"
