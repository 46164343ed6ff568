"""The ledger: violations become findings, each broken rule once, and what was tried is counted."""

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import processes
from audience_contract import Request, check_request, provider_keys
from audience_contract.evidence import Redactor
from audience_contract.judging import Ledger, Observation
from audience_contract.messages import Response
from audience_contract.mock import MockServer
from audience_contract.report import KEPT_EVIDENCE
from audience_contract.rules import RULES, Weight
from audience_contract.violation import Violation
from judged import target
from wire import Change, answer, body, creating, credential, header, operation_of, query, rows, wire

RULE_OF_PLACE = {"header": "header", "query": "query", "body": "body", "part": "part", "content-type": "content-type"}


def seen(request: Request, **more: object) -> Observation:
    return Observation(f"https://example.test{request.target}", request, **more)  # type: ignore[arg-type]


def judged(key: str, *changes: Change, strict: bool = True) -> Ledger:
    ledger = Ledger(strict=strict)
    for change in changes:
        ledger.request(operation_of(key), seen(change(wire(key).GOOD)))
    return ledger


@pytest.mark.parametrize(("key", "change", "where", "pointer"), rows("BROKEN"))
def test_a_rule_that_is_broken_is_a_finding_under_the_name_of_its_place(
    key: str, change: Change, where: str, pointer: str
) -> None:
    found = judged(key, change).findings
    at = [(f.rule, f.pointer) for f in found if f.place.startswith(where)]
    rule = "credential" if "securitySchemes" in pointer else RULE_OF_PLACE[where.partition(" ")[0]]
    assert (f"request.{rule}", pointer) in at


@pytest.mark.parametrize(("key", "change", "where", "pointer"), rows("UNNAMED"))
def test_what_the_spec_does_not_name_is_a_violation_only_when_strict_and_else_advice(
    key: str, change: Change, where: str, pointer: str
) -> None:
    for strict, weight in ((True, Weight.VIOLATION), (False, Weight.ADVICE)):
        (found,) = judged(key, change, change, strict=strict).findings
        assert (found.rule, found.pointer, found.weight, found.count) == ("request.undocumented", pointer, weight, 2)
        assert where in found.message


@pytest.mark.parametrize("key", provider_keys())
@given(data=st.data())
@settings(max_examples=settings().max_examples * 3 // 10)  # of each
def test_each_finding_is_one_broken_rule_and_counts_every_request_that_shows_it(key: str, data: st.DataObject) -> None:
    module = wire(key)
    changes = data.draw(st.lists(st.sampled_from([row[0] for row in module.BROKEN]) | st.just(lambda r: r), max_size=8))
    ledger = judged(key, *changes)
    broken = [change(module.GOOD) for change in changes if check_request(operation_of(key), change(module.GOOD))]
    assert len({f.key for f in ledger.findings}) == len(ledger.findings)
    assert max((f.count for f in ledger.findings), default=0) <= len(broken) <= sum(f.count for f in ledger.findings)
    assert all(len(f.evidence) == min(f.count, KEPT_EVIDENCE) for f in ledger.findings)
    assert all(0 < one.count <= len(changes) for one in ledger.tried)
    assert {finding.rule for finding in ledger.findings} <= {one.rule for one in ledger.tried} <= RULES.keys()


def test_a_request_that_shows_a_fault_twice_counts_once() -> None:
    ledger = Ledger()
    twice = [Violation("body", "/0", "/rule", f"a string (characters: {length})") for length in (1, 2)]
    ledger.check("request.body", "batch", "audience_create", seen(wire("batch").GOOD), twice)
    assert [(finding.count, len(finding.evidence)) for finding in ledger.findings] == [(1, 1)]


def test_two_properties_that_are_missing_are_two_findings() -> None:
    places = {finding.place for finding in judged("batch", body("{}")).findings}
    assert places == {"body /name", "body /type"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (body("phone1", "phone"), "no column phone1"),
        (body("phone1\r\n", "phone1\r\n\xff".encode("latin-1")), "neither"),
    ],
)
def test_commbox_asks_in_prose_for_a_file_with_a_column_phone1(change: Change, said: str) -> None:
    (finding,) = judged("commbox", change).findings
    assert (finding.rule, finding.place) == ("request.prose", "part audience_file")
    assert said in finding.message
    schema = f"{operation_of('commbox').node.pointer}/requestBody/content/multipart~1form-data/schema"
    assert finding.pointer == f"{schema}/properties/audience_file/description"


def test_a_media_type_that_is_wrong_leaves_the_body_unjudged() -> None:
    ledger = judged("batch", header("Content-Type", "text/plain"))
    assert [found.rule for found in ledger.findings] == ["request.content-type"]
    assert "request.body" not in {one.rule for one in ledger.tried}


def test_a_fault_of_an_answer_is_kept_with_its_status_and_its_request() -> None:
    ledger = Ledger()
    for response in (answer(202, "application/json", "{}"), answer(401, "text/html", ""), answer(418, "", "")):
        exchange = seen(wire("batch").GOOD, response=response)
        ledger.response(operation_of("batch"), exchange, kind="valid")
    assert {(f.rule, f.place, f.inputs, f.statuses) for f in ledger.findings} == {
        ("response.status", "status", ("valid",), (418,)),
        ("response.content-type", "content-type", ("valid",), (401,)),
        ("response.body", "body /indexing_token", ("valid",), (202,)),
    }
    assert {one.rule: one.count for one in ledger.tried} == {
        "response.status": 3, "response.body": 1, "response.content-type": 2,
    }  # fmt: skip


def test_an_empty_answer_lacks_its_body_unless_its_media_type_is_wrong_already() -> None:
    ledger = Ledger()
    for response in (answer(401, "application/json", ""), Response(400, ()), answer(429, "text/html", "")):
        ledger.response(operation_of("batch"), seen(wire("batch").GOOD, response=response), kind="valid")
    assert {(f.rule, f.statuses) for f in ledger.findings} == {
        ("response.body", (401,)), ("response.body", (400,)), ("response.content-type", (429,)),
    }  # fmt: skip


@pytest.mark.parametrize("key", creating())
def test_no_credential_gets_into_what_is_kept(key: str) -> None:
    secret = "s3cr3t-of-the-client"
    good = credential(key, secret)(wire(key).GOOD)
    ledger = Ledger(strict=True)
    shown = replace(query(f"?x={secret}")(good), body=secret.encode())
    wrong = [Violation("query", "", "", "a credential in the URL")]
    ledger.request(operation_of(key), seen(shown), credentials=wrong)
    assert len(ledger.findings) > 1
    assert secret not in "".join(map(repr, ledger.findings)) + str(
        [f.evidence[0].request.body for f in ledger.findings]
    )


@pytest.mark.parametrize("key", creating())
def test_a_credential_that_is_made_from_the_users_is_an_expression_that_a_shell_evaluates_to_it(key: str) -> None:
    with MockServer() as server:
        made = target(server, key)
    redactor = Redactor(made.secrets, made.variables, show_members=True)
    names = [place.partition(" ")[2] for place in made.settings if made.is_secret(place) and place[0] == "h"]
    for name in names:
        right, variable = made.settings[f"header {name}"], made.variables[made.settings[f"header {name}"]]
        wrong = (right, right[:-1], f"{right}x", right.swapcase(), right[::-1], f'"{right}"', f"Basic {right}", "*")
        for value in (*wrong, "contract-check-nobody"):
            request = Request("POST", "/x", ((name, value),))
            kept = redactor.evidence("http://127.0.0.1/x", request, None)
            shown = dict(kept.request.headers)[name]
            assert right not in repr(kept.request.headers) + kept.curl
            assert right[:-1] not in kept.curl
            assert (variable in shown) == (value not in ("*", "contract-check-nobody"))
            shell = ["bash", "-c", f"curl() {{ printf '%s\\n' \"$@\"; }}; {kept.curl}"]
            said = processes.run(shell, check=True, env={**os.environ, variable: right}).stdout
            assert f"{name}: {value}" in said.splitlines()
