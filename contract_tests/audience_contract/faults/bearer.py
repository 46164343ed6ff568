"""Faults of a server with a bearer token, whoever it is."""

import re
from dataclasses import replace

from ..messages import Request
from ..mock.credentials import TOKEN
from ..security import bearer
from ..spec import Operation
from .acts import body, header, on_error, on_success, refuses, takes_as
from .answers import says
from .fault import Fault, Turn

_ASKED = re.compile(rf"[?&]access_token={TOKEN}(&|$)")
_RIGHT = header("Authorization", f"Bearer {TOKEN}")


def _admit(request: Request) -> Request:
    return _RIGHT(request)


def _without_query(request: Request) -> Request:
    path, _, query = request.target.partition("?")
    kept = "&".join(pair for pair in query.split("&") if pair and not pair.startswith("access_token="))
    return _admit(replace(request, target=f"{path}?{kept}" if kept else path))


def _said(turn: Turn) -> str:
    return turn.header("authorization")


def faults(prefix: str, operation: Operation) -> tuple[Fault, ...]:
    """An operation's, with names that begin so; none where no token is asked for."""
    components = operation.spec.node.get("components")
    schemes = (operation.security and components and components.get("securitySchemes")) or ()
    scheme = next((each.pointer for each in schemes if each.value["type"] == "http"), "")
    if not scheme:
        return ()
    return (
        Fault(
            f"{prefix}auth-optional",
            "A request without Authorization is admitted.",
            (scheme,),
            takes_as(_admit, lambda turn: not _said(turn)),
        ),
        Fault(
            f"{prefix}auth-any-token",
            "Any bearer token is admitted.",
            (scheme,),
            takes_as(_admit, lambda turn: bool(bearer(_said(turn)))),
        ),
        Fault(
            f"{prefix}auth-empty-token",
            "`Bearer` without a token is admitted, other wrong tokens are not.",
            (scheme,),
            takes_as(_admit, lambda turn: _said(turn) == "Bearer"),
        ),
        Fault(
            f"{prefix}auth-any-scheme",
            "The right token is admitted under another scheme, such as Basic.",
            (f"{scheme}/scheme", "RFC 9110, 11.4"),
            takes_as(_admit, lambda turn: _said(turn).partition(" ")[2] == TOKEN),
        ),
        Fault(
            f"{prefix}auth-token-prefix",
            "A token is admitted that the right one begins with, or that begins with the right one.",
            (scheme,),
            takes_as(_admit, lambda turn: _alike(bearer(_said(turn)))),
        ),
        Fault(
            f"{prefix}auth-token-case",
            "Tokens are compared without regard to case.",
            (scheme,),
            takes_as(_admit, lambda turn: bearer(_said(turn)).lower() == TOKEN),
        ),
        Fault(
            f"{prefix}auth-in-query",
            "The right token is admitted as the query parameter `access_token`.",
            (scheme,),
            takes_as(_without_query, lambda turn: _ASKED.search(turn.request.target) is not None),
        ),
        Fault(
            f"{prefix}auth-scheme-case",
            "The scheme is refused in lower case: `bearer`.",
            ("RFC 9110, 11.1",),
            refuses(lambda turn: _said(turn).startswith("bearer"), 401),
        ),
        Fault(
            f"{prefix}leaks-token",
            "A 401 quotes the token that was sent.",
            (scheme, "CWE-209", "RFC 6750, 5.3"),
            lambda turn: on_error(body(says(_said(turn))), 401)(turn),
        ),
        Fault(
            f"{prefix}leaks-header",
            "A success repeats the token in a header.",
            (scheme,),
            lambda turn: on_success(header("x-debug", _said(turn)))(turn),
        ),
    )


def _alike(token: str) -> bool:
    return len(token) > 3 and (TOKEN.startswith(token) or token.startswith(TOKEN))
