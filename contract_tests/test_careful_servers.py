"""Servers that read the documents with care, and otherwise than others do: none of them breaks a contract.

Beside each there is a mistake of the same place, and that is found.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote

import pytest

from audience_contract import Request, Response
from audience_contract.checker import check_request
from audience_contract.facts import Effect
from audience_contract.faults import Fault, Turn
from audience_contract.faults.acts import as_json, body, on_success, takes_as
from audience_contract.faults.fault import parts
from audience_contract.files import CSV, XLSX
from audience_contract.mock import MockServer
from audience_contract.mock.provider import facts_of
from audience_contract.report import Report, Verdict
from audience_contract.rules import Weight
from audience_contract.spec import Operation
from judged import judge
from long import long

_CREATE, _VIEW, _LIST, _UPDATE = "audience_create", "audience_view", "audience_list", "audience_update"
_REPLACE, _REMOVE, _PUT = "audience_replace", "audience_remove", "PUT /Audiences/{AUDIENCE_ID}"
_POST, _ADOBE, _TOKEN = "Post_Audiences", "create_audience", "create_token"
Act = Callable[[Turn], Response]
_ID = re.compile("[0-9]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _judged(key: str, act: Act, **options: Any) -> Report:
    """What is found of a server that acts so in all its operations."""
    fault = Fault(f"{key}.test", "It reads the documents in its own way.", (), act)
    return judge(MockServer(fault=fault), key, **options)


class _Behind:
    """A server with one habit, for another habit in front of it."""

    def __init__(self, turn: Turn, act: Act) -> None:
        self.refusal, self.error = turn.correct.refusal, turn.correct.error
        self.state = turn.correct.state  # type: ignore[attr-defined]
        self._turn, self._act = turn, act

    def play(self, operation: Operation, request: Request) -> Response:
        return self._act(replace(self._turn, operation=operation, request=request))


def _all(habits: Iterable[Act]) -> Act:
    """The server has all these habits: the last answers first."""

    def act(turn: Turn) -> Response:
        for habit in habits:
            turn = replace(turn, correct=_Behind(turn, habit))
        return turn.answer()

    return act


def _name(turn: Turn) -> str:
    """The name or id of the audience that a request is about."""
    query, path = turn.request.target.partition("?")[2], turn.operation.path_values(turn.request.target)
    return unquote("".join(path.values())) or turn.text("name") or parse_qs(query).get("name", [""])[0]


def _is_valid(turn: Turn) -> bool:
    broken = check_request(turn.operation, turn.request, undocumented=False)
    return not turn.refused() and not broken


def _knows(turn: Turn) -> bool:
    """Whether a request is about an audience that the server has created."""
    return any(_name(turn) in (one.name, one.id) for one in turn.correct.state.records)  # type: ignore[attr-defined]


def _with(status: int, when: Callable[[Turn], object]) -> Act:
    """The server refuses some valid requests with this status."""
    return lambda turn: turn.error(status) if not turn.refused() and when(turn) else turn.answer()


def _malformed_names(turn: Turn) -> bool:
    return turn.operation.id == _VIEW and not re.fullmatch(r"[\w-]*", _name(turn), re.ASCII)


def _malformed_ids(turn: Turn) -> bool:
    return "{" in turn.operation.path and not _ID.fullmatch(_name(turn))


def _absent(*operations: str) -> Callable[[Turn], bool]:
    return lambda turn: turn.operation.id in operations and not _knows(turn)


def _late(turn: Turn) -> Response:
    """An audience can be changed only from the second request on: until then its creation is on its way."""
    changes = facts_of(turn.operation).effect in (Effect.CHANGES, Effect.REMOVES)
    if changes and _is_valid(turn) and _knows(turn) and f"changed {_name(turn)}" not in turn.memory:
        turn.memory[f"changed {_name(turn)}"] = True
        return turn.error(400)
    return turn.answer()


def _same_again(turn: Turn) -> Response:
    """A second request with one name answers as the first did, and creates nothing."""
    name = unicodedata.normalize("NFKC", turn.text("name")).casefold().strip()
    if facts_of(turn.operation).effect is not Effect.CREATES or not _is_valid(turn) or name not in turn.memory:
        answer = turn.answer()
        if facts_of(turn.operation).effect is Effect.CREATES and answer.status < 300:
            turn.memory[name] = answer
        return answer
    known: Response = turn.memory[name]
    return known


def _trims(turn: Turn) -> Response:
    def trimmed(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "name": unicodedata.normalize("NFC", value["name"]).strip()} if "name" in value else value

    return on_success(as_json(trimmed))(turn) if turn.operation.id == _ADOBE else turn.answer()


def _counts_all(turn: Turn) -> Response:
    """The total is that of all audiences, whatever a list is filtered by."""

    def counted(value: dict[str, Any]) -> dict[str, Any]:
        everything = len(turn.correct.state.records)  # type: ignore[attr-defined]
        return {**value, "_page": {**value["_page"], "totalCount": everything}}

    return on_success(as_json(counted))(turn) if turn.operation.id == "listAudiences" else turn.answer()


def _bearer(turn: Turn) -> Response:
    """An Authorization that is no scheme and token is a malformed request."""
    said = turn.header("authorization")
    return turn.error(400) if said and not re.fullmatch(r"\w+ [\w.~+/-]+=*", said, re.ASCII) else turn.answer()


def _short_lines(turn: Turn) -> Response:
    """As a server before the application does: it refuses a request line of more than 4094 bytes in HTML."""
    long = len(turn.request.method) + len(turn.request.target) + 20 > 4094
    return Response(400, (("content-type", "text/html"),), b"<p>Bad Request</p>") if long else turn.answer()


def _lenient_form(turn: Turn) -> Response:
    """A code that is not UTF-8 is kept as a replacement character."""
    return takes_as(body(lambda data: data.replace(b"%ff", b"%EF%BF%BD")))(turn)


def _from_query(turn: Turn) -> Response:
    """A parameter is taken from the query where the body lacks it."""
    query = turn.request.target.partition("?")[2].encode()
    return takes_as(body(lambda data: b"&".join(filter(None, (data, query)))))(turn) if query else turn.answer()


def _files(turn: Turn) -> Response:
    """At most 15 000 rows, exact media types, only numbers that are given out; the heading may stand in any row."""
    files = [part for part in parts(turn.request) if part.filename is not None]
    for file in files if _is_valid(turn) else ():
        numbers = re.findall(rb"\d{7,15}", file.data) if file.content_type.startswith(CSV) else []
        given_out = not any(number.startswith((b"999", b"4477009")) for number in numbers)
        if file.content_type not in (CSV, XLSX) or len(numbers) > 15_000 or not given_out:
            return turn.error(400)
        if file.content_type == CSV and b"\nphone1\r\n" in file.data:
            return takes_as(body(lambda data: data.replace(b"first\r\nphone1", b"phone1")))(turn)
    return turn.answer()


def _listed(change: Callable[[dict[str, Any]], Any]) -> Act:
    """A list whose items are others."""

    def changed(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "audiences": list(map(change, value["audiences"]))} if "audiences" in value else value

    return on_success(as_json(changed))


def _types(turn: Turn) -> Response:
    """Each audience is shown with its own type."""
    types = {"emails": "EMAIL", "install_ids": "INSTALL_ID", "custom_ids": "CUSTOM_ID"}

    def typed(one: dict[str, Any]) -> dict[str, Any]:
        records = turn.correct.state.records  # type: ignore[attr-defined]
        known = next(record.fields for record in records if record.name == one["name"])
        return {**one, "type": types[known["type"]]}

    return _listed(typed)(turn)


def _is_longer(most: int) -> Callable[[Turn], bool]:
    """Whether an id has more characters."""
    return lambda turn: any(len(one["id"]) > most for one in turn.fields.get("ids", ()))


def _zoneless(turn: Turn) -> Response:
    """Times are those of the account, without a zone."""
    return replace(answer := turn.answer(), body=re.sub(rb'(response_time": "[^"]*)Z"', rb'\1"', answer.body))


def _token_of(what: Callable[[Turn], object]) -> Act:
    """The token of a change tells what it is made of."""

    def act(turn: Turn) -> Response:
        changes = turn.operation.id in (_UPDATE, _REPLACE)
        made = hashlib.sha256(repr((turn.operation.id, what(turn))).encode("utf-8", "surrogatepass"))
        token = {"indexing_token": made.hexdigest()}
        return on_success(as_json(lambda value: {**value, **token} if changes else value))(turn)

    return act


def _maintained(turn: Turn) -> Response:
    """Now and then the server is under maintenance."""
    later = turn.error(503)
    return replace(later, headers=(*later.headers, ("retry-after", "0"))) if turn.number % 29 == 0 else turn.answer()


def _routed(turn: Turn) -> Response:
    """Before anything else, another method is not found, and a parameter that no page names is malformed."""
    if turn.request.method != turn.operation.method:
        return turn.error(404)
    known = {each.value["name"] for each in turn.operation.node["parameters"]}
    return turn.answer() if {*parse_qs(turn.request.target.partition("?")[2])} <= known else turn.error(400)


def _coerced(turn: Turn) -> Response:
    """A number in a query is what JavaScript takes the text for."""
    other = replace(turn.request, target=turn.request.target.replace("=1e2", "=100").replace("=0x1", "=1"))
    return turn.answer(other)


CAREFUL = {
    "batch": (
        _token_of(lambda turn: turn.fields),
        _maintained,
        _with(400, _malformed_names),
        _with(404, _absent(_UPDATE, _REMOVE)),
        _late,
        _types,
        _with(400, _is_longer(100)),
        _short_lines,
        _bearer,
        _coerced,
        _routed,
    ),
    "commbox": (_with(400, _malformed_ids), _late, _zoneless, _same_again, _files),
    "adobe": (_with(400, _malformed_ids), _bearer, _trims, _counts_all, _same_again),
    "adobe_ims": (_lenient_form, _from_query),
}


@pytest.mark.parametrize("requests", [60, long(170)])
@pytest.mark.parametrize(
    ("key", "habits"), [one if one[0] in ("batch", "commbox") else long(*one) for one in CAREFUL.items()], ids=CAREFUL
)
def test_a_careful_server_breaks_nothing_that_a_document_says(key: str, habits: tuple[Act, ...], requests: int) -> None:
    report = _judged(key, _all(habits), requests=requests)
    assert [one.message for one in report.findings if one.weight is not Weight.ADVICE or 503 in one.statuses] == []
    assert report.verdict is Verdict.KEPT


def _always(status: int, operation: str) -> Act:
    return _with(status, lambda turn: turn.operation.id == operation and _is_valid(turn) and _knows(turn))


def _unauthorised(status: int, value: str) -> Act:
    return lambda turn: turn.error(status) if turn.header("authorization") == value else turn.answer()


def _without_type(turn: Turn) -> Response:
    """Any grant is taken, and none as well."""
    return takes_as(body(lambda data: data.replace(b"grant_type", b"x") + b"&grant_type=client_credentials"))(turn)


def _taken_files(turn: Turn) -> Response:
    """A file is taken that has phone1 in the name of a column."""
    return takes_as(body(lambda data: data.replace(b"my_phone1", b"phone1")))(turn)


def _first_page(turn: Turn) -> Response:
    """A page has 20 audiences where no limit is asked for."""
    longer = replace(turn.request, target=f"{turn.request.target}?limit=20")
    return turn.answer(longer if turn.operation.id == _LIST and "?" not in turn.request.target else None)


def _noon(turn: Turn) -> Response:
    return replace(answer := turn.answer(), body=re.sub(rb'(response_time": ")[^"]*', rb"\1noon", answer.body))


_TYPE = _listed(lambda one: {**one, "type": "custom_ids"})
_ZONE = _listed(lambda one: {**one, "created": one["created"].replace("Z", "+02:00")})
_EMPTY = on_success(as_json(lambda value: {**value, "data": []} if isinstance(value.get("data"), list) else value))
_CUT = on_success(as_json(lambda value: {**value, "name": value["name"][:20]} if "name" in value else value))
_ONE_ID = on_success(
    as_json(lambda value: {**value, "data": {"id": "1"}} if isinstance(value.get("data"), dict) else value)
)
MISTAKES = {
    "a name that no audience has is malformed": ("batch", _VIEW, _with(400, _absent(_VIEW)), "response.status"),
    "so is the number of no audience": ("commbox", _PUT, _with(400, _absent(_PUT)), "response.status"),
    "and the UUID of none": ("adobe", "deleteAudience", _with(400, _absent("deleteAudience")), "response.status"),
    "an audience is never found": ("batch", _UPDATE, _always(404, _UPDATE), "case.accepted"),
    "no file is taken": ("commbox", _PUT, _always(400, _PUT), "case.accepted"),
    "all have one id": ("commbox", _POST, _ONE_ID, "run.unique"),
    "names are cut": ("adobe", _ADOBE, _CUT, "run.echo"),
    "no credential is malformed": ("batch", _LIST, _unauthorised(400, ""), "response.status"),
    "so is a wrong one": ("batch", _LIST, _unauthorised(400, "Bearer contract-check-nobody"), "response.status"),
    "one token for all changes of an audience": ("batch", _UPDATE, _token_of(_name), "run.unique"),
    "maintenance for long ids": ("batch", _UPDATE, _with(503, _is_longer(40)), "response.failure"),
    "any grant will do": ("adobe_ims", _TOKEN, _without_type, "case.refused"),
    "any column will do": ("commbox", _POST, _taken_files, "case.refused"),
    "a type is shown as it was sent": ("batch", f"{_CREATE}, {_LIST}", _TYPE, "response.body"),
    "an id is very short": ("batch", _UPDATE, _with(400, _is_longer(40)), "case.accepted"),
    "a page is twice as long as it may be": ("batch", f"{_CREATE}, {_LIST}", _first_page, "run.pages"),
    "times are those of a place": ("batch", f"{_CREATE}, {_LIST}", _ZONE, "response.body"),
    "times are none": ("commbox", _POST, _noon, "response.body"),
    "a list is empty": ("commbox", f"{_POST}, Get_Audiences", _EMPTY, "run.pages"),
}


@pytest.mark.parametrize(
    ("key", "operations", "act", "rule"),
    [one if number % 3 == 0 else long(*one) for number, one in enumerate(MISTAKES.values())],
    ids=MISTAKES,
)
def test_a_mistake_of_the_same_place_is_found(key: str, operations: str, act: Act, rule: str) -> None:
    others = {"stop_first": True, "accepted": lambda one: one.rule != rule}
    report = _judged(key, act, operations=operations.split(", "), requests=230, patience=0.1, **others)
    assert rule in {one.rule for one in report.counted}


def _casts(turn: Turn) -> Response:
    """A number is taken for a name."""
    return takes_as(body(lambda data: re.sub(rb'("name": )([\d.]+)', rb'\1"\2"', data)))(turn)


def test_a_wrong_name_that_was_taken_counts_though_the_server_has_it_from_then_on() -> None:
    once = _with(400, lambda turn: turn.operation.id == _CREATE and _knows(turn))
    report = _judged("batch", _all((once, _casts)), operations=[_CREATE], requests=230, patience=0.1)
    assert [one.message for one in report.counted] == ['took {"name": 7}: 202 (name must be a string; create.md)']


def test_a_wrong_text_is_one_finding_though_operations_have_it_in_several_lengths() -> None:
    def act(turn: Turn) -> Response:
        text = b"now" * len(turn.operation.id)
        return replace(answer := turn.answer(), body=re.sub(rb'(response_time": ")[^"]*', rb"\1" + text, answer.body))

    report = _judged("commbox", act, requests=40, patience=0.1)
    assert [one.place for one in report.counted] == ["body /response_time"]
