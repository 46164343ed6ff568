"""Texts of a report, made fit for eyes and shells."""

import re
from collections import Counter
from collections.abc import Iterable

from ..evidence import is_absolute
from ..messages import Request, Response
from ..report import Created, Evidence, Obligation
from ..visible import line, shown

_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|' + r"'[^']*'", re.DOTALL)


def obligation(owed: Obligation) -> str:
    """An obligation in a sentence."""
    where = " ".join(filter(None, (owed.provider, owed.operation)))
    parts = ("" if owed.met else "not met", where, owed.text)
    return line(": ".join(filter(None, parts)) + (f" ({owed.detail})" if owed.detail else ""))


def left(created: Iterable[Created]) -> list[str]:
    """What was left at a server; of what has neither name nor id, such as tokens, how many there are."""
    return [
        line(
            f"{one.provider}: "
            + (" ".join(filter(None, (one.name, one.id and f"({one.id})"))) or f"{n} without a name")
        )
        for one, n in Counter(created).items()
    ]


def sent(evidence: Evidence) -> str:
    """The request as text."""
    request = evidence.request
    whole = " (all of it in the request line)" if is_absolute(request) else ""
    return _message(f"{request.method} {evidence.url or request.target}{whole}", request, evidence.request_left_out)


def came(evidence: Evidence) -> str:
    """The answer as text, or why there is none."""
    if evidence.response is None:
        return f"no answer: {shown(evidence.trouble) or 'none that was recorded or judged'}"
    took = f"{evidence.response.status} after {evidence.seconds * 1000:.0f} ms"
    first = f"{took}; {shown(evidence.trouble)}" if evidence.trouble else took
    return _message(first, evidence.response, evidence.response_left_out)


def _message(first: str, message: Request | Response, left_out: int) -> str:
    head = [first, *(f"{name}: {value}" for name, value in message.headers)]
    # Before the body: at its end it would be cut off where there is little room.
    missing = f"({left_out:,} more {'byte is' if left_out == 1 else 'bytes are'} left out)" if left_out else ""
    return "\n".join([*map(line, head), "", *filter(None, (missing, body(message.body)))])


def body(content: bytes) -> str:
    """A body as text; one that is not text in the notation of Python's bytes."""
    try:
        return shown(content.decode("utf-8"))
    except UnicodeDecodeError:
        return f"({len(content)} bytes that are not UTF-8) {content!r}"


def cut(text: str, characters: int, lines: int) -> str:
    """At most so much of a text, and how much of it is missing."""
    kept = "\n".join(text.split("\n")[:lines])[:characters]
    missing = len(text) - len(kept)
    return f"{kept}\n… {missing:,} more characters" if missing else kept


def curl(evidence: Evidence) -> str:
    r"""The curl command on one line that survives being copied, "" where there is none.

    Line breaks and what cannot be seen are written as `$'\012'`, which bash, zsh, ksh and POSIX (2024) know: a copied
    CR LF, as multipart bodies have it, would not be one any more.
    """
    command = _QUOTED.sub(_visible, evidence.curl)
    return command if command.isprintable() else line(command)


def _visible(quoted: "re.Match[str]") -> str:
    text = quoted[0]
    if text.isprintable() or not text.startswith("'"):
        return shown(text)
    return "$'" + "".join(c if c.isprintable() and c != "\\" else _octal(c) for c in text[1:-1]) + "'"


def _octal(character: str) -> str:
    # Three octal digits: a shell reads as many hexadecimal ones as follow.
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "replace"))
