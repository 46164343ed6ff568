"""Adobe takes what it must refuse."""

import re
from collections.abc import Callable
from dataclasses import replace

from ...messages import Request
from ...mock.credentials import API_KEY as _KEY
from ...mock.credentials import TOKEN
from ...security import bearer
from ..acts import header, pardons, reads, takes_as
from ..fault import Act, Fault, Turn
from . import ACCEPT, API_KEY, BEARER, CONTENT, NAME, QUERY

_TYPE = "application/vnd.adobe.external.audiences+json; version=2"
_VALID = {"name": "fault", "namespace": "n", "originName": "o"}


def _keyed(request: Request) -> Request:
    return header("x-api-key", _KEY)(request)


def _admitted(request: Request) -> Request:
    return header("Authorization", f"Bearer {TOKEN}")(_keyed(request))


def _either(turn: Turn) -> bool:
    return turn.header("x-api-key") == _KEY or bearer(turn.header("authorization")) == TOKEN


def _asking(turn: Turn) -> str:
    return turn.request.target.partition("?")[2]


def _accept(word: str, sentence: str, when: Callable[[str], bool], rule: str = f"{ACCEPT}/schema/enum") -> Fault:
    return Fault(
        f"adobe.accept-{word}",
        sentence,
        (rule, f"{ACCEPT}/description"),
        takes_as(header("Accept", _TYPE), lambda turn: when(turn.header("accept"))),
    )


def _query(word: str, sentence: str, act: Act, rule: str = f"{QUERY}/schema/enum") -> Fault:
    return Fault(f"adobe.query-{word}", sentence, (rule, f"{QUERY}/description"), act)


def asked(request: Request) -> Request:
    """The request with the right query alone."""
    return replace(request, target=request.target.partition("?")[0] + "?createAudienceMetaOnly=true")


def asks(pattern: str) -> Act:
    """It takes what matches in a query, between its ampersands, for the right parameter; the rest stays."""
    found = re.compile(f"(^|&)(?:{pattern})(?=&|$)")

    def change(request: Request) -> Request:
        path, _, query = request.target.partition("?")
        right = found.sub(r"\1createAudienceMetaOnly=true", query, count=1)
        return replace(request, target=f"{path}?{right}")

    return takes_as(change, lambda turn: found.search(_asking(turn)) is not None)


FAULTS = (
    Fault(
        "adobe.key-optional",
        "A request without x-api-key is admitted.",
        (API_KEY,),
        takes_as(_keyed, lambda turn: not turn.header("x-api-key")),
    ),
    Fault(
        "adobe.key-any",
        "Any x-api-key is admitted.",
        (API_KEY,),
        takes_as(_keyed, lambda turn: bool(turn.header("x-api-key"))),
    ),
    Fault(
        "adobe.one-credential",
        "One right credential is enough: the token or the API key.",
        ("/security", BEARER, API_KEY),
        takes_as(_admitted, _either),
    ),
    _accept("any", "`Accept: */*` is accepted.", lambda said: said == "*/*"),
    _accept("json", "`Accept: application/json` is accepted.", lambda said: said == "application/json"),
    _accept("version", "Any version in Accept is accepted.", lambda said: said.startswith(_TYPE[:-1])),
    _accept("no-version", "Accept without a version is accepted.", lambda said: said == _TYPE.partition(";")[0]),
    _query("false", "`createAudienceMetaOnly=false` is accepted.", asks("createAudienceMetaOnly=false")),
    _query("bare", "`createAudienceMetaOnly` without a value is accepted.", asks("createAudienceMetaOnly")),
    _query(
        "name-case",
        "`createaudiencemetaonly=true` is accepted.",
        asks("createaudiencemetaonly=true"),
        f"{QUERY}/required",
    ),
    Fault(
        "adobe.name-number",
        "A number is accepted as the name.",
        (f"{NAME}/type",),
        pardons(f"{NAME}/type", when=lambda turn: type(turn.fields.get("name")) in (int, float)),
    ),
    Fault(
        "adobe.body-colon",
        "A body that is no JSON is accepted: a colon is missing, as in the page's own sample.",
        (CONTENT, "RFC 8259, 4"),
        reads(lambda data: re.sub(rb'([{,]\s*"\w+")\s+(?=")', rb"\1: ", data)),
    ),
)
