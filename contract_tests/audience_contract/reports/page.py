"""One HTML page that needs nothing else: the matrix of operations and rules, and what is behind each of its cells."""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from .. import visible
from ..report import Report
from ..rules import RULES, Rule
from . import texts
from .matrix import SYMBOLS, also, headline, others, split, squares

_LONGEST = 20_000


def render(report: Report) -> bytes:
    counted, accepted = split(report)
    found = squares(report)
    style, script = _resource("page.css"), _resource("page.js")
    page = _template().render(
        report=report,
        headline=headline(report),
        counted=counted,
        also=also,
        others=others(report),
        accepted=accepted,
        squares=found,
        index={(square.provider, square.operation, square.rule.id): square for square in found},
        operations=list(dict.fromkeys((square.provider, square.operation) for square in found)),
        providers=sorted({square.provider for square in found}),
        sides=_sides(square.rule for square in found),
        symbols=SYMBOLS,
        states={state: sum(square.state == state for square in found) for state in SYMBOLS},
        texts=texts,
        style=style,
        script=script,
        policy="default-src 'none'; base-uri 'none'; form-action 'none'; "
        f"style-src '{_hash(style)}'; script-src '{_hash(script)}'",
    )
    return page.encode("utf-8", "replace")


@cache
def _template() -> Template:
    # Every value is escaped, but for the style and the script, which are ours.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "shown": visible.shown,
        "line": visible.line,
        "cut": lambda text: texts.cut(text, _LONGEST, 2000),
    }
    return environment.from_string(_resource("page.html.jinja2"))


def _sides(found: Iterable[Rule]) -> dict[str, list[Rule]]:
    """The rules of the matrix by who owes them."""
    ids = {rule.id for rule in found}
    sides: dict[str, list[Rule]] = {}
    for rule in RULES.values():
        if rule.id in ids:
            sides.setdefault(rule.side, []).append(rule)
    return sides


def _resource(name: str) -> str:
    return files("audience_contract.reports").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
