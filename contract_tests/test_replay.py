"""What a report says was sent is what was sent, and is sent again: by curl, or by replay."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from audience_contract import Request, Response, provider_keys, reports
from audience_contract._command import app
from audience_contract.documents import read
from audience_contract.faults import catalogue, find
from audience_contract.faults.acts import as_json, on_success, refuses, with_status
from audience_contract.faults.fault import Act, Fault, Turn
from audience_contract.mock import MockServer
from audience_contract.report import SEEN_ONCE, Finding, Report, Verdict
from audience_contract.reports.data import FORMAT
from audience_contract.rules import Weight
from audience_contract.server import Options, Target, replay, run, story
from audience_contract.server.audiences import PREFIX
from judged import CLIENT, target
from long import long
from mistaken import DOCUMENTS, Mistake, check, in_answer
from mistaken import target as document_target

_RUN = "abcdefgh"
_PUT = "PUT /Audiences/{AUDIENCE_ID}"


def judged(fault: str, **options: Any) -> tuple[Report, dict[str, Any]]:
    """A run against a fault, and its JSON."""
    key = fault.partition(".")[0]
    with MockServer(fault=fault) as server:
        report = run(target(server, key), replace(Options(run_id=_RUN, patience=0.5), **options))
    return report, json.loads(reports.render(report, "json"))


def _of_each_family() -> Iterator[str]:
    """A fault of each family and provider."""
    for key in provider_keys():
        yield from {fault.family: fault.name for fault in reversed(catalogue(key)) if "slow" not in fault.name}.values()


# What fails now and then, or after something else, or only while another story is sent; and what has the run's id in
# other letters.
_HISTORY = [
    "batch.view-every-twentieth",
    long("batch.replace-lagging"),
    long("batch.auth-after-success"),
    long("commbox.audiences-locked-out"),
]
_SPELT = [long("batch.json-key-escapes"), "commbox.boundary-name-case"]


def _seen_again_until_it_is_mended(fault: str, **options: Any) -> None:
    _, document = judged(fault, operations=[find(fault).operation], requests=200, **options)
    assert document["findings"]
    for finding in (found for found in document["findings"] if found["weight"] != "not judged"):
        with MockServer(fault=fault) as server:
            assert replay(target(server, find(fault).provider), finding, document, Options(patience=0.5))[0]
        with MockServer() as server:
            mended = target(server, find(fault).provider)
            assert not replay(mended, finding, document, Options(patience=0.5))[0]
            assert not [each for each in server.audiences if f"-{_RUN}-" in str(each.name)]


# Of the faults by family, every fourth: the first quarter has one of each family. In the suite, their first findings.
@pytest.mark.parametrize(("quarter", "first"), [(0, True), *(long(number, False) for number in range(4))])
def test_every_finding_is_seen_again_by_its_story_and_not_once_it_is_mended(quarter: int, first: bool) -> None:
    for fault in sorted(_of_each_family(), key=lambda name: find(name).family)[quarter::4]:
        _seen_again_until_it_is_mended(fault, stop_first=first)


@pytest.mark.parametrize("fault", [*_HISTORY, *_SPELT])
def test_so_is_one_that_shows_now_and_then_or_after_others_or_has_the_runs_id_in_other_letters(fault: str) -> None:
    _seen_again_until_it_is_mended(fault)


def test_of_a_run_that_only_read_nothing_is_created_to_see_a_finding_again() -> None:
    with MockServer(fault="adobe.getaudience-answer-empty") as server:
        asked = target(server, "adobe")
        run(asked, Options(requests=10, keep=True, operations=["create_audience"]))
        document = json.loads(reports.render(run(asked, Options(requests=60, read_only=True)), "json"))
        there = server.audiences
        (finding,) = document["findings"]
        assert replay(asked, finding, document)[0]
        assert server.audiences == there
    with MockServer() as server:
        mended = target(server, "adobe")
        run(mended, Options(requests=10, keep=True, operations=["create_audience"]))
        assert not replay(mended, finding, document)[0]


def test_an_id_of_a_story_is_replaced_in_the_target_and_not_in_the_version_of_http() -> None:
    sent = b"PUT /Audiences/1 HTTP/1.1\r\nHost: a\r\n\r\n"
    with MockServer() as server:
        made, _ = story.request(sent, target(server, "commbox"), "http://a", {}, {"1": "119"})
    assert made.target == "/Audiences/119"


def _failing(at: int) -> MockServer:
    """A server of which the right request of this number fails."""
    act = refuses(lambda turn: turn.number == at, 500)
    return MockServer(fault=Fault("batch.test", "It fails once.", (), act, operation="audience_create"))


def test_what_its_story_does_not_show_again_is_told_apart_and_does_not_count() -> None:
    with _failing(25) as server:
        report = run(target(server, "batch"), Options(run_id=_RUN, operations=["audience_create"], requests=60))
    assert (report.counted, report.verdict, len(report.groups[SEEN_ONCE])) == ([], Verdict.KEPT, 1)
    assert report.groups[SEEN_ONCE][0].evidence
    for form in reports.FORMATS:
        assert report.groups[SEEN_ONCE][0].key in reports.render(report, form).decode(), form


def test_what_was_taken_only_once_hides_no_answer_that_shows_it(tmp_path: Path) -> None:
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Shelf"}}}}
    answers = {"201": {"description": "made", **content}, "400": {"description": "refused"}}
    post = {"operationId": "make", "requestBody": {"required": True, **content}, "responses": answers}
    shelf = {"type": "object", "properties": {"size": {"type": "integer"}}, "required": ["size"]}
    file, left = tmp_path / "lenient-shelves.json", [b'"size":  7 ']
    document = {"openapi": "3.0.3", "paths": {"/shelves": {"post": post}}, "components": {"schemas": {"Shelf": shelf}}}
    file.write_text(json.dumps(document), "utf-8")

    def once(request: Request) -> Request:
        is_wrong = b'"size": "7"' in request.body
        return replace(request, body=request.body.replace(b'"size": "7"', left.pop())) if left and is_wrong else request

    report = check(file, Mistake("", "POST", once, in_answer(lambda _: {"size": "7"})))
    assert [one.rule for one in report.groups[SEEN_ONCE]] == ["case.refused"]
    assert [one.rule for one in report.counted] == ["response.body"]


@pytest.mark.long
def test_what_a_server_takes_only_because_of_the_request_before_does_not_count() -> None:
    report, _ = judged("batch.replace-lagging", operations=["audience_replace"], requests=250)
    taken = {"case.header", "case.method", "case.refused"}
    assert taken & {one.rule for one in report.counted} == set()
    assert taken & {one.rule for one in report.groups[SEEN_ONCE]} == taken


def _playing(act: Act, operation: str = "audience_create") -> MockServer:
    return MockServer(fault=Fault("batch.test", "It is wrong.", (), act, operation=operation))


def test_the_first_finding_that_ends_a_run_is_seen_again_by_its_story_before() -> None:
    options = Options(operations=["audience_create"], requests=100, stop_first=True)
    with _failing(25) as server:
        report = run(target(server, "batch"), options)
    assert (report.counted, report.ended) == ([], "ended at the limit of 100 requests")
    with _playing(refuses(lambda turn: turn.number == 30 or turn.number > 60, 500)) as server:
        report = run(target(server, "batch"), options)
    assert (len(report.counted), report.ended) == (1, "ended at the first finding")


@pytest.mark.long
def test_what_takes_many_audiences_of_the_run_is_seen_again_before_they_are_removed() -> None:
    def is_full(turn: Turn) -> bool:
        return len(turn.correct.state.records) > 30  # type: ignore[attr-defined]

    with _playing(on_success(with_status(201), is_full), "audience_list") as server:
        report = run(target(server, "batch"), Options(operations=["audience_create", "audience_list"], requests=150))
    # Once: each time makes one more audience.
    assert [(one.rule, one.replays) for one in report.counted] == [("response.status", 1)]


def test_a_name_that_is_taken_for_another_one_is_seen_again_with_that_one() -> None:
    def act(turn: Turn) -> Response:
        names = {record.name for record in turn.correct.state.records}  # type: ignore[attr-defined]
        is_taken = turn.text("name").lower() in {str(name).lower() for name in names} and turn.text("name") not in names
        return turn.error(400) if is_taken and not turn.refused() else turn.answer()

    with _playing(act) as server:
        report = run(target(server, "batch"), Options(operations=["audience_create"]))
    assert ([one.rule for one in report.counted], report.groups[SEEN_ONCE]) == (["case.accepted"], [])
    assert report.counted[0].inputs == ("a name like another but for case",)


def test_an_answer_about_the_newest_audience_is_seen_again_with_one_that_is_newer_than_that_asked_about() -> None:
    def act(turn: Turn) -> Response:
        newest = turn.correct.state.records[-1].id  # type: ignore[attr-defined]
        return on_success(as_json(lambda value: {**value, "data": {"id": newest}}))(turn)

    fault = Fault("commbox.test", "It answers with the newest id.", (), act, operation=_PUT)
    with MockServer(fault=fault) as server:
        report = run(target(server, "commbox"), Options(operations=["Post_Audiences", _PUT], requests=60))
    assert ([one.rule for one in report.counted], report.groups[SEEN_ONCE]) == (["run.echo"], [])


def test_what_a_change_has_left_is_seen_again_without_other_changes() -> None:
    changed: set[tuple[str, str]] = set()

    def act(turn: Turn) -> Response:
        if turn.operation.id == "audience_view":
            counted = {name for name, operation in changed if operation == "audience_replace"}
            more = as_json(lambda value: {**value, "nb_ids": value["nb_ids"] + (value["name"] in counted)})
            return on_success(more)(turn)
        changed.add((turn.text("name"), turn.operation.id))
        return turn.answer()

    named = ["audience_view", "audience_replace", "audience_update"]
    with _playing(act, "") as server:
        report = run(target(server, "batch"), Options(run_id=_RUN, operations=named, requests=60, patience=0.5))
    assert "run.members" in [one.rule for one in report.counted]
    again = {operation for name, operation in changed if name.startswith(PREFIX) and _RUN not in name}
    assert again == {"audience_create", "audience_replace", "audience_remove"}, "the last one cleans up"


@pytest.mark.long
def test_a_change_that_fails_for_what_is_there_only_is_seen_again_with_what_made_that() -> None:
    def act(turn: Turn) -> Response:
        is_there = turn.text("name") in {record.name for record in turn.correct.state.records}  # type: ignore[attr-defined]
        fails = is_there and not turn.refused() and turn.fields["ids"][0]["id"] == turn.fields["ids"][-1]["id"] == "b"
        return turn.error(500) if fails and len(turn.fields["ids"]) > 1 else turn.answer()

    with _playing(act, "audience_update") as server:
        report = run(target(server, "batch"), Options(operations=["audience_update", "audience_view"], requests=60))
    assert ([one.rule for one in report.counted], report.groups[SEEN_ONCE]) == (["response.failure"], [])


@pytest.mark.parametrize(
    ("status", "at", "counts"),
    [long(429, {25}, False), (429, {*range(20, 40, 3)}, True), long(500, {*range(20, 40, 3)}, False)],
    ids=["busy once", "busy often", "no busy server"],
)
def test_a_wrong_form_in_which_a_server_says_often_that_it_is_busy_counts(
    status: int, at: set[int], counts: bool
) -> None:
    said = Response(status, (("content-type", "text/plain"), ("retry-after", "0")), b"later")
    with _playing(lambda turn: said if turn.number in at else turn.answer()) as server:
        report = run(target(server, "batch"), Options(operations=["audience_create"], requests=60))
    assert (len(report.counted), len(report.groups[SEEN_ONCE])) == (1, 0) if counts else (0, 1)


def test_what_a_limit_leaves_no_request_for_counts_unconfirmed() -> None:
    fault = "batch.answer-indexing-token-missing"
    report, document = judged(fault, operations=["audience_create"], requests=60, creates=1)
    assert (len(report.counted), report.groups[SEEN_ONCE]) == (1, [])
    assert [note for note in document["notes"] if note.startswith("1 finding not sent again: ended at the limit")]


def test_what_is_sent_again_is_the_same_to_the_byte_but_for_the_runs_id() -> None:
    _, document = judged("adobe.chunked-refused", operations=["create_audience"], requests=100)
    (finding,) = document["findings"]
    shown = finding["evidence"][0]["request"]
    with MockServer(fault="adobe.chunked-refused") as server:
        made = target(server, "adobe")
        _, (seen,) = replay(made, finding, document)
    assert seen.sent
    new = re.search(rf"{PREFIX}([a-z]+)-", seen.sent.body.decode())
    assert new
    assert seen.sent.body.decode().replace(new[1], _RUN) == shown["body"]["text"]
    assert "\r\n0\r\n\r\n" in shown["body"]["text"]
    assert [name for name, _ in seen.sent.headers] == [header["name"] for header in shown["headers"]]


@pytest.mark.parametrize("key", ["batch", "adobe", "commbox", "adobe_ims"])
def test_no_report_has_a_credential_and_what_is_made_from_one_is_an_expression(key: str) -> None:
    canary = "Kryptos-7Qz9pW2xL"
    with MockServer() as server:
        plain = target(server, key)
        wrong = {place: f"{canary}{n}" for n, place in enumerate(plain.settings) if plain.is_secret(place)}
        made = replace(plain, settings={**plain.settings, **wrong})
        report = run(made, Options(requests=400))
    assert report.stopped
    for form in reports.FORMATS:
        text = reports.render(report, form).decode()
        for part in (canary, canary[:-1], canary[::-1], canary.swapcase()):
            assert part not in text, form


def test_the_command_says_whether_a_finding_still_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, document = judged("batch.display-name-type", operations=["audience_create"], requests=60)
    path = tmp_path / "report.json"
    reports.write(report, {"json": path})
    key = report.findings[0].key
    for fault, code, said in (("batch.display-name-type", 1, "still fails"), (None, 0, "does not fail any more")):
        with MockServer(fault=fault) as server:
            for name, value in {**server.environment(), **CLIENT}.items():
                monkeypatch.setenv(name, value)
            ended = CliRunner().invoke(app, ["replay", str(path), key[:8], "--url", server.base_url("batch")])
        assert (ended.exit_code, said in ended.output) == (code, True), ended.output
    assert document["run"] == _RUN
    ended = CliRunner().invoke(app, ["replay", str(path), "0" * 16])
    assert ended.exit_code == 2


def test_a_number_is_that_of_a_finding_on_the_screen_and_anything_else_how_a_key_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BATCH_API_KEY", "BATCH_PROJECT"):
        monkeypatch.setenv(name, "4711")
    weights = (Weight.ADVICE, Weight.NOT_JUDGED, Weight.VIOLATION, Weight.VIOLATION)
    found = [
        Finding("case.refused", "batch", f"/{n}", f"finding {n}", weight=weights[n % 4], count=n % 3 + 1)
        for n in range(20)
    ]
    report = Report("server", "http://127.0.0.1:9", "1", findings=found, run_id=_RUN)
    path, screen = tmp_path / "report.json", io.StringIO()
    reports.write(report, {"json": path})
    reports.terminal(report, Console(file=screen, width=100))
    summary = re.findall(r"^ ?(\d+) (finding \d+)$", screen.getvalue(), re.MULTILINE)
    assert {*summary} == {(str(number), one.message) for number, one in enumerate(report.counted, 1)}
    for typed, message in (*summary, *((one.key, one.message) for one in found)):
        ended = CliRunner().invoke(app, ["replay", str(path), typed])
        assert (ended.exit_code, ended.output.splitlines()[0]) == (2, message), ended.output
        assert "undecided: the report has no requests that show it" in ended.output


_STARTED = f'{{"format": {FORMAT}, "target": "http://127.0.0.1:9", '
_OF_NOBODY = _STARTED + '"findings": [{"key": "a", "provider": "nobody"}]}'
_DAMAGED = _STARTED + (
    '"run": "a", "tried": [], "findings": [{"key": "a", "rule": "response.body", '
    '"provider": "batch", "message": "", "replays": 1, "story": [{"operation": "", "sent": "AAAA", "answered": {}}]}]}'
)
"""A report in which what was sent cannot be unpacked."""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "REPORT: it is no report"),
        ("[" * 100_000, "REPORT: it is no report"),
        (_OF_NOBODY, "document with --spec"),
        (None, "REPORT: cannot read /proc/self/mem"),
        (_DAMAGED, "REPORT: it is no report"),
        (_OF_NOBODY.replace(f" {FORMAT},", " 99,"), "REPORT: it is no report of this version"),
    ],
)
def test_what_cannot_be_sent_again_is_refused_with_the_reason(
    content: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BATCH_API_KEY", "BATCH_PROJECT"):
        monkeypatch.setenv(name, "4711")
    path = tmp_path / "report.json" if content is not None else Path("/proc/self/mem")
    if content is not None:
        path.write_text(content, "utf-8")
    ended = CliRunner().invoke(app, ["replay", str(path), "a"])
    assert (ended.exit_code, said in " ".join(re.sub("[│╭╮╰╯─]", " ", ended.output).split())) == (2, True), ended.output


# A request that must be refused, one about an audience that the story makes, and a wrong form of a refusal.
@pytest.mark.parametrize(
    "fault", ["batch.display-name-type", "batch.view-every-twentieth", "commbox.boundary-name-case"]
)
def test_it_stays_undecided_where_a_server_is_another_one_or_wants_other_credentials(fault: str) -> None:
    _, document = judged(fault, operations=[find(fault).operation], requests=150)
    (finding,) = document["findings"]
    with MockServer() as server:
        right = target(server, find(fault).provider)
        wrong = {place: f"{text}x" if right.is_secret(place) else text for place, text in right.settings.items()}
        for asked, answer in ((replace(right, settings=wrong), 401), (replace(right, url=f"{right.url}/wrong"), 404)):
            with pytest.raises(story.StoryError, match=rf"^\w+: a valid request was answered {answer}$"):
                replay(asked, finding, document, Options(patience=0.5))


def test_so_it_does_where_the_answer_cannot_show_what_is_wrong_with_its_form() -> None:
    """A list without items now; an answer with another status."""
    act = on_success(as_json(lambda value: {**value, "data": [{**one, "type": 1} for one in value["data"]]}))
    fault = Fault("commbox.test", "Types are numbers.", (), act, operation="Get_Audiences")
    with MockServer(fault=fault) as server:
        asked = target(server, "commbox")
        run(asked, Options(requests=10, keep=True, operations=["Post_Audiences"]))
        report = run(asked, Options(requests=20, read_only=True, operations=["Get_Audiences"]))
        document = json.loads(reports.render(report, "json"))
        (finding,) = document["findings"]
        assert re.fullmatch("body /data/./type", finding["place"])
        assert replay(asked, finding, document)[0]
    for around, said in ((fault, "nothing in the list /data"), (None, "nothing in the list /data")):
        with MockServer(fault=around) as empty, pytest.raises(story.StoryError, match=said):
            replay(target(empty, "commbox"), finding, document, Options(patience=0.5))
    moved = {**finding, "statuses": [206]}
    with MockServer() as mended, pytest.raises(story.StoryError, match="answered 200, and it was 206"):
        replay(target(mended, "commbox"), moved, document, Options(patience=0.5))


def test_so_it_does_where_the_credential_of_a_document_is_not_given() -> None:
    library = DOCUMENTS / "library.json"
    report = check(library, Mistake("an array for an object", "GET .*/books$", after=in_answer(lambda value: [value])))
    document = json.loads(reports.render(report, "json"))
    assert document["findings"]
    with MockServer(keys=["library"]) as server:
        for finding in document["findings"]:
            assert not replay(document_target(read(library), server), finding, document, Options(patience=0.5))[0]
            with pytest.raises(story.StoryError, match="a valid request was answered 401"):
                replay(Target.of("library", server.base_url("library"), {}), finding, document, Options(patience=0.5))


def test_several_requests_at_once_find_what_one_after_the_other_finds() -> None:
    told = []
    for jobs in (1, 4):
        _, document = judged("adobe.accept-enum", jobs=jobs, operations=["create_audience"], requests=100)
        told.append([{**found, "evidence": [], "story": [], "longer": []} for found in document["findings"]])
    assert told[0] == told[1]
    assert told[0]


@pytest.mark.parametrize("fault", ["auth-in-query", *map(long, ("auth-prefix", "auth-case", "auth-longer"))])
def test_what_is_made_from_a_credential_is_an_expression_in_every_report(fault: str) -> None:
    with MockServer(fault=f"batch.{fault}") as server:
        made = target(server, "batch")
        report = run(made, Options(operations=["audience_create"], rules=["case.credential"]))
    right = made.settings["header Authorization"]
    assert report.findings
    for form in reports.FORMATS:
        text = reports.render(report, form).decode()
        assert "BATCH_API_KEY" in text, form
        for part in (right, right[:-1], right[::-1], right.swapcase()):
            assert part not in text, form
