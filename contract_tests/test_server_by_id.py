"""Judging servers whose operations have an audience's id in their path: Adobe's and CommBox's."""

import re
from typing import Any

import pytest

from audience_contract import Response, load
from audience_contract.faults import Fault, Turn
from audience_contract.faults.acts import as_json, on_success, takes_as
from audience_contract.mock import MockServer, Settings
from audience_contract.mock.credentials import TOKEN
from audience_contract.mock.state import Record
from audience_contract.report import Report, Verdict
from audience_contract.security import bearer
from audience_contract.server import Options, run
from judged import judge, target
from wire import header

_PUT, _LIST, _GET = "PUT /Audiences/{AUDIENCE_ID}", "listAudiences", "getAudience"


def _found(report: Report) -> set[tuple[str, str]]:
    return {(operation, finding.rule) for finding in report.findings for operation in finding.operations}


def _judged(key: str, operation: str, act: Any, *others: str) -> Report:
    return judge(
        MockServer(fault=Fault(f"{key}.test", "It is wrong.", (), act, operation=operation)),
        key,
        requests=60,
        operations=[operation, *others],
    )


# Whatever the documents leave open is right either way.
@pytest.mark.parametrize(
    ("key", "settings"),
    [
        pytest.param("commbox", Settings(), marks=pytest.mark.long),
        ("commbox", Settings(zones=False, newest_first=True, indexing=3600)),
        pytest.param("adobe", Settings(), marks=pytest.mark.long),
        ("adobe", Settings(metadata_found=False)),
        pytest.param(
            "adobe",
            Settings(system_id=False, next_as_text=True, newest_first=True, inactive=True),
            marks=pytest.mark.long,
        ),
    ],
    ids=["commbox", "commbox otherwise", "adobe", "without metadata", "without the system's id"],
)
def test_a_right_server_has_no_finding_and_is_tried_in_every_operation(key: str, settings: Settings) -> None:
    report = judge(MockServer(settings=settings), key, requests=60)
    assert report.findings == ()
    assert {one.operation for one in report.tried} == {each.id for each in load(key).operations}
    assert report.verdict is Verdict.KEPT


def test_a_replacement_that_no_audience_can_have_is_a_finding() -> None:
    report = _judged("commbox", _PUT, lambda turn: turn.answer() if turn.refused() else turn.error(404))
    assert (report.verdict, {operation for operation, _ in _found(report)}) == (Verdict.VIOLATED, {_PUT})
    assert (_PUT, "case.accepted") in _found(report)


def test_a_replacement_that_finds_an_audience_that_never_was_there_is_a_finding() -> None:
    seen: list[Response] = []

    def act(turn: Turn) -> Response:
        answer = turn.answer()
        seen.extend([answer] if answer.status == 200 else [])
        return seen[-1] if answer.status == 404 and seen else answer

    assert (_PUT, "case.refused") in _found(_judged("commbox", _PUT, act))


def test_a_replacement_of_another_audience_than_that_in_the_path_is_a_finding() -> None:
    act = on_success(as_json(lambda value: {**value, "data": {"id": "1"}}))
    assert _found(_judged("commbox", _PUT, act)) == {(_PUT, "run.echo")}


def test_a_replacement_that_takes_any_file_or_any_token_is_a_finding() -> None:
    def takes_any_file(turn: Turn) -> Response:
        answer = turn.answer()
        is_file = answer.status == 400 and not turn.refused()
        return Response(200, answer.headers, b'{"status": 200, "data": {}}') if is_file else answer

    assert (_PUT, "case.refused") in _found(_judged("commbox", _PUT, takes_any_file))
    right = header("Authorization", f"Bearer {TOKEN}")
    admits = takes_as(right, lambda turn: bool(bearer(turn.header("authorization"))))
    assert _found(_judged("commbox", _PUT, admits)) == {(_PUT, "case.credential")}


def test_a_list_that_goes_back_to_its_first_page_is_a_finding() -> None:
    def endless(value: Any) -> Any:
        return {**value, "_page": {**value["_page"], "next": 1}}

    assert (_LIST, "run.pages") in _found(_judged("adobe", _LIST, on_success(as_json(endless)), "create_audience"))


def test_an_audience_with_another_id_than_that_in_the_path_is_a_finding() -> None:
    assert (_GET, "run.echo") in _found(
        _judged("adobe", _GET, on_success(as_json(lambda value: {**value, "id": "another"})))
    )


def test_what_was_there_before_is_neither_replaced_nor_deleted() -> None:
    for key in ("adobe", "commbox"):
        with MockServer() as server:
            old = [Record(key, "", f"n{number}", str(number), members={"1": {}}) for number in range(50)]
            for record in old:
                server._application.state.add(record)
            run(target(server, key), Options(requests=60))
            named = [re.search("/[Aa]udiences/(.*)", kept.request.target) for kept in server.exchanges]
            changed = {each[1] for each in named if each}
            assert (len(changed) > 5, changed & {record.id for record in old}) == (True, set())
            assert [record for record in server.audiences if record in old] == old
            assert all(record.members == {"1": {}} for record in old)
