"""Adobe reads more into a request than its page says."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from ...mock.credentials import API_KEY as _KEY
from ...mock.credentials import TOKEN
from ...security import bearer
from ..acts import calls, header, reads, takes_as
from ..fault import Act, Fault, Turn
from ..rewriting import changes, outside, unpacked
from . import ACCEPT, API_KEY, BEARER, BODY, CONTENT, NAMESPACE, OPERATION, ORGANISATION, QUERY, SANDBOX
from .accepts import asked, asks

_TYPE = "application/vnd.adobe.external.audiences+json; version=2"
_VALID = b'{"name": "fault", "namespace": "n", "originName": "o"}'


def _accept(word: str, sentence: str, pattern: str, rule: str = f"{ACCEPT}/schema/enum") -> Fault:
    return Fault(
        f"adobe.accept-{word}",
        sentence,
        (rule, f"{ACCEPT}/description"),
        calls("Accept", _TYPE, lambda said: re.fullmatch(pattern, said) is not None),
    )


def _query(word: str, sentence: str, pattern: str) -> Fault:
    rules = (f"{QUERY}/schema/enum", f"{QUERY}/description")
    return Fault(f"adobe.query-{word}", sentence, rules, asks(pattern))


def _asking(turn: Turn) -> str:
    return turn.request.target.partition("?")[2]


def _asked_in_body(turn: Turn) -> bool:
    return not _asking(turn) and (turn.object or {}).get("createAudienceMetaOnly") in (True, "true")


def _keyed(when: Callable[[Turn], bool]) -> Act:
    return takes_as(header("x-api-key", _KEY), when)


def _decodes(part: str) -> bool:
    try:
        return isinstance(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))), dict)
    except (ValueError, RecursionError):
        return False


def _web_token(turn: Turn) -> bool:
    parts = bearer(turn.header("authorization")).split(".")
    return len(parts) == 3 and all(_decodes(part) for part in parts[:2])


def _joined(value: Any) -> Any:
    texts = isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
    return ",".join(value) if texts else value


FAULTS = (
    _accept("version-20", "Versions in Accept are accepted that begin with a 2.", re.escape(_TYPE) + r"[\d.]+"),
    _accept(
        "vendor",
        "Any type of Adobe's is accepted in Accept, in version 2.",
        r"application/vnd\.adobe\.[\w.-]+\+json; version=2",
    ),
    _accept("quality-0", "The type is accepted where Accept gives it the quality 0.", re.escape(_TYPE) + "; *q=0"),
    _accept("range", "`Accept: application/*` is accepted.", r"application/\*"),
    _query(
        "value-case",
        "`createAudienceMetaOnly` is accepted with `TRUE` or `True`.",
        "createAudienceMetaOnly=(TRUE|True)",
    ),
    _query("one", "`createAudienceMetaOnly=1` is accepted.", "createAudienceMetaOnly=1"),
    _query(
        "last",
        "The last `createAudienceMetaOnly` counts where there are two that disagree.",
        "createAudienceMetaOnly=false&createAudienceMetaOnly=true",
    ),
    Fault(
        "adobe.query-in-body",
        "`createAudienceMetaOnly` is taken from the body where there is no query.",
        (f"{QUERY}/required", f"{QUERY}/in"),
        takes_as(asked, _asked_in_body),
    ),
    Fault(
        "adobe.sandbox-by-id",
        "The sandbox is taken from x-sandbox-id where x-sandbox-name is missing.",
        (f"{SANDBOX}/required", f"{SANDBOX}/name"),
        takes_as(
            header("x-sandbox-name", "fault"),
            lambda turn: not turn.header("x-sandbox-name") and bool(turn.header("x-sandbox-id")),
        ),
    ),
    Fault(
        "adobe.organisation-in-query",
        "The organisation is taken from the query where its header is missing.",
        (f"{ORGANISATION}/required", f"{ORGANISATION}/in"),
        takes_as(
            header("x-gw-ims-org-id", "fault"),
            lambda turn: not turn.header("x-gw-ims-org-id") and "x-gw-ims-org-id=" in turn.request.target,
        ),
    ),
    Fault(
        "adobe.key-in-query",
        "The API key is admitted as the query parameter `api_key`.",
        (API_KEY, f"{API_KEY}/in"),
        _keyed(lambda turn: f"api_key={_KEY}" in turn.request.target),
    ),
    Fault(
        "adobe.key-case",
        "API keys are compared without regard to case.",
        (API_KEY,),
        _keyed(lambda turn: turn.header("x-api-key").lower() == _KEY),
    ),
    Fault(
        "adobe.key-as-token",
        "The API key is admitted as the bearer token too.",
        (BEARER,),
        takes_as(header("Authorization", f"Bearer {TOKEN}"), lambda turn: bearer(turn.header("authorization")) == _KEY),
    ),
    Fault(
        "adobe.auth-unverified",
        "Any JSON Web Token is admitted, whatever its signature.",
        (BEARER, "RFC 8725, 3.1"),
        takes_as(header("Authorization", f"Bearer {TOKEN}"), _web_token),
    ),
    Fault(
        "adobe.json-hashes",
        "Comments after a # are accepted in JSON, as in YAML.",
        (CONTENT, "RFC 8259, 2"),
        reads(outside(rb"(?P<before>^|\s)#[^\n]*", rb"\g<before>")),
    ),
    Fault(
        "adobe.body-text",
        "Any text is accepted as the body, as the audience's name.",
        (f"{BODY}/type",),
        reads(unpacked(str, lambda text: {"name": text, "namespace": "n", "originName": "o"})),
    ),
    Fault(
        "adobe.namespace-array",
        "An array of texts is accepted as the namespace.",
        (f"{NAMESPACE}/type",),
        changes("namespace", _joined),
    ),
    Fault(
        "adobe.media-vendor",
        "A body is accepted as the type that Accept names.",
        (CONTENT,),
        calls("content-type", "application/json", lambda said: said.partition(";")[0] == _TYPE.partition(";")[0]),
    ),
    Fault(
        "adobe.media-patch",
        "A body is accepted as application/json-patch+json or application/merge-patch+json.",
        (CONTENT, OPERATION),
        calls("content-type", "application/json", lambda said: said.endswith("-patch+json")),
    ),
)
