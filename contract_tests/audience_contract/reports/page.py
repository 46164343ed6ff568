"""One HTML page that needs nothing else, and runs nothing: the findings, and what else the run has to say."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from .. import visible
from ..report import Report
from . import texts

_LONGEST = 20_000


def render(report: Report) -> bytes:
    """The report as an HTML page, in UTF-8."""
    style = _resource("page.css")
    known = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-{known}'"
    return _template().render(report=report, texts=texts, style=style, policy=policy).encode("utf-8", "replace")


@cache
def _template() -> Template:
    # Every value is escaped, but for the style, which is ours.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "shown": visible.shown,
        "line": visible.line,
        "cut": lambda text: texts.cut(text, _LONGEST, 2000),
    }
    return environment.from_string(_resource("page.html.jinja2"))


def _resource(name: str) -> str:
    return files("audience_contract.reports").joinpath(name).read_text("utf-8")
