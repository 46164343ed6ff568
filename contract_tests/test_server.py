"""Judging a server, over real HTTP: when it is green, when it can't be told, and what a run may do to a server."""

import itertools
import json
import re
import time
from dataclasses import asdict, replace

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_contract import Request, Response, provider_keys
from audience_contract.faults import catalogue
from audience_contract.mock import MockServer, Settings
from audience_contract.report import Verdict
from audience_contract.server import Options, ProductionError, Target, run
from audience_contract.server.audiences import PREFIX, STARTS
from cases import KEYS
from judged import CLIENT, answering, created, judge, target
from long import long
from mistaken import changing

_CREATE = "audience_create"


# Each status at one of them; each at all is long.
@pytest.mark.parametrize(
    ("key", "status"),
    [
        pytest.param(key, status, marks=() if (number + at) % len(KEYS) == 0 else pytest.mark.long)
        for number, status in enumerate((301, 401, 403, 404, 429, 500, 503))
        for at, key in enumerate(KEYS)
    ],
)
def test_a_server_that_answers_everything_in_the_same_way_cannot_be_judged(key: str, status: int) -> None:
    report = judge(MockServer(middleware=answering(status)), key, patience=0.01)
    assert (report.verdict, report.verdict.exit_code, report.findings) == (Verdict.INCONCLUSIVE, 2, ())
    assert str(status) in report.ended


@pytest.mark.parametrize("key", provider_keys())
def test_a_server_that_is_another_one_is_not_judged(key: str) -> None:
    # Static files, for instance: there is nothing to post to, and nothing that PUT could replace.
    elsewhere = changing(lambda request: Response(405 if request.method == "PUT" else 404, ()))
    report = judge(MockServer(middleware=elsewhere), key)
    assert (report.verdict, report.findings) == (Verdict.INCONCLUSIVE, ())
    assert re.search("every request was answered 40[45]", report.ended)


@pytest.mark.parametrize("key", provider_keys())
def test_credentials_that_are_wrong_are_no_fault_of_the_server(key: str) -> None:
    with MockServer() as server:
        right = target(server, key)
        wrong = {place: "nobody" for place in right.settings if right.is_secret(place)}
        report = run(replace(right, settings={**right.settings, **wrong}))
    assert (report.verdict, report.findings) == (Verdict.INCONCLUSIVE, ())
    assert "are the credentials right?" in report.ended


@pytest.mark.parametrize("key", KEYS)
def test_without_a_server_nothing_can_be_told(key: str) -> None:
    with MockServer() as server:
        gone = target(server, key)
    report = run(gone)
    assert (report.verdict, report.findings) == (Verdict.INCONCLUSIVE, ())
    assert report.ended in report.unfinished
    assert "refused" in report.ended


def _dies_after(count: int) -> object:
    def around(app: ASGIApp) -> ASGIApp:
        seen = 0

        async def mortal(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal seen
            seen += 1
            if seen <= count:
                await app(scope, receive, send)
            else:
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})

        return mortal

    return around


def test_a_server_that_dies_on_the_way_is_told_and_left_alone() -> None:
    report = judge(MockServer(middleware=_dies_after(20)), "batch")  # type: ignore[arg-type]
    assert (report.verdict, report.ended) == (Verdict.VIOLATED, "the server stopped answering")
    assert {finding.rule for finding in report.findings} == {"response.message"}
    assert report.requests == 25


def test_a_success_of_an_undocumented_status_is_a_finding_whatever_its_body_is() -> None:
    report = judge(MockServer(middleware=answering(206, 400)), "adobe_ims", requests=60)
    assert "response.status" in {finding.rule for finding in report.counted}


def test_no_headline_has_a_part_of_a_credential_however_long_it_is() -> None:
    secret = "Zq7xW9vK2mPfL4tR8sBn3cYd6hJg5aQe1uTo0iXwZq8xW0vK3mPfL5tR9sBn"
    with MockServer(middleware=answering(206, 400)) as server:
        report = run(target(server, "adobe_ims", ADOBE_CLIENT_SECRET=secret), Options(requests=60))
    told = " ".join(finding.message for finding in report.findings)
    assert "${ADOBE_CLIENT_SECRET}"[-9:] in told
    assert not [part for at in range(len(secret) - 4) if (part := secret[at : at + 5]) in told]


def _busy(seconds: int) -> Response:
    headers = (("content-type", "application/json"), ("retry-after", str(seconds)))
    return Response(429, headers, b'{"error_code": "c", "error_message": "m"}')


def test_a_server_that_is_busy_for_a_moment_is_waited_for() -> None:
    count = itertools.count(1)
    busy = changing(lambda request: request if next(count) % 10 else _busy(0))
    report = judge(MockServer(middleware=busy), "batch", requests=60, operations=[_CREATE])
    assert (report.verdict, report.findings) == (Verdict.KEPT, ())
    assert any("429" in note for note in report.notes)


@pytest.mark.parametrize(
    "host",
    [
        "https://api.batch.com/2.10",
        "https://API.batch.com:443/2.10",
        "http://api.batch.com/2.10",
        "https://api.batch.com./2.10",
    ],
)
def test_a_provider_s_own_host_is_refused_unless_that_is_wanted(host: str) -> None:
    environment = {"BATCH_API_KEY": "k", "BATCH_PROJECT": "p"}
    with pytest.raises(ProductionError, match="--allow-production"):
        Target.of("batch", host, environment)
    assert Target.of("batch", host, environment, production=True).url == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example",
        "ftp://a",
        "http://",
        "http://u:p@127.0.0.1",
        "http://127.0.0.1/?a=b",
        "http://127.0.0.1:9/a b",
        "http://127.0.0.1:9/a\n",
        "http://127.0.0.1:9/\x7f",
        "http://127.0.0.1:9/{version}",
        "http://127.0.0.1:9/%zz",
        "http://127.0.0.1:9/ü",
        "http://127.0.0.1:9/./a",
        "http://127.0.0.1:9/a/..",
        "http://a b",
        "http://127.0.0.1/2.10?",
        "http://127.0.0.1#",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:x",
        "http://[::1",
    ],
)
def test_what_is_no_base_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match="the URL must") as caught:
        Target.of("batch", url, {"BATCH_API_KEY": "k", "BATCH_PROJECT": "p"})
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("http://h/core/ais", "http://h"),
        ("http://h/data/core/ais/", "http://h/data"),
        ("http://h/core", "http://h/core"),
        ("http://h", "http://h"),
    ],
)
def test_a_base_url_that_has_the_beginning_of_the_paths_is_read_without_it(given: str, read: str) -> None:
    with MockServer() as server:
        assert target(server, "adobe", given).url == read


def test_all_that_is_missing_in_the_environment_is_named_at_once() -> None:
    with pytest.raises(ValueError, match="set BATCH_API_KEY, BATCH_PROJECT in the environment"):
        Target.of("batch", "http://127.0.0.1", {})


@pytest.mark.parametrize(
    "value", ["secret-1\nX: y", "secret-1\r", " secret-1", "secret-1 ", "secret-1\x00", "sécret-1"]
)
def test_a_credential_that_no_header_can_carry_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ValueError, match=r"^BATCH_API_KEY: no header") as caught:
        Target.of("batch", "http://127.0.0.1", {"BATCH_API_KEY": value, "BATCH_PROJECT": "p"})
    assert "cret-1" not in str(caught.value)


@pytest.mark.parametrize("limit", [1, long(7)])
@pytest.mark.parametrize("fault", [None, "batch.name-space"])
def test_no_more_is_created_than_is_allowed(limit: int, fault: str | None) -> None:
    with MockServer(fault=fault) as server:
        report = run(target(server, "batch"), Options(creates=limit, requests=150, keep=True, operations=[_CREATE]))
        made = [one for one in server.exchanges if one.operation == "audience_create" and one.response.status == 202]
        assert 1 <= len(made) <= limit
        assert len(report.created) == len(server.audiences)


@pytest.mark.parametrize("key", [KEYS[-1], *map(long, KEYS[:-1])])
def test_what_may_be_created_is_enough_to_judge_the_refusals(key: str) -> None:
    with MockServer() as server:
        report = run(target(server, key), Options(creates=2, requests=100, keep=True, operations=[created(key)]))
        assert len(server.audiences) <= 2
    # What is valid is left out where it would create one too many, and named.
    assert (report.findings, 2 * len(report.untried) < report.planned) == ((), True)


def test_read_only_sends_nothing_where_nothing_only_reads() -> None:
    with MockServer() as server:
        report = run(target(server, "adobe_ims"), Options(read_only=True))
        assert (report.verdict, server.exchanges) == (Verdict.INCONCLUSIVE, [])
    assert "only reads" in report.ended


@pytest.mark.parametrize("accepted", [False, True])
def test_the_first_finding_that_ends_a_run_is_one_that_is_not_accepted(accepted: bool) -> None:
    with MockServer(fault="batch.answer-indexing-token-missing") as server:
        report = run(
            target(server, "batch"),
            Options(requests=60, stop_first=True, accepted=lambda _: accepted, operations=[_CREATE]),
        )
    assert report.findings
    assert ("first finding" in report.ended) is not accepted


@pytest.mark.parametrize("key", [KEYS[0], *map(long, KEYS[1:])])
def test_everything_created_is_listed_and_carries_the_prefix_where_it_fits(key: str) -> None:
    with MockServer() as server:
        report = run(target(server, key), Options(requests=200, keep=True, operations=[created(key)]))
        records = [(record.name or "", record.id or record.token) for record in server.audiences]
    assert [(found.name, found.id) for found in report.created] == records
    strangers = [name for name, _ in records if not any(start in name for start in STARTS)]
    # Shorter names are tried on this machine only, those of digits have a number of the run's own.
    assert all(len(name) < len(PREFIX) + 12 or name.removeprefix("1e").isdecimal() for name in strangers)


def test_a_rate_is_kept_to() -> None:
    begun = time.monotonic()
    with MockServer() as server:
        report = run(target(server, "adobe_ims"), Options(requests=30, rate=20))
    assert (report.requests, time.monotonic() - begun >= 29 / 20) == (30, True)


@pytest.mark.parametrize("key", [KEYS[-1], *map(long, KEYS[:-1])])
def test_no_credential_is_in_a_report(key: str) -> None:
    # A new provider may have no such fault.
    name = f"{key}.leaks-token"
    if name not in {fault.name for fault in catalogue(key)}:
        return
    with MockServer(fault=name) as server:
        secrets = target(server, key).secrets
        report = run(target(server, key), Options(requests=60, strict=True, operations=[created(key)]))
    assert report.verdict is Verdict.VIOLATED
    shown = json.dumps(asdict(report), default=lambda value: value.decode("latin-1"))
    assert [secret for secret in secrets if secret in shown] == []


# The run's id is in a name, or in the boundary of a form; a token is asked for without either.
@pytest.mark.parametrize("key", ["commbox", *(long(key) for key in provider_keys() if key != "commbox")])
def test_the_same_run_id_and_seed_send_the_same_and_find_the_same(key: str) -> None:
    def once(run_id: str) -> tuple[object, ...]:
        with MockServer() as server:
            report = run(target(server, key), Options(seed=7, run_id=run_id, requests=60, operations=[created(key)]))
            # An Excel file has the time in it.
            bodies = [re.sub(b"PK.*", b"", kept.request.body, flags=re.DOTALL) for kept in server.exchanges]
        return report.phases, report.tried, bodies

    first = once("one")
    assert (first == once("one"), first == once("two")) == (True, key == "adobe_ims")


def test_a_second_run_against_the_same_server_finds_the_same_as_the_first() -> None:
    with MockServer(settings=Settings(same_name_accepted=False)) as server:
        first, second = (
            run(target(server, "batch"), Options(requests=40, keep=True, operations=[_CREATE])) for _ in range(2)
        )
        names = [record.name for record in server.audiences]
    assert (first.findings, second.findings) == ((), ())
    assert first.run_id != second.run_id
    assert len({*names}) == len(names)


@pytest.mark.parametrize("run_id", ["Ab", "a-b", "a" * 17, " "])
def test_a_run_id_that_no_name_can_have_is_refused(run_id: str) -> None:
    with pytest.raises(ValueError, match="a run id has 1 to 16 small letters and digits"):
        Options(run_id=run_id)


def test_what_a_server_made_of_a_body_that_cannot_be_read_is_listed_by_its_name() -> None:
    with MockServer(fault="batch.json-utf-16") as server:
        report = run(target(server, "batch"), Options(keep=True, operations=[_CREATE]))
        left = [record.name for record in server.audiences]
    assert {*left} <= {found.name for found in report.created}


@pytest.mark.parametrize("keep", [False, True])
def test_what_was_created_is_removed_unless_it_is_to_be_kept_and_what_is_left_is_listed(keep: bool) -> None:
    with MockServer() as server:
        report = run(target(server, "batch"), Options(requests=60, keep=keep, operations=[_CREATE]))
        left = [record.name for record in server.audiences]
        made = sum(kept.operation == "audience_create" and kept.response.status == 202 for kept in server.exchanges)
    assert [found.name for found in report.created] == left
    # A name without the run's mark may be somebody else's, too.
    assert (len(left) > 10) is keep
    assert made > 20


def test_a_run_under_limits_that_tried_each_rule_once_is_finished() -> None:
    with MockServer() as server:
        report = run(target(server, "batch"), Options(requests=60, creates=20, operations=[_CREATE]))
        short = run(target(server, "batch"), Options(requests=12, operations=[_CREATE]))
    assert (report.untried, report.verdict) == ((), Verdict.KEPT)
    assert (len(short.untried) > 5, short.verdict) == (True, Verdict.INCONCLUSIVE)


def test_a_rate_limit_is_waited_for_as_it_asks_and_the_contract_judged_to_the_end() -> None:
    taken: list[float] = []
    most = 40

    def limited(request: Request) -> Request | Response:
        now = time.monotonic()
        if sum(now - moment < 1 for moment in taken) >= most:
            return _busy(1)
        taken.append(now)
        return request

    report = judge(MockServer(middleware=changing(limited)), "adobe_ims", requests=100, patience=60)
    assert (report.verdict, report.requests >= 100) == (Verdict.KEPT, True)
    most = 3
    hurried = judge(MockServer(middleware=changing(limited)), "adobe_ims", seconds=0.8)
    assert (hurried.verdict, hurried.untried != ()) == (Verdict.INCONCLUSIVE, True)


def test_the_client_s_credentials_of_a_token_endpoint_are_secrets_too() -> None:
    with MockServer() as server:
        found = target(server, "adobe_ims")
    assert set(found.secrets) == {CLIENT["ADOBE_CLIENT_ID"], CLIENT["ADOBE_CLIENT_SECRET"]}
    assert not any(secret in repr(found) for secret in found.secrets)
