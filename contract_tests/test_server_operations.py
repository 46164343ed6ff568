"""Judging a server of several operations: each as much as the others, and what is not the run's is left alone."""

import asyncio
import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_contract import Request, Response, load
from audience_contract.facts import Effect
from audience_contract.faults import Fault, Turn
from audience_contract.faults.acts import as_json, json_body, on_success, refuses, takes_as
from audience_contract.mock import MockServer, Settings
from audience_contract.mock.credentials import TOKEN
from audience_contract.mock.provider import facts_of
from audience_contract.mock.state import Record
from audience_contract.report import SEEN_ONCE, Report, Verdict
from audience_contract.server import Options, run
from audience_contract.server.audiences import Audiences
from judged import AtRequest, created, judge, target
from long import long
from wire import header

BATCH = {operation.id: operation for operation in load("batch").operations}
_REMOVE, _VIEW, _CREATE = "audience_remove", "audience_view", "audience_create"
_LIST, _CHANGES = "audience_list", ("audience_update", "audience_replace")
# Those whose audience's id is in their path.
_PUT, _GET = "PUT /Audiences/{AUDIENCE_ID}", "getAudience"


def _found(report: Report) -> set[tuple[str, str]]:
    found = [one for one in report.findings if one not in report.groups[SEEN_ONCE]]
    return {(operation, finding.rule) for finding in found for operation in finding.operations}


def _playing(operation: str, act: Any, key: str = "batch", settings: Settings | None = None) -> MockServer:
    return MockServer(fault=Fault(f"{key}.test", "It is wrong.", (), act, operation=operation), settings=settings)


def _judged(operation: str, act: Any, *others: str, key: str = "batch", requests: int = 60) -> Report:
    """What is found where one operation is wrong, which is judged alone or with others."""
    return judge(_playing(operation, act, key), key, requests=requests, operations=[operation, *others])


_STRICT = Settings(same_name_accepted=False, removed_name_accepted=False, empty_accepted=False, limit_accepted=True)


# Whatever the documents leave open is right either way.
@pytest.mark.parametrize(
    "settings",
    [
        long(Settings(indexing=3600, unknown_token_accepted=False, unknown_cursor_accepted=True)),
        Settings(
            indexing=0.3, shown_while_indexing=False, removed_at_once=False, absent_accepted=True, newest_first=True
        ),
        long(_STRICT),
    ],
    ids=["in progress for long", "late", "strict"],
)
def test_a_right_server_of_several_operations_has_no_finding(settings: Settings) -> None:
    # Changes take long; a server as it usually is, is judged in all operations below.
    named = [_CREATE, _VIEW, _LIST, _REMOVE, *(_CHANGES[:1] if settings == _STRICT else [])]
    report = judge(MockServer(settings=settings), "batch", requests=60, operations=named)
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    assert {one.operation for one in report.tried} == {*named}


@pytest.mark.long
def test_an_audience_that_was_only_accepted_may_be_found_later_than_the_check_waits() -> None:
    later = MockServer(settings=Settings(indexing=0.8, shown_while_indexing=False))
    report = judge(later, "batch", requests=50, operations=[_CREATE, _VIEW], patience=0.05, rate=50)
    assert (report.counted, report.verdict is Verdict.VIOLATED) == ([], False)


def test_an_audience_that_is_not_found_although_others_are_found_as_soon_is_a_finding() -> None:
    def sometimes(turn: Turn) -> Response:
        return turn.error(404) if turn.number % 2 and not turn.refused() else turn.answer()

    found = judge(_playing(_VIEW, sometimes), "batch", requests=40, operations=[_CREATE, _VIEW], patience=0.1)
    assert [(one.rule, one.statuses) for one in found.counted] == [("case.accepted", (404,))]


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        long("commbox", Settings()),
        ("commbox", Settings(zones=False, newest_first=True, indexing=3600)),
        long("adobe", Settings()),
        ("adobe", Settings(metadata_found=False, next_as_text=True)),
        long(
            "adobe",
            Settings(system_id=False, newest_first=True, inactive=True),
        ),
    ],
    ids=["commbox", "commbox otherwise", "adobe", "without metadata", "without the system's id"],
)
def test_so_has_one_with_ids_which_keeps_what_was_there_before(key: str, settings: Settings) -> None:
    with MockServer(settings=settings) as server:
        old = [Record(key, "", f"n{number}", str(number), members={"1": {}}) for number in range(50)]
        for record in old:
            server._application.state.add(record)
        report = run(target(server, key), Options(requests=60, patience=0.5))
        named = [re.search("/[Aa]udiences/(.*)", kept.request.target) for kept in server.exchanges]
        changed = {each[1] for each in named if each}
        assert (len(changed) > 5, changed & {record.id for record in old}) == (True, set())
        assert [record for record in server.audiences if record in old] == old
        assert all(record.members == {"1": {}} for record in old)
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    assert {one.operation for one in report.tried} == {each.id for each in load(key).operations}


def test_an_operation_that_is_not_served_is_not_judged_unless_it_is_named() -> None:
    def lacks(status: int, *headers: tuple[str, str]) -> Any:
        return lambda turn: replace(turn.error(status), headers=(*turn.error(status).headers, *headers))

    for status in (404, 501):
        report = judge(_playing("Get_Audiences", lacks(status), "commbox"), "commbox", requests=30)
        assert (report.verdict, report.counted) == (Verdict.KEPT, [])
        assert f"not served: Get_Audiences; every valid request was answered {status}" in report.notes
        assert report.summary.startswith("kept, as far as seen: 2 of 3 operations had a success, 0 findings, ")
    assert _found(_judged(_VIEW, lacks(404))) >= {(_VIEW, "case.accepted")}
    # What the path has is another method.
    report = judge(_playing("Get_Audiences", lacks(405, ("allow", "DELETE")), "commbox"), "commbox", requests=30)
    assert ("Get_Audiences", "case.accepted") in _found(report)


def test_an_operation_that_refuses_what_is_incomplete_is_served_and_has_to_find_what_was_made() -> None:
    with _playing(_VIEW, lambda turn: turn.answer() if turn.refused() else turn.error(404)) as server:
        run(target(server, "batch"), Options(requests=10, keep=True, operations=[_CREATE]))
        report = run(target(server, "batch"), Options(requests=60, read_only=True, patience=0.5))
    assert (_VIEW, "case.accepted") in _found(report)


def test_a_named_operation_alone_is_judged() -> None:
    with MockServer(fault="batch.success-201") as server:
        report = run(target(server, "batch"), Options(requests=60, operations=[_VIEW]))
    assert {one.operation for one in report.tried if one.rule == "case.method"} == {_VIEW}
    assert report.findings == ()


@pytest.mark.parametrize("media", ["text/plain", *map(long, ("application/json", "application/merge-patch+json"))])
def test_what_was_removed_by_a_request_that_nobody_can_read_is_not_asked_for_again(media: str) -> None:
    """A remove in another media type, or in JSON that is none, is taken."""

    def act(turn: Turn) -> Response:
        names = re.findall(rb'"(contract-check-[^"]+)"', turn.request.body)
        if not names or not turn.header("authorization") or media not in turn.header("content-type"):
            return turn.answer()
        return turn.answer(
            json_body({"name": names[0].decode()})(header("Content-Type", "application/json")(turn.request))
        )

    found = {finding.rule for finding in _judged(_REMOVE, act, requests=100).findings}
    assert "case.accepted" not in found


def test_an_audience_that_exists_and_cannot_be_removed_is_a_finding() -> None:
    def act(turn: Turn) -> Response:
        exists = any(record.name == turn.text("name") for record in turn.correct.state.records)  # type: ignore[attr-defined]
        return turn.error(400) if exists and not turn.refused() else turn.answer()

    report = _judged(_REMOVE, act)
    assert report.verdict is Verdict.VIOLATED
    assert {operation for operation, _ in _found(report)} == {_REMOVE}
    assert (_REMOVE, "case.accepted") in _found(report)


def test_a_replacement_that_no_audience_can_have_or_that_takes_any_file_is_a_finding() -> None:
    def takes_any_file(turn: Turn) -> Response:
        answer = turn.answer()
        is_file = answer.status == 400 and not turn.refused()
        return Response(200, answer.headers, b'{"status": 200, "data": {}}') if is_file else answer

    found = _found(_judged(_PUT, lambda turn: turn.answer() if turn.refused() else turn.error(404), key="commbox"))
    assert ({operation for operation, _ in found}, (_PUT, "case.accepted") in found) == ({_PUT}, True)
    assert (_PUT, "case.refused") in _found(_judged(_PUT, takes_any_file, key="commbox"))


@pytest.mark.parametrize(
    ("key", "operation", "others"),
    [
        ("batch", _REMOVE, [_CREATE, _VIEW, _LIST]),
        long("batch", _LIST, [_CREATE, _VIEW, _REMOVE]),
        long("commbox", _PUT, []),
    ],
)
def test_an_operation_that_admits_anybody_is_named_among_those_that_do_not(
    key: str, operation: str, others: list[str]
) -> None:
    right = header("Authorization", f"Bearer {TOKEN}")
    act = takes_as(right, lambda turn: turn.header("authorization").lower().startswith("bearer "))
    report = _judged(operation, act, *others, key=key)
    assert report.verdict is Verdict.VIOLATED
    assert _found(report) == {(operation, "case.credential")}


@pytest.mark.parametrize(
    ("fault", "rule"),
    [long("batch.locked-out", "case.accepted"), ("batch.caseless-indexing-token", "run.unique")],
    ids=["right credentials refused after three wrong ones", "one token for names that differ in case only"],
)
@pytest.mark.parametrize("alone", [long(False), True], ids=["among all rules", "as the only rule"])
def test_what_only_requests_that_follow_each_other_show_is_a_finding(fault: str, rule: str, alone: bool) -> None:
    with MockServer(fault=fault) as server:
        report = run(target(server, "batch"), Options(operations=[_CREATE], rules=[rule] if alone else []))
    assert _found(report) == {(_CREATE, rule)}


# Each was not found once: the case that shows it was left out, or spent on something else.
_PLAYED = {
    "adobe.getaudience-auth-spaces": ("getAudience", "http.scheme"),
    "batch.list-limit-newline": (_LIST, "http.number"),
    "batch.view-name-refused-short": (_VIEW, "response.failure"),
    "commbox.auth-cached": ("Post_Audiences", "case.credential"),
}
_PLAYED_LONG = {
    "adobe.getaudience-headers-order": ("getAudience", "case.accepted"),
    "adobe.getaudience-x-api-key-in-other-header": ("getAudience", "case.credential"),
    "batch.list-from-refused-quote": (_LIST, "response.failure"),
    "batch.view-name-refused-underscore": (_VIEW, "response.failure"),
    "adobe.json-solidus": ("create_audience", "case.accepted"),
    "adobe.originname-refused-short": ("create_audience", "response.failure"),
    "batch.replace-name-array": ("audience_replace", "case.refused"),
}


@pytest.mark.parametrize(
    ("fault", "found"),
    [*_PLAYED.items(), *(long(*one) for one in _PLAYED_LONG.items())],
)
def test_a_fault_is_found_by_a_default_run_of_its_operation(fault: str, found: tuple[str, str]) -> None:
    report = judge(MockServer(fault=fault), fault.partition(".")[0], operations=found[:1], stop_first=True)
    assert found in _found(report)


def test_a_view_that_is_right_for_the_first_name_only_is_a_finding() -> None:
    first: list[str] = []

    def act(turn: Turn) -> Response:
        if not turn.refused():
            first.append(turn.request.target)
        return turn.error(404) if first and turn.request.target != first[0] else turn.answer()

    assert (_VIEW, "case.accepted") in _found(_judged(_VIEW, act))


@pytest.mark.parametrize("before", [long(1), 2], ids=["the page before", "an earlier page"])
def test_a_list_whose_cursor_comes_again_is_a_finding(before: int) -> None:
    given: list[str] = []

    def repeats(value: Any) -> Any:
        given.extend([value["next_from"]] if "next_from" in value else [])
        again = given[-before - 1 :][:1]
        return {**value, "has_more": True, "count": 99, "next_from": again[0]} if again else value

    report = _judged(_LIST, on_success(as_json(repeats)), _CREATE)
    assert _found(report) == {(_LIST, "run.pages")}


def test_what_pages_do_not_reach_because_the_list_grew_meanwhile_is_no_finding() -> None:
    new: list[str] = []

    def grows(value: Any) -> Any:
        if len(value["audiences"]) < 11 or new:
            return value
        new.extend(each["name"] for each in value["audiences"][:3])
        return {**value, "audiences": value["audiences"][3:], "count": value["count"] - 3}

    report = _judged(_LIST, on_success(as_json(grows)), _CREATE, requests=100)
    assert new
    assert "run.pages" not in {one.rule for one in report.findings}


def _without_first(value: Any) -> Any:
    """A page that a cursor was given for lacks the first of what it should have; the first page alone has a count."""
    return value if "count" in value else {**value, "audiences": value["audiences"][1:]}


def _twice(value: Any) -> Any:
    found = value["audiences"] * 2
    return {**value, "audiences": found, "count": 99 if value["has_more"] else len(found)}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        long(_twice, "run.pages"),
        (_without_first, "run.pages"),
        long(lambda value: {**value, "count": len(value["audiences"])} if "count" in value else value, "response.body"),
        (lambda value: {**value, "has_more": False}, "response.body"),
    ],
    ids=["more than was asked for", "one left out", "the count of a page", "no more"],
)
def test_a_list_that_contradicts_what_was_asked_or_itself_is_a_finding(change: Any, rule: str) -> None:
    report = _judged(_LIST, on_success(as_json(change)), _CREATE)
    assert _found(report) == {(_LIST, rule)}


def test_a_list_whose_last_page_is_full_and_says_that_more_follows_is_a_finding() -> None:
    def act(turn: Turn) -> Response:
        limit = turn.request.target.partition("limit=")[2].partition("&")[0]
        more = as_json(lambda value: {**value, "has_more": value["has_more"] or str(len(value["audiences"])) == limit})
        return on_success(more)(turn)

    assert _found(_judged(_LIST, act, _CREATE)) == {(_LIST, "response.body")}


@pytest.mark.parametrize("start", [long(0), 6], ids=["ignored", "one too far"])
def test_a_list_that_starts_elsewhere_than_it_is_asked_to_is_a_finding(start: int) -> None:
    act = takes_as(lambda request: replace(request, target=request.target.replace("&start=5", f"&start={start}")))
    operations = ["create_audience", "listAudiences"]
    report = judge(
        _playing("listAudiences", act, "adobe"), "adobe", requests=30, operations=operations, stop_first=True
    )
    assert ("listAudiences", "run.pages") in _found(report)


def test_a_number_that_is_taken_for_a_text_is_a_finding_though_each_name_is_taken_once() -> None:
    act = takes_as(
        lambda request: replace(request, body=re.sub(rb": (\d+|true|null)(?=[,}])", rb': "\1"', request.body))
    )
    fault = Fault("batch.test", "It makes a text of any value.", (), act)
    report = judge(MockServer(settings=_STRICT, fault=fault), "batch", requests=90, operations=[_CREATE, *_CHANGES])
    assert [one.rule for one in report.counted] == ["case.refused"]


@pytest.mark.long
def test_an_object_with_one_property_too_many_that_is_taken_is_a_finding() -> None:
    # The sixteenth is not seen.
    act = takes_as(lambda request: replace(request, body=re.sub(b', "checkx{15}": 1', b"", request.body)))
    report = judge(
        _playing("audience_update", act), "batch", requests=60, operations=["audience_create", "audience_update"]
    )
    assert [one.message for one in report.findings if "attributes must have at most 15" in one.message]


@pytest.mark.parametrize("operation", [_CHANGES[0], long(_CHANGES[1])])
@pytest.mark.long
def test_a_token_of_a_change_that_a_view_does_not_know_is_a_finding(operation: str) -> None:
    def act(turn: Turn) -> Response:
        token = turn.request.target.partition("&indexing_token=")[2]
        changes = [each for record in turn.correct.state.records for each in record.changes[1:]]  # type: ignore[attr-defined]
        unknown = {each.token for each in changes if each.replaces is (operation == _CHANGES[1])}
        return turn.answer() if turn.refused() or token not in unknown else turn.error(400)

    report = _judged(_VIEW, act, operation)
    assert [finding.message for finding in report.findings if f"by what {operation} answered" in finding.message]


def _first_only(turn: Turn) -> Response:
    """Of the actions in one body, only the first is carried out."""
    return turn.answer() if turn.refused() else _about(turn, turn.fields["ids"][:1])


def _adding(turn: Turn) -> Response:
    """Whoever was in before stays."""
    if turn.refused():
        return turn.answer()
    known = turn.memory.setdefault(turn.text("name"), [])
    known += turn.fields["ids"]
    return _about(turn, known[-100:])


def _about(turn: Turn, ids: list[Any]) -> Response:
    return turn.answer(json_body({**turn.fields, "ids": ids})(turn.request))


_ONE_MORE = on_success(as_json(lambda value: {**value, "nb_ids": value["nb_ids"] + 1}))


@pytest.mark.parametrize(
    ("operation", "wrong", "act"),
    [
        long("audience_update", "audience_update", _first_only),
        ("audience_replace", "audience_replace", _adding),
        long("audience_update", _VIEW, _ONE_MORE),
    ],
    ids=["the first action for an id counts", "a replacement adds", "a read counts one too many"],
)
def test_more_members_than_the_changes_left_are_a_finding(operation: str, wrong: str, act: Any) -> None:
    playing = _playing(wrong, act, settings=Settings(indexing=0.3))
    report = judge(playing, "batch", requests=80, operations=[_VIEW, operation], stop_first=True)
    assert "run.members" in [one.rule for one in report.counted if operation in one.operations]


_JSON = (("content-type", "application/json"),)


def _keeps(turn: Turn) -> Response:
    """Nothing is removed, whatever the answer says: a token is that of what came before. Each read is an update."""
    if turn.operation.id == _GET:
        return on_success(as_json(lambda value: {**value, "updateEpoch": turn.number}))(turn)
    if turn.operation.id not in ("deleteAudience", _REMOVE):
        return turn.answer()
    if turn.refused() or turn.operation.method == "DELETE":
        return turn.answer() if turn.refused() else Response(204, ())
    records = turn.correct.state.records  # type: ignore[attr-defined]
    tokens = (each.changes[-1].token for each in records if each.name == turn.text("name"))
    return next(
        (Response(202, _JSON, json.dumps({"indexing_token": token}).encode()) for token in tokens), turn.error(400)
    )


@pytest.mark.parametrize(
    ("key", "removing", "reading"),
    [("adobe", "deleteAudience", _GET), long("batch", _REMOVE, _VIEW)],
    ids=["at once", "later"],
)
def test_an_audience_that_is_shown_as_before_after_its_removal_is_a_finding(
    key: str, removing: str, reading: str
) -> None:
    report = judge(_playing("", _keeps, key), key, requests=80, patience=0.1)
    assert {removing, reading} <= {
        each for one in report.counted if one.rule == "run.removed" for each in one.operations
    }


def test_a_view_that_takes_a_name_for_an_older_one_in_other_case_is_a_finding() -> None:
    def older(turn: Turn) -> Response:
        def found(target: str) -> str:
            names = [record.name for record in turn.correct.state.records]  # type: ignore[attr-defined]
            asked = parse_qs(target.partition("?")[2]).get("name", [""])[0]
            return target.replace(asked, next((name for name in names if name.lower() == asked.lower()), asked))

        return turn.answer(replace(turn.request, target=found(turn.request.target)))

    strict = Settings(unknown_token_accepted=False)
    report = judge(_playing(_VIEW, older, settings=strict), "batch", operations=[_VIEW], requests=200)
    assert [one.inputs for one in report.counted if one.rule == "case.accepted"] == [
        ("a name like another but for case",)
    ]


def _listing(change: Any) -> Any:
    """A list of CommBox that shows other audiences than there are."""
    return on_success(as_json(lambda value: {**value, "data": change(value["data"])}))


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (lambda name: name[:20], ["run.echo"]),
        (lambda name: name.encode("ascii", "ignore").decode(), ["run.echo"]),
        (lambda name: re.sub("[^-\\w]+", " ", name).strip(), []),
    ],
    ids=["cut", "without letters that are not ASCII", "without signs and white space"],
)
@pytest.mark.long
def test_an_audience_that_a_list_has_by_another_name_is_a_finding(named: Any, found: list[str]) -> None:
    act = _listing(lambda data: [{**one, "name": named(one["name"])} for one in data])
    report = judge(_playing("Get_Audiences", act, "commbox"), "commbox", requests=120)
    assert [one.rule for one in report.counted if "Get_Audiences" in one.operations] == found


def test_a_text_beside_the_name_that_a_list_has_in_another_encoding_is_a_finding() -> None:
    def other(one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "display_name": one.get("display_name", "").encode().decode("latin-1")}

    act = on_success(as_json(lambda value: {**value, "audiences": list(map(other, value["audiences"]))}))
    report = judge(_playing(_LIST, act), "batch", operations=[_CREATE, _LIST], requests=200)
    assert (_LIST, "run.echo") in _found(report)


@pytest.mark.parametrize(
    "change", [long(lambda data: data[:10]), lambda data: data[-10:]], ids=["the first ten", "the last ten"]
)
def test_a_list_of_all_audiences_that_lacks_some_is_a_finding(change: Any) -> None:
    report = judge(_playing("Get_Audiences", _listing(change), "commbox"), "commbox", requests=30, patience=0.01)
    assert [(one.rule, one.operations) for one in report.counted] == [("run.pages", ("Get_Audiences",))]


@pytest.mark.long
def test_another_way_to_say_true_and_a_text_that_some_languages_take_for_nothing_are_tried() -> None:
    says_one = takes_as(lambda request: replace(request, target=request.target.replace("MetaOnly=1", "MetaOnly=true")))
    assert _found(_judged("create_audience", says_one, key="adobe", requests=200)) == {
        ("create_audience", "case.refused")
    }
    act = refuses(lambda turn: any(each["id"] == "0" for each in turn.fields["ids"]))
    assert _found(_judged(_CHANGES[0], act, requests=200)) == {(_CHANGES[0], "case.accepted")}


@pytest.mark.long
def test_a_name_that_should_have_been_refused_is_no_finding_of_the_list_as_well() -> None:
    """What is no text becomes one, and the list shows that."""

    def act(turn: Turn) -> Response:
        with suppress(ValueError):
            asked = json.loads(turn.request.body)
            if isinstance(asked, dict) and not isinstance(asked.get("name", ""), str):
                return turn.answer(json_body({**asked, "name": str(asked["name"])})(turn.request))
        return turn.answer()

    server = _playing("create_audience", act, "adobe", Settings(newest_first=True))
    report = judge(server, "adobe", operations=["create_audience", "listAudiences"], requests=100)
    assert _found(report) == {("create_audience", "case.refused")}


def test_a_list_that_counts_a_file_with_its_heading_and_shows_new_audiences_late_is_a_finding() -> None:
    known = set[str]()

    def late(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
        found = [{**one, "user_count": one["user_count"] + 1} for one in data if one["id"] in known]
        known.update(one["id"] for one in data)
        return found

    act = _listing(late)
    report = judge(_playing("Get_Audiences", act, "commbox"), "commbox", requests=30, patience=0.01)
    assert "run.members" in [one.rule for one in report.counted]


def test_a_file_that_is_added_to_an_audience_instead_of_replacing_it_is_a_finding() -> None:
    def adds(turn: Turn) -> Response:
        both = turn.request.body.replace(b"phone1\r\n", b"phone1\r\n442079832100\r\n447700900123\r\n", 1)
        return turn.answer() if turn.refused() else turn.answer(replace(turn.request, body=both))

    report = judge(_playing(_PUT, adds, "commbox"), "commbox", operations=[_PUT, "Get_Audiences"], stop_first=True)
    assert "run.members" in [one.rule for one in report.counted]


def test_a_name_that_stands_beside_a_new_file_and_renames_the_audience_is_a_finding() -> None:
    names = dict[str, str]()

    def renames(turn: Turn) -> Response:
        answer = turn.answer()
        if turn.request.method == "GET" and answer.is_success:
            data = [{**one, "name": names.get(one["id"], one["name"])} for one in json.loads(answer.body)["data"]]
            return as_json(lambda value: {**value, "data": data})(answer)
        if turn.request.method == "PUT" and answer.is_success and turn.text("name"):
            names[json.loads(answer.body)["data"]["id"]] = turn.text("name")
        return answer

    report = judge(_playing("", renames, "commbox"), "commbox", operations=[_PUT, "Get_Audiences"], stop_first=True)
    (found,) = report.counted
    assert (found.rule, found.operations) == ("run.echo", ("Get_Audiences", _PUT))
    assert [step.operation for step in found.story][-3:] == [_PUT, _PUT, "Get_Audiences"]


@pytest.mark.parametrize("operation", [_CHANGES[1], long(_CHANGES[0])])
@pytest.mark.parametrize(
    ("is_refused", "words"),
    [
        long(lambda ids: "date(" in str(ids), "(the page's sample)"),
        (lambda ids: len({each["id"] for each in ids}) < len(ids), "(the same item twice in ids)"),
    ],
    ids=["an attribute as in the page's sample", "one id twice"],
)
def test_a_body_of_documented_members_that_is_refused_is_a_finding(operation: str, is_refused: Any, words: str) -> None:
    def act(turn: Turn) -> Response:
        return turn.error(400) if not turn.refused() and is_refused(turn.fields["ids"]) else turn.answer()

    report = judge(_playing(operation, act), "batch", operations=[operation], stop_first=True)
    assert _found(report) == {(operation, "case.accepted")}
    assert words in report.findings[0].message


@pytest.mark.long
def test_a_list_that_goes_back_to_its_first_page_is_a_finding() -> None:
    act = on_success(as_json(lambda value: {**value, "_page": {**value["_page"], "next": 1}}))
    found = _found(_judged("listAudiences", act, "create_audience", key="adobe"))
    assert ("listAudiences", "run.pages") in found


def _of_page(**changed: Any) -> Any:
    return on_success(as_json(lambda value: {**value, "_page": {**value["_page"], **changed}}))


def _reads(old: str, new: str) -> Any:
    return takes_as(lambda request: replace(request, target=re.sub(old, new, request.target)))


@pytest.mark.parametrize(
    ("act", "rule"),
    [
        long(_of_page(pageSize=99), "response.body"),
        (_of_page(totalCount=0), "response.body"),
        long(_of_page(totalPages=0), "response.body"),
        long(_of_page(next=0), "response.body"),
        long(_reads("property=[^&]*", ""), "response.body"),
        long(_reads("sort=[^&]*", ""), "response.body"),
        long(_reads("name=[^&]*", ""), "response.body"),
        long(_reads("name=[^&]*", "name=other"), "run.pages"),
        (_reads("property=[^&]*", "property=name==other"), "run.pages"),
    ],
    ids=["page", "total", "pages", "next", "no property", "no order", "no name", "another name", "another property"],
)
def test_a_list_that_is_not_what_was_asked_for_or_miscounts_is_a_finding(act: Any, rule: str) -> None:
    operations = ["create_audience", "listAudiences"]
    report = judge(
        _playing("listAudiences", act, "adobe"), "adobe", requests=40, operations=operations, stop_first=True
    )
    assert _found(report) >= {("listAudiences", rule)}


def test_an_unknown_sandbox_may_be_not_found() -> None:
    missing = Response(404, (("content-type", "application/json"),), b"{}")
    report = _judged("listAudiences", lambda turn: turn.answer() if _is_known(turn) else missing, key="adobe")
    assert not _found(report)


def _is_known(turn: Turn) -> bool:
    return turn.header("x-sandbox-name") in ("mock-sandbox", "")


def test_a_cursor_that_was_given_and_is_refused_is_a_finding() -> None:
    def act(turn: Turn) -> Response:
        return turn.error(400) if "from=" in turn.request.target and not turn.refused() else turn.answer()

    assert (_LIST, "case.accepted") in _found(_judged(_LIST, act, _CREATE))


@pytest.mark.parametrize("operation", [_CHANGES[0], long(_CHANGES[1])])
def test_a_change_that_is_refused_for_all_but_the_first_audience_is_a_finding(operation: str) -> None:
    first: list[str] = []

    def act(turn: Turn) -> Response:
        right = not turn.refused()
        first.extend([turn.text("name")] if right else [])
        return turn.error(400) if right and turn.text("name") != first[0] else turn.answer()

    assert (operation, "case.accepted") in _found(_judged(operation, act))


@pytest.mark.long
def test_attributes_that_are_taken_with_a_removal_are_a_finding() -> None:
    def bare(turn: Turn) -> Response:
        members = turn.fields.get("ids") if not turn.refused() else None
        known = [{key: value for key, value in one.items() if key != "attributes"} for one in members or ()]
        return turn.answer(json_body({**turn.fields, "ids": known})(turn.request)) if members else turn.answer()

    (found,) = _judged(_CHANGES[0], bare).counted
    assert (found.rule, '"action": "remove"' in found.message) == ("case.refused", True)


@pytest.mark.parametrize(("key", "operation"), [("batch", _VIEW), long("commbox", _PUT)])
def test_an_operation_that_finds_what_was_never_made_is_a_finding(key: str, operation: str) -> None:
    seen: list[Response] = []

    def act(turn: Turn) -> Response:
        answer = turn.answer()
        seen.extend([answer] if answer.status == 200 else [])
        return seen[-1] if answer.status == 404 and seen else answer

    assert (operation, "case.refused") in _found(_judged(operation, act, key=key))


@pytest.mark.parametrize(
    ("key", "operation", "change"),
    [
        long("batch", _VIEW, {"name": "another"}),
        ("commbox", _PUT, {"data": {"id": "1"}}),
        long("adobe", _GET, {"id": "another"}),
    ],
)
def test_an_audience_that_was_asked_for_and_another_that_is_shown_are_a_finding(
    key: str, operation: str, change: dict[str, Any]
) -> None:
    act = on_success(as_json(lambda value: {**value, **change}))
    assert (operation, "run.echo") in _found(_judged(operation, act, key=key))


def test_every_operation_has_as_many_cases_of_credentials_and_methods_and_enough_answers() -> None:
    report = judge(MockServer(), "batch", requests=190)
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    tried = Counter[tuple[str, str]]()
    for each in report.tried:
        tried[each.rule, each.operation] += each.count
    for rule in ("case.credential", "case.method"):
        counts = [tried[rule, operation] for operation in BATCH]
        assert max(counts) <= 2 * min(counts), (rule, counts)
    # There is less that can be wrong in a request without a body.
    assert all(tried[rule, each] >= 50 for rule in ("response.status", "response.body") for each in BATCH)


# The documents say of a create what it answers; a server may add a body to none, and a list is JSON too.
@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b'[{"name": "a"}]')])
def test_an_answer_without_a_body_or_with_a_list_is_read(status: int, body: bytes) -> None:
    answer = Response(status, (("content-type", "application/json"),), body)
    report = _judged(_REMOVE, lambda turn: answer if not turn.refused() else turn.answer())
    assert {operation for operation, _ in _found(report)} == {_REMOVE}
    assert (_REMOVE, "response.status") in _found(report)


def test_only_what_creates_counts_as_created() -> None:
    with MockServer() as server:
        report = run(target(server, "batch"), Options(creates=25, requests=60, keep=True, operations=[_CREATE, _VIEW]))
        made = [kept for kept in server.exchanges if kept.operation == _CREATE and kept.response.status == 202]
        viewed = [kept for kept in server.exchanges if kept.operation == _VIEW and kept.response.status == 200]
        left = [(record.name, record.token) for record in server.audiences]
    assert report.findings == ()
    assert (len(made) <= 25, len(viewed) > 5) == (True, True)
    assert [(created.name, created.id) for created in report.created] == left


@pytest.mark.long
def test_a_clean_up_ends_where_a_server_finds_nothing_of_what_is_to_be_removed() -> None:
    for found in (True, False):
        report = judge(MockServer(settings=Settings(metadata_found=found)), "adobe", requests=25)
        assert report.findings == ()
        assert (report.phases["clean-up"] > 5, report.created == ()) == (found, found)


def test_read_only_judges_what_reads_and_sends_nothing_else() -> None:
    with MockServer() as server:
        report = run(target(server, "batch"), Options(read_only=True, requests=60))
        asked = [(kept.operation, kept.request.method) for kept in server.exchanges]
    # Nothing is there to be viewed.
    assert (report.verdict, report.findings) == (Verdict.INCONCLUSIVE, ())
    assert {operation for _, operation in report.untried} == {_VIEW}
    assert len(asked) == 120
    assert set(asked) == {(_VIEW, "GET"), (_LIST, "GET")}
    with MockServer(fault="batch.view-auth-optional") as server:
        report = run(target(server, "batch"), Options(read_only=True, requests=60))
    assert {operation for operation, _ in _found(report)} == {_VIEW}


@pytest.mark.parametrize(
    ("key", "fault"), [long("batch", "batch.view-answer-nb-ids-type"), ("adobe", "adobe.getaudience-answer-empty")]
)
def test_read_only_asks_about_what_a_list_shows(key: str, fault: str) -> None:
    for played, verdict in ((None, Verdict.KEPT), (fault, Verdict.VIOLATED)):
        with MockServer(fault=played) as server:
            run(target(server, key), Options(requests=10, keep=True, operations=[created(key)]))
            there = server.audiences
            report = run(target(server, key), Options(read_only=True, requests=60))
            assert (report.verdict, report.created, server.audiences) == (verdict, (), there)


_FOREIGN = [f"newsletter-{number}" for number in range(43)] + [
    "check",
    "AUDIENCE_NAME",
    "0",
    "7",
    "a",
    "true",
    "__proto__",
]


def _interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("operation", "requests"),
    [
        long(_REMOVE, None),
        (_CHANGES[0], 60),
        long(_REMOVE, 60),
        long(_CHANGES[0], None),
        long(_CHANGES[1], None),
    ],
)
def test_what_was_there_before_stays_there_at_a_server_that_takes_anything_for_a_name(
    operation: str, requests: int | None
) -> None:
    asked: list[str] = []

    def act(turn: Turn) -> Response:
        text = f"{turn.request.target} {turn.request.body.decode('latin-1')}"
        asked.extend(re.findall(r"(?i)name[\"\\]*\s*[:=][\s\[\"\\]*([\w-]+)", text))
        return turn.answer()

    with _playing(operation, act) as server:
        for name in _FOREIGN:
            server._application.state.add(Record("batch", _CREATE, name, fields={"name": name, "type": "emails"}))
        run(target(server, "batch"), Options(requests=requests, operations=[operation]), AtRequest(600, _interrupt))
        assert {record.name for record in server.audiences if len(record.changes) == 1} >= {*_FOREIGN}
    assert len(asked) > 20
    assert {*asked} & {*_FOREIGN} == set()


_GOOD = Request("POST", "/audiences/remove", (("Content-Type", "application/json"),), b"")


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "newsletter"}',
        b'{"name": "contract-check-1-1", "name": "newsletter"}',
        b'{"NAME": "newsletter"}',
        b'{"audience": [{"name": "newsletter"}]}',
        b'{"name": ["newsletter"]}',
        b'{"name": 7}',
        b'{"name": true}',
        b'"{\\"name\\": \\"newsletter\\"}"',
        b"name=newsletter",
        b"a=1&n%61me=newsletter",
        b"newsletter",
        b'{"name": "newsletter"',
        '{"name": "newsletter"}'.encode("utf-16"),
    ],
)
def test_no_request_leaves_that_a_server_could_remove_another_audience_for(body: bytes) -> None:
    audiences = Audiences(load("batch"), "1")
    assert not audiences.may_be_sent(replace(_GOOD, body=body))
    ours = body.replace(b"newsletter", b"contract-check-1-2")
    if ours != body:
        assert audiences.may_be_sent(replace(_GOOD, body=ours))
    assert audiences.may_be_sent(replace(_GOOD, target="/audiences/create", body=body))
    assert audiences.may_be_sent(replace(_GOOD, method="GET", target="/audiences/view?name=newsletter"))
    assert not audiences.may_be_sent(replace(_GOOD, method="PUT", body=body))


def test_no_name_of_another_leaves_in_a_query_or_a_form_either() -> None:
    audiences = Audiences(load("batch"), "1")
    assert not audiences.may_be_sent(replace(_GOOD, target="/audiences/remove?name=newsletter"))
    kind, start = "multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n'
    form = replace(_GOOD, headers=(("Content-Type", kind),), body=start + b"newsletter\r\n--x--\r\n")
    assert not audiences.may_be_sent(form)
    assert audiences.may_be_sent(replace(form, body=form.body.replace(b"newsletter", b"contract-check-1-2")))


def test_the_facts_tell_what_an_operation_does() -> None:
    effects = {name: facts_of(operation).effect for name, operation in BATCH.items()}
    assert effects == {
        _CREATE: Effect.CREATES,
        **dict.fromkeys((_VIEW, _LIST), Effect.READS),
        **dict.fromkeys(_CHANGES, Effect.CHANGES),
        _REMOVE: Effect.REMOVES,
    }


def test_the_clean_up_removes_several_audiences_at_once() -> None:
    two, flying = asyncio.Event(), set[int]()

    def together(app: ASGIApp) -> ASGIApp:
        async def around(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"].endswith("/remove"):
                flying.add(id(scope))
                if len(flying) == 2:
                    two.set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(two.wait(), 1)
            await app(scope, receive, send)
            flying.discard(id(scope))

        return around

    with MockServer(middleware=together) as server:
        run(target(server, "batch"), Options(requests=12, operations=[_CREATE], jobs=4, patience=0.5))
        left = server.audiences
    assert (two.is_set(), left) == (True, [])
