"""Requests that no client would send: a fault breaks what it says, and stumbles over nothing else."""

import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from audience_contract import Request, provider_keys
from audience_contract.faults import FAMILIES, Fault, catalogue
from audience_contract.mock.app import Application
from audience_contract.multipart import Part
from long import long
from wire import FORM, Change, body, header, right, upload
from witnesses import ask, operation_of, witness

_NAMES = (
    *("name", "type", "display_name", "description", "namespace", "originName", "audienceId", "audience_file"),
    *("client_id", "client_secret", "grant_type", "scope", "access_token", "createAudienceMetaOnly"),
)
_DEEP = 20_000
_BODIES = (
    *(b"", b" ", b"null", b"[]", b"{}", b"[{}]", b"{", b'"', b'""', b'"\\ud800"', b"NaN", b"9" * 5000, b"[{"),
    *(b"--", b"--\r\n\r\n", b"\xff\xfe{\0}", b"\0", b'{"name": "\xe9', b'{"description" "\xff"}', b"%zz=%ff&%"),
    *(b"[" * _DEEP, b"[" * _DEEP + b"]" * _DEEP, b'{"name":' * _DEEP, b"\xa0{}", "\u00a0\u2028".encode()),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, 0, 10**400, 1.5, "", "\0", "\ud800", "\u0660", "9" * 20),
    *([], [[]], [None], ["a", 1], {}, {"": {}}),
)
_MEDIA = (
    *("", "\xff", "/", ";", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=\xff"),
    *("application/x-www-form-urlencoded; charset=\xff", "application/json; charset=iso-8859-1", "text/plain"),
)
_TOKENS = (
    *("", "Bearer", "Bearer \xff.\xff.", "\xe9"),
    *(f"Bearer {base64.b64encode(said).decode()}.e30." for said in (b"[]", b"\xff", b"[" * 30_000)),
)
# The end of a ZIP file that begins elsewhere.
_ZIP = b"PK\5\6" + b"\1\0" * 9
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES = (
    ("text/csv", b"\xff"),
    ("text/csv", b'"' + b"a" * 200_000),
    ("text/csv", b""),
    (_EXCEL, b"PK"),
    (_EXCEL, _ZIP),
)


def _everywhere(value: Any) -> bytes:
    """An object whose properties all have one value."""
    return json.dumps(dict.fromkeys(_NAMES, value)).encode()


def _form(part: Part) -> Change:
    """An upload whose parts are all the same."""
    return upload(dict.fromkeys(_NAMES, part))


def _odd(good: Request) -> list[Request]:
    changes: list[Change] = [
        *(body(data) for data in (*_BODIES, *map(_everywhere, _VALUES))),
        *(header("Content-Type", media) for media in _MEDIA),
        *(header("Authorization", token) for token in _TOKENS),
        _form(Part("", None, "", b"\xff")),
        *(_form(Part("", 'a"\\', media, data)) for media, data in _FILES),
        lambda request: header(*FORM)(body(urlencode(dict.fromkeys(_NAMES, "\xff")).encode())(request)),
        lambda request: replace(request, headers=()),
        lambda request: replace(request, headers=(), body=b""),
        lambda request: replace(request, target=request.target.partition("?")[0] + "?%ff=&&=%&"),
        *(lambda request, method=method: replace(request, method=method) for method in ("GET", "DELETE", "PATCH")),
    ]
    found = [change(good) for change in changes]
    if ("Content-Type", "application/json") not in good.headers:
        found += map(header("Content-Type", "application/json"), found[: len(_BODIES) + len(_VALUES)])
    found += map(header("Content-Type"), found[: len(_BODIES) : 4])
    # One that breaks nothing, last: what a fault remembers may be odd by then.
    return [*found, good]


def _of(family: str, *, everywhere: bool) -> list[Fault]:
    """The faults of a family, of one operation or of all."""
    found = [f for key in provider_keys() for f in catalogue(key) if f.family == family and not f.seconds]
    first = found[0]
    return [f for f in found if everywhere or (f.provider, f.operation) == (first.provider, first.operation)]


EVERYWHERE = pytest.mark.parametrize("everywhere", [False, long(True)])


@EVERYWHERE
@pytest.mark.parametrize("family", [long(each) if at > 2 else each for at, each in enumerate(FAMILIES)])
def test_a_fault_stumbles_over_no_request(family: str, everywhere: bool) -> None:
    every = 1 if everywhere else 15
    for number, fault in enumerate(_of(family, everywhere=everywhere)):
        *odd, last = _odd(right(operation_of(fault))[-1])
        # Each fault has others of them, and in the end one that breaks nothing.
        some = [*odd[number % every :: every], last]
        assert len(ask(Application(fault=fault), fault.provider, some)) == len(some)


@EVERYWHERE
@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "answering"])
def test_what_else_is_wrong_with_a_request_stays_wrong(family: str, everywhere: bool) -> None:
    taken = []
    for fault in _of(family, everywhere=everywhere):
        *before, request = witness(fault)
        if ask(Application(), fault.provider, [*before, request])[-1].response.status < 400:
            continue
        wrong = []
        if request.body and ".media-" not in fault.name.replace("remove-", "."):
            wrong.append(header("Content-Type", "application/xml")(request))
        if operation_of(fault).security and family != "admitting":
            wrong.append(header("Authorization", "Bearer other")(request))
        for each in wrong:
            if ask(Application(fault=fault), fault.provider, [*before, each])[-1].response.status < 300:
                taken.append(fault.name)
    assert taken == []
