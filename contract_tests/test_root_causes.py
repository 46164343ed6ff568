"""A documented rule that is broken is one finding, whatever shows it; two broken rules are never one."""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from audience_contract import Request, load
from audience_contract.documents import read
from audience_contract.evidence import Redactor
from audience_contract.faults import Fault
from audience_contract.faults.acts import refuses
from audience_contract.judging import BACK, Ledger, Observation
from audience_contract.messages import Response
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import TOKEN
from audience_contract.report import Finding, Verdict
from audience_contract.rules import RULES, Weight
from audience_contract.server import Target, wording
from audience_contract.server.audiences import STARTS, Audiences, Made
from audience_contract.server.ending import merged
from audience_contract.server.expectation import Expectation, Expected, expect
from audience_contract.server.judge import Judge
from audience_contract.server.names import Names
from audience_contract.server.places import places
from audience_contract.server.send import BROKEN_OFF, LATE
from audience_contract.server.values import spelling
from audience_contract.server.wording import asked
from audience_contract.violation import Violation
from audience_contract.workbooks import workbook
from judged import judge
from long import long
from mistaken import changing
from test_expectation import SETTINGS, same
from wire import body, header, operation_of, query, wire

BATCH = load("batch")
CREATE = next(operation for operation in BATCH.operations if operation.id == "audience_create")
_TIMES = ("2025-10-01T09:10:00Z", "20251001T0910", "2025-W40-3", "2025-274", "2025-10-01 09:10:00,1234567+02:00")
Change = Callable[[Request], Request]


def named(name: str) -> Change:
    return body('"spring_2025"', name)


def taken(number: int) -> Response:
    return Response(202, (("Content-Type", "application/json"),), f'{{"indexing_token": "{number}"}}'.encode())


def refused(status: int, media: str = "application/json") -> Response:
    return Response(status, (("Content-Type", media),), b'{"error_code": "c", "error_message": "m"}')


def findings(
    *exchanges: tuple[Change, Response | None], trouble: str = "", advice: str = "", remembers: bool = False
) -> tuple[Finding, ...]:
    """What a server is found to do that answers each request so, of Batch's create; with `remembers`, as in a run."""
    target = Target(BATCH, "http://127.0.0.1", SETTINGS["batch"])
    ledger = Ledger(Redactor(show_members=True))
    judging = Judge(target, ledger, Audiences(BATCH, "1"))
    for change, response in exchanges:
        request = change(body("emails", "custom_ids")(wire("batch").GOOD))
        request = replace(request, target=request.target.removeprefix("/2.10"))
        seen = Observation("http://127.0.0.1/x", request, response, trouble=trouble)
        expectation = expect(target, CREATE, request, rule=advice)
        judging.judge(CREATE, seen, judging.known(CREATE, seen, expectation) if remembers else expectation)
    return tuple(merged(ledger.findings, BATCH.operations, judging.valid, judging.refusing))


def judge_of(key: str) -> Judge:
    """The judge of a run that has sent nothing yet; its ledger has what it finds."""
    spec = load(key)
    return Judge(Target(spec, "http://127.0.0.1", SETTINGS[key]), Ledger(), Audiences(spec, "1"))


def pointers(found: tuple[Finding, ...]) -> list[str]:
    return [one.pointer.rpartition("/schema/")[2] for one in found]


def test_a_rule_is_one_finding_whatever_inputs_break_it() -> None:
    inputs = ("123", "null", "[]", "true")
    (found,) = findings(*((named(text), taken(number)) for number, text in enumerate(inputs)))
    assert (found.rule, found.weight, found.count) == ("case.refused", Weight.VIOLATION, 4)
    assert found.pointer.endswith("/properties/name/type")
    assert found.operations == ("audience_create",)


def test_what_stands_after_the_json_of_a_body_makes_it_a_violation_to_take_it() -> None:
    (found,) = findings((body("}", "} x"), taken(1)))
    assert (found.rule, found.weight) == ("case.refused", Weight.VIOLATION)


def test_a_failure_on_a_valid_request_is_one_finding_however_often_its_name_was_sent() -> None:
    (found,) = findings(*[(same, refused(500))] * 3, remembers=True)
    assert (found.rule, found.count) == ("response.failure", 3)


@pytest.mark.parametrize("broken", [named("123"), same], ids=["invalid", "valid"])
def test_a_failure_on_what_may_be_refused_has_the_cause_of_the_other_failures(broken: Change) -> None:
    empty = body("Spring", "")
    (found,) = findings((broken, refused(500)), (empty, refused(500)), *[(same, taken(n)) for n in range(9)])
    assert (found.rule, found.count) == ("response.failure", 2)
    (alone,) = findings((empty, refused(500)), *[(same, taken(n)) for n in range(9)])
    assert (alone.rule, alone.count) == ("response.failure", 1)


def long_refused(request: Request) -> Request | Response:
    """Long names are refused by whatever is about an audience that there is."""
    names = re.findall(r"contract-check-[-\w]*", f"{request.target} {request.body.decode('latin-1')}")
    is_long = any(len(name) > 70 for name in names) and not request.target.endswith("/create")
    return refused(400) if is_long and request.values("authorization") == [f"Bearer {TOKEN}"] else request


def test_a_text_that_several_operations_refuse_is_one_finding_that_names_them() -> None:
    named = ["audience_view", "audience_remove"]
    (found,) = judge(MockServer(middleware=changing(long_refused)), "batch", operations=named).counted
    assert (found.rule, list(found.operations)) == ("case.accepted", sorted(named))


@pytest.mark.long
def test_a_number_of_items_that_several_operations_refuse_is_one_finding_that_names_them() -> None:
    named = ["audience_replace", "audience_update"]
    act = refuses(lambda turn: len(turn.fields.get("ids", ())) == 10_000)
    server = MockServer(fault=Fault("batch.test", "It refuses as many as are allowed.", (), act))
    (found,) = judge(server, "batch", operations=named, requests=120).counted
    assert (found.rule, list(found.operations)) == ("case.accepted", named)


def test_a_wrong_item_is_told_with_the_name_of_its_array() -> None:
    update = next(operation for operation in BATCH.operations if operation.id == "audience_update")
    ids = (
        f"{update.node['requestBody']['content']['application/json']['schema']['properties']['ids'].pointer}/items/type"
    )
    assert wording.rule(update, Violation("query tags", "/0", ids, "")).startswith("tags/0 must be an object")
    assert wording.rule(update, Violation("body", "/ids/3", ids, "")).startswith("ids/3 must be an object")


def test_a_list_that_is_the_whole_answer_has_its_items() -> None:
    spec = read(Path(__file__).parent / "documents" / "shop.yaml")
    operation = next(each for each in spec.operations if each.method == "GET" and not each.path.endswith("}"))
    answer = Response(200, (("Content-Type", "application/json"),), b'[{"id": "a"}]')
    judging = Judge(Target(spec, "http://127.0.0.1", {}), Ledger(), Audiences(spec, "1"))
    seen = Observation("", Request("GET", operation.path, ()), answer)
    assert judging.items(operation, seen) == [{"id": "a"}]


def test_two_broken_rules_are_two_findings() -> None:
    found = findings((named("123"), taken(1)), (named('"a b"'), taken(2)), (body("custom_ids", "x"), taken(3)))
    assert sorted(pointers(found)) == ["properties/name/pattern", "properties/name/type", "properties/type/enum"]


@pytest.mark.parametrize(
    ("one", "names"),
    [
        ('{"name": "a", "nb_ids": "1", "created": "yesterday"}', ["nb_ids", "created"]),
        ('{"name": "a", "nb_ids": 1, "created": "yesterday", "updated": "yesterday"}', ["created"]),
    ],
)
def test_what_a_list_and_a_view_both_have_wrong_is_one_finding(one: str, names: list[str]) -> None:
    judging = judge_of("batch")
    asked = ("audience_list", '{"x": 1} in it', f'{{"audiences": [{one}]}}'), ("audience_view", "valid", one)
    for operation_id, kind, answer in asked:
        right = Expectation(Expected.SUCCESS, "case.accepted", "", kind)
        operation = next(each for each in BATCH.operations if each.id == operation_id)
        for body_of in (answer, answer.replace('"1"', "1")):
            response = Response(200, (("Content-Type", "application/json"),), body_of.encode())
            judging.judge(operation, Observation("", Request("GET", operation.path, ()), response), right)
    found = [*merged(judging.ledger.findings, BATCH.operations, {}, ())]
    assert [one.operations for one in found] == [("audience_list", "audience_view")] * len(names)
    assert [one.place.rpartition("/")[2] for one in found] == names
    assert all(one.message.startswith("answered GET /audiences/view: ") for one in found)


def test_what_was_wrongly_taken_is_no_second_finding_where_it_is_shown() -> None:
    pointer = "/components/schemas/Tag/properties/id/pattern"
    rules = ("case.refused", pointer), ("response.body", pointer), ("response.body", f"{pointer}x")
    found = [Finding(rule, "batch", at, "said", "", "", "body /id", Weight.VIOLATION) for rule, at in rules]
    assert [(one.rule, one.pointer) for one in merged(found, (), {}, ())] == [rules[0], rules[2]]


def test_a_status_is_no_second_finding_where_the_same_operation_wrongly_refused_something_with_it() -> None:
    def found(rule: str, operation: str, kind: str, status: int) -> Finding:
        about = (operation,), (kind,), (status,)
        return Finding(rule, "batch", f"/{operation}", "said", "", "", "status", Weight.VIOLATION, *about)

    told = [found("case.accepted", "a", "x", 422), found("case.accepted", "b", "y", 400)]
    statuses = [found("response.status", operation, "x", 422) for operation in "ab"]
    left = [one for one in merged([*told, *statuses], (), {"a": 9, "b": 9}, ()) if one.rule == "response.status"]
    assert [one.operations for one in left] == [("b",)]


def test_a_read_that_is_refused_after_a_change_is_a_finding_about_the_read_alone() -> None:
    ledger, read = Ledger(), Request("GET", "/audiences/view?name=a", ())
    changed = Observation("", Request("POST", "/audiences/update", ()), taken(1), operation="audience_update")
    for rule in ("case.accepted", "run.members"):
        seen = Observation("", read, refused(400), operation="audience_view", label=BACK, before=(changed,))
        ledger.check(rule, "batch", "audience_view", seen, [Violation("status", "", "", "said")], kind="valid")
    about = {one.rule: one.operations for one in ledger.findings}
    assert about == {"case.accepted": ("audience_view",), "run.members": ("audience_update", "audience_view")}


def test_a_file_that_a_create_and_a_replacement_wrongly_take_is_one_finding_whatever_is_wrong_with_it() -> None:
    judging = judge_of("commbox")
    spec, target = judging.target.spec, judging.target
    unnamed = body('--limit\r\nContent-Disposition: form-data; name="name"\r\n\r\nSpring\r\n', "")
    pdf = body("text/csv\r\n\r\nphone1", "application/pdf\r\n\r\n%PDF-1.4")
    form = wire("commbox").GOOD
    for method, path, change in (
        ("POST", "/audiences", body("phone1", "phone2")),
        ("PUT", "/Audiences/1", lambda form: pdf(unnamed(form))),
    ):
        operation = next(each for each in spec.operations if each.method == method)
        request = replace(change(form), target=path, method=method)
        status = 201 if method == "POST" else 200
        response = Response(status, (("Content-Type", "application/json"),), b'{"data": {"id": "1"}}')
        judging.judge(operation, Observation("", request, response), expect(target, operation, request))
    found = [one for one in merged(judging.ledger.findings, spec.operations, {}, ()) if one.rule == "case.refused"]
    assert [one.operations for one in found] == [("PUT /Audiences/{AUDIENCE_ID}", "Post_Audiences")]


CODE, OTHER = {"minLength": 3, "not": {"enum": ["a"]}}, {"minLength": 3, "not": {"enum": ["b"]}}


@pytest.mark.parametrize(
    ("put", "keyword", "count"),
    [
        ({"home": CODE, "work": CODE}, "minLength", 2),
        ({"home": CODE, "work": CODE}, "not", 2),
        ({"office": CODE}, "minLength", 1),
        ({"office": OTHER}, "minLength", 1),
        ({"office": OTHER}, "not", 2),
    ],
)
def test_a_rule_is_the_same_elsewhere_if_its_name_and_content_are_and_no_operation_has_it_twice(
    put: dict[str, Any], keyword: str, count: int, tmp_path: Path
) -> None:
    """A create has one `code`, or two where the change has two."""
    bodies = {"post": {"home": CODE, "work": CODE} if len(put) > 1 else {"home": CODE}, "put": put}
    operations = {
        method: {
            "requestBody": {
                "content": {
                    "application/json": {
                        "schema": {"properties": {name: {"properties": {"code": code}} for name, code in kinds.items()}}
                    }
                }
            },
            "responses": {"201": {"description": ""}},
        }
        for method, kinds in bodies.items()
    }
    file = tmp_path / "same_rules.json"
    file.write_text(json.dumps({"openapi": "3.1.0", "paths": {"/same": operations}}), "utf-8")
    spec, ledger = read(file), Ledger()
    for operation in spec.operations:
        for name in bodies[operation.method.lower()]:
            assert operation.body
            rule = f"{operation.body.pointer}/properties/{name}/properties/code/{keyword}"
            ledger.check(
                "case.refused",
                spec.key,
                operation.id,
                Observation("", Request(operation.method, "/same", ())),
                [Violation("body", f"/{name}/code", rule, f"took {name}")],
            )
    found = [*merged(ledger.findings, spec.operations, {}, [each.id for each in spec.operations])]
    assert len(found) == count


def test_a_headline_starts_from_the_input_and_names_the_rule_and_its_page() -> None:
    assert findings((named("123"), taken(1)))[0].message == 'took {"name": 123}: 202 (name must be a string; create.md)'
    (found,) = findings((header("X-Batch-Project"), taken(1)))
    assert found.message == "took a request without X-Batch-Project: 202 (X-Batch-Project is required; create.md)"
    for each in RULES.values():
        assert not re.search("documented refusal|cell|put to the test|kind of input", f"{each.title} {each.help}")


def test_what_the_same_answers_show_is_one_finding_the_graver() -> None:
    """An answer without its token, of a media type that is not documented."""
    odd = Response(202, (("Content-Type", "text/html"),), b"<p>taken</p>")
    (found,) = findings((named("123"), odd))
    assert found.rule == "response.content-type"


def test_an_answer_that_is_not_documented_is_told_by_status_and_media_type() -> None:
    found = findings(*((named(text), refused(422, media)) for text, media in (
        ("1", "application/json"), ("2", "text/html"), ("3", "text/html; charset=utf-8"),
    )))  # fmt: skip
    assert sorted(one.detail for one in found) == ["422 application/json", "422 text/html"]


def test_the_gravest_stands_first() -> None:
    found = findings(
        (header("X-Batch-Project"), taken(1)),
        (named("1"), taken(2)),
        (named("2"), refused(500)),
        (header("Authorization"), taken(3)),
        (same, Response(202, (("Content-Type", "application/json"),), b"{}")),
    )
    assert [one.rule for one in found] == [
        "case.credential", "response.failure", "response.body", "case.header", "case.refused",
    ]  # fmt: skip


DEEP = body('"type"', f'"x": {"[" * 200}{"]" * 200}, "type"')
ADVICE = [
    (body('"type"', '"x": NaN, "type"'), taken(1), "json.numbers"),
    (body('"type"', '"x": 1, "x": 2, "type"'), taken(1), "json.keys"),
    (lambda sent: replace(sent, body=sent.body.decode().encode("utf-16")), taken(1), "json.encoding"),
    (header("Content-Type", "application/vnd.x+json"), taken(1), "http.media"),
    (header("Content-Type", "text/html"), taken(1), "http.media"),
    (DEEP, refused(500), "json.depth"),
    (lambda sent: replace(sent, method="PUT"), refused(405), "http.allow"),
    (lambda sent: header("Authorization")(body("custom_ids", "x")(sent)), refused(400), "http.order"),
]


@pytest.mark.parametrize(("change", "response", "rule"), ADVICE)
def test_what_http_and_json_ask_for_and_no_page_is_advice_that_cites_its_rfc(
    change: Change, response: Response, rule: str
) -> None:
    (found,) = findings((change, response))
    assert (found.rule, found.weight) == (rule, Weight.ADVICE)
    assert "RFC" in found.about.help


UNUSUAL = [
    (header("Authorization", f"Bearer  {TOKEN}"), refused(401), "http.scheme"),
    (header("Accept", "application/json;q=0.5, */*;q=0.1"), refused(406), "http.accept"),
    (header("Upgrade", "h2c"), refused(400), "http.upgrade"),
    (header("Content-Type", "application/json; charset=utf-8"), refused(415), "http.type"),
    (body('"type"', '"x": 01, "type"'), taken(1), "json.text"),
    (body("}", ",}"), taken(1), "json.text"),
    (body("name", "NAME"), taken(1), "json.names"),
    (same, refused(400), "http.chunked"),
]


@pytest.mark.parametrize(("change", "response", "rule"), UNUSUAL)
def test_a_case_of_advice_breaks_its_rule_alone_and_a_server_error_to_it_is_none(
    change: Change, response: Response, rule: str
) -> None:
    assert [(one.rule, one.weight) for one in findings((change, response), advice=rule)] == [(rule, Weight.ADVICE)]
    failed = findings((change, refused(500)), advice=rule)
    assert [(one.rule, one.weight) for one in failed] == [("response.failure", Weight.VIOLATION)]
    assert findings((change, refused(400) if response.is_success else taken(1)), advice=rule) == ()


@pytest.mark.parametrize(
    ("change", "response"),
    [
        (lambda sent: replace(sent, method="OPTIONS"), Response(204, ())),
        (lambda sent: replace(sent, method="OPTIONS"), Response(200, ())),
        (query("?name=a&name=b"), taken(1)),
        (header("X-Batch-Project"), refused(401)),
        (lambda sent: header("X-Batch-Project")(body("custom_ids", "x")(sent)), refused(401)),
        (header("Content-Type", "text/plain"), refused(415)),
        (body("{", "\ufeff{"), taken(1)),
    ],
)
def test_where_the_documents_are_silent_nothing_is_found(change: Change, response: Response) -> None:
    assert findings((change, response)) == ()


def test_a_413_and_a_415_in_html_are_found() -> None:
    found = findings((header("Content-Type", "text/plain"), refused(415, "text/html")))
    assert [one.detail for one in found] == ["415 text/html"]


def test_letters_of_a_query_that_are_written_as_codes_are_advice() -> None:
    target = Target(BATCH, "http://127.0.0.1", SETTINGS["batch"])
    view = next(operation for operation in BATCH.operations if operation.id == "audience_view")
    request = replace(wire("batch").GOOD, method="GET", target="/audiences/view?n%61me=a", body=b"")
    found = expect(target, view, request, rule="http.query")
    assert (found.rule, found.weight, found.expected) == ("http.query", Weight.ADVICE, Expected.SUCCESS)


def test_a_refused_text_without_a_documented_limit_is_advice_if_it_is_long_or_odd() -> None:
    for text in ("S" * 100, "Spring \U0001f600", "Spring\u200b", "Spring\u2028"):
        (found,) = findings((body("Spring", text), refused(400)))
        assert (found.rule, found.weight) == ("json.limits", Weight.ADVICE)


def test_a_truth_value_in_capitals_is_advice() -> None:
    target = Target(load("adobe"), "http://127.0.0.1", SETTINGS["adobe"])
    create = next(operation for operation in target.spec.operations if operation.id == "create_audience")
    place = next(place for place in places(create) if place.kind == "query")
    spelled = [spelling(place, text) for text in ("True", " true", "false", "true")]
    assert spelled == ["http.query", "http.query", "", ""]


@pytest.mark.parametrize(("key", "rules"), [("commbox", []), ("batch", ["case.accepted"])])
def test_a_name_that_differs_in_case_alone_may_be_refused_unless_a_page_tells_the_two_apart(
    key: str, rules: list[str]
) -> None:
    target, ledger, create = Target(load(key), "http://127.0.0.1", SETTINGS[key]), Ledger(), operation_of(key)
    judging, good = Judge(target, ledger, Audiences(target.spec, "1")), body("emails", "custom_ids")(wire(key).GOOD)
    done, no = next(each for each in wire(key).ANSWERS if each.status == wire(key).SUCCESS), refused(400)
    for request, response in ((good, done), (body("pring", "PRING")(good), no)):
        seen = Observation("", request, response)
        judging.judge(create, seen, judging.known(create, seen, expect(target, create, request)))
    assert [one.rule for one in ledger.findings if one.rule.startswith("case.")] == rules


def of_one(key: str, operation_id: str, request: Request, answer: str) -> list[tuple[str, str]]:
    """The rules that one answer with 200 breaks, each with its headline; one audience has been made."""
    target = Target(load(key), "http://127.0.0.1", SETTINGS[key])
    operation = next(each for each in target.spec.operations if each.id == operation_id)
    ledger = Ledger()
    response = Response(200, (("Content-Type", "application/json"),), answer.encode())
    seen = Observation("", request, response)
    audiences = Audiences(target.spec, "1")
    audiences.existing.append(Made("n", "1", None))
    judging = Judge(target, ledger, audiences)
    judging._certain["1"] = {"name": "n"}
    judging.judge(operation, seen, expect(target, operation, request))
    return [(one.rule, one.message) for one in ledger.findings]


def test_a_success_without_an_id_is_found() -> None:
    ((_, said),) = of_one("adobe", "create_audience", wire("adobe").GOOD, '{"name": "n"}')
    assert said.partition(": 200 ")[2].startswith("(body: no id or audienceId; cr")


@pytest.mark.parametrize("query", ["property=name==Fall", "name=spring&description=Fall", "name=fall"])
def test_a_list_with_what_was_not_asked_for_is_found(query: str) -> None:
    request = replace(header("Accept")(wire("adobe").GOOD), method="GET", body=b"")
    request = replace(request, target=f"/data/core/ups/audiences?{query}")
    answer = '{"children": [{"name": "Spring", "description": "%s"}]}'
    found = of_one("adobe", "listAudiences", request, answer % "Sale")
    assert {rule for rule, said in found if "that was asked for" in said} == {"response.body"}
    fitting = replace(request, target="/data/core/ups/audiences?property=name==Spring&name=SPRI&description=sale")
    for fits in (answer % "Sale", '{"children": [{"name": "Spring"}]}'):
        found = of_one("adobe", "listAudiences", fitting, fits)
        assert not [said for _, said in found if "that was asked for" in said]


def test_an_audience_is_asked_for_by_the_id_that_its_creation_answered_whatever_its_name() -> None:
    spec = load("adobe")
    target, made = Target(spec, "http://127.0.0.1", SETTINGS["adobe"]), Made("", "4a81", {"audienceId": "4a81"})
    names = Names(target, Audiences(spec, "1"))
    for operation in (each for each in spec.operations if "{" in each.path):
        request = names.about(names.draft(operation, smallest=True), made).request()
        assert operation.path_values(request.target) == {"AUDIENCE_ID": "4a81"}


def test_a_wrong_answer_is_told_by_the_whole_request_and_not_by_an_odd_name() -> None:
    request = replace(wire("batch").GOOD, method="GET", target=f"/audiences/view?name={'a' * 70}", body=b"")
    ((_, said),) = of_one("batch", "audience_view", request, '{"nb_ids": "1"}')
    assert said.startswith("answered GET /audiences/view?name=")
    odd = body('"description"', '"description": null, "x"')(wire("adobe").GOOD)
    found = of_one("adobe", "create_audience", odd, '{"name": "n", "audienceId": 5}')
    assert [said for rule, said in found if rule == "response.body" and said.startswith('answered {"name"')]


def test_a_list_that_has_none_is_found_and_an_empty_one_is_not() -> None:
    request = Request("GET", "/audiences", wire("commbox").GOOD.headers[:1])
    assert of_one("commbox", "Get_Audiences", request, '{"data": []}') == []
    ((rule, said),) = of_one("commbox", "Get_Audiences", request, '{"audiences": []}')
    assert (rule, said.partition(": 200 ")[2][:15]) == ("response.body", "(body: no data;")


def test_a_name_in_a_list_that_is_the_id_of_another_audience_is_no_id() -> None:
    request = Request("GET", "/audiences", wire("commbox").GOOD.headers[:1])
    static = {"created_time": "2025-10-01T09:10:00Z", "user_count": 1, "type": "Static"}

    def found(identity: str) -> list[str]:
        items = [static | {"id": "2", "name": "1"}, static | {"id": identity, "name": "m"}]
        return [rule for rule, _ in of_one("commbox", "Get_Audiences", request, json.dumps({"data": items}))]

    assert (found("3"), found("1")) == ([], ["run.echo"])


def test_a_valid_request_that_is_refused_is_told_by_what_is_unusual_in_it() -> None:
    kept = [(same, taken(number)) for number in range(20)]
    one, other = body("Spring", "Fr\u00fchling"), body("Spring", "Spring & Summer")
    (found,) = findings(*kept, (one, refused(400)), (other, refused(400)))
    assert found.pointer.endswith("/properties/display_name")
    assert found.message.startswith('refused {"display_name": ')
    (always,) = findings((one, refused(400)), (same, refused(400)), (header("Upgrade", "h2c"), refused(400)))
    assert (always.rule, always.pointer) == ("case.accepted", CREATE.node["responses"].pointer)


def test_a_server_that_checks_nothing_in_a_body_is_one_finding() -> None:
    broken = ("1", '"a b"', f'"{"s" * 256}"')
    found = findings(
        *((named(text), taken(number)) for number, text in enumerate(broken)), (body("custom_ids", "x"), taken(9))
    )
    assert [one.message.partition(" (")[2] for one in found] == [
        "name must be a string; create.md); not checked either: name maxLength, name pattern, type enum"
    ]
    (more,) = findings(
        *((named(text), taken(number)) for number, text in enumerate(broken)),
        (body("custom_ids", "x"), taken(8)),
        (body('"Spring"', "1"), taken(9)),
    )
    assert more.key != found[0].key


def test_a_server_that_needs_nothing_of_a_body_needs_no_body_either_and_that_is_one_finding() -> None:
    """The server refuses a wrong name, so it does check a body that there is."""
    emptied, cut = lambda sent: replace(sent, body=b""), lambda sent: replace(sent, body=b"{")
    exchanges = [(named("1"), refused(400)), (emptied, taken(1)), (cut, taken(2))]
    nameless, typeless = body('"name": "spring_2025", ', ""), body('"type": "custom_ids", ', "")
    assert len(findings(*exchanges, (nameless, taken(3)))) == 3
    (found,) = findings(*exchanges, (nameless, taken(3)), (typeless, taken(4)))
    assert found.detail == "name required, the body as application/json, the body required, type required"


def test_a_header_that_a_server_does_not_read_is_one_finding_that_names_each_broken_rule() -> None:
    lacking, wrong = header("X-Batch-Project"), header("X-Batch-Project", "nobody")
    (found,) = findings((lacking, taken(1)), (wrong, taken(2)))
    assert found.detail == "X-Batch-Project as described, X-Batch-Project required"
    assert [one.detail for change in (lacking, wrong) for one in findings((change, taken(1)))] == ["", ""]


def test_a_text_that_is_refused_wherever_it_stands_is_one_finding_that_names_the_places() -> None:
    def wall(request: Request) -> Request | Response:
        return refused(403) if b"<script" in request.body or b"OR '1'" in request.body else request

    (found,) = judge(MockServer(middleware=changing(wall)), "batch", requests=300).counted
    assert (found.rule, found.detail) == ("case.accepted", "display_name, ids/0/id")
    assert found.operations == ("audience_create", "audience_replace", "audience_update")


def test_a_server_that_breaks_off_is_a_violation_and_so_is_one_that_is_gone_with_what_it_was_sent_last() -> None:
    (broken,) = findings((named("1"), None), trouble="the answer broke off in its body")
    assert (broken.rule, broken.weight) == ("response.message", Weight.VIOLATION)
    (gone,) = findings((named("1"), refused(400)), (same, None), trouble="no connection: refused")
    assert (gone.rule, gone.message[:11]) == ("response.message", "gone after ")
    assert b'"name": 1' in gone.evidence[0].request.body
    assert findings((same, None), trouble="no connection: refused") == ()


def test_no_answer_to_what_is_only_written_in_an_unusual_way_is_advice() -> None:
    for unusual, rule in ((("Upgrade", "h2c"), "http.upgrade"), (("Authorization", f"Bearer  {TOKEN}"), "http.scheme")):
        (late,) = findings((header(*unusual), None), trouble=LATE, advice=rule)
        assert (late.rule, late.weight) == (rule, Weight.ADVICE)
    assert findings((query(f"?x={'a' * 2**12}"), None), trouble=BROKEN_OFF) == ()


def test_a_form_without_its_closing_boundary_need_not_be_refused() -> None:
    target = Target(load("commbox"), "http://127.0.0.1", SETTINGS["commbox"])
    create = next(operation for operation in target.spec.operations if operation.id == "Post_Audiences")
    request = wire("commbox").GOOD
    found = expect(target, create, replace(request, body=request.body[: request.body.rindex(b"\r\n--")]))
    assert (found.rule, found.weight) == ("form.framing", Weight.ADVICE)


@pytest.mark.long
def test_a_server_that_looks_at_no_method_is_one_finding() -> None:
    def posted(request: Request) -> Request:
        return request if re.search("/(view|list)", request.target) else replace(request, method="POST")

    (found,) = judge(MockServer(middleware=changing(posted), prose=True), "batch", requests=60).counted
    assert (found.rule, len(found.operations)) == ("case.method", 4)


def hyphenless(request: Request) -> Request | Response:
    """A form reader that looks for the boundary without the hyphens before it, as that of Node.js does."""
    _, _, boundary = "".join(request.values("content-type")).partition("boundary=")
    word = boundary.strip('"').encode()
    refusal = Response(400, (("Content-Type", "application/json"),), b'{"status": 400, "description": "Bad Request"}')
    return refusal if word and request.body.count(word) != request.body.count(b"--" + word) else request


@pytest.mark.long
def test_a_form_reader_that_takes_a_word_of_a_file_for_the_boundary_gets_advice_alone() -> None:
    report = judge(MockServer(middleware=changing(hyphenless), prose=True), "commbox", requests=200)
    assert {(found.rule, found.weight) for found in report.findings} == {("form.framing", Weight.ADVICE)}


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("adobe_ims.success-201", "response.status"),
        long("adobe_ims.after-error", "response.failure"),
    ],
)
def test_a_mistake_is_one_finding_of_a_whole_run(fault: str, rule: str) -> None:
    report = judge(MockServer(fault=fault), "adobe_ims", requests=200)
    assert ([found.rule for found in report.counted], report.verdict) == ([rule], Verdict.VIOLATED)


def breaking(violation: Violation) -> Expectation:
    return Expectation(Expected.REFUSAL, "case.refused", "", "", broken=violation)


def test_a_headline_shows_the_parameter_that_is_wrong_however_long_the_query_is() -> None:
    operation = next(each for each in BATCH.operations if each.id == "audience_list")
    request = Request("GET", f"/audiences/list?from={'a' * 70}&limit=none&from=b", ())
    assert asked(operation, request, breaking(Violation("query limit", "", "/type", "x"))) == "limit=none"


def test_a_headline_says_that_a_body_has_no_media_type() -> None:
    request = Request("POST", "/audiences/create", (), b'{"name": "a"}')
    assert (
        asked(CREATE, request, Expectation(Expected.OPEN, "", "", "undocumented"))
        == '{"name": "a"} without Content-Type'
    )


def test_a_headline_says_that_a_header_is_empty() -> None:
    request = Request("POST", "/audiences/create", (("X-Batch-Project", ""),), b"")
    violation = Violation("header X-Batch-Project", "", "", "is empty")
    assert asked(CREATE, request, breaking(violation)) == "X-Batch-Project: (empty)"


def test_a_headline_shows_the_name_and_the_size_of_a_workbook_and_none_of_its_bytes() -> None:
    create = next(operation for operation in load("commbox").operations if operation.id == "Post_Audiences")
    part = b'--b\r\nContent-Disposition: form-data; name="audience_file"; filename="a.xlsx"\r\n\r\n%b\r\n--b--\r\n'
    book = workbook([["phone"], [442079832100]])
    request = Request("POST", "/audiences", (("Content-Type", "multipart/form-data; boundary=b"),), part % book)
    violation = Violation("part audience_file", "/", "no column", "/")
    assert asked(create, request, breaking(violation)) == f"part audience_file = a.xlsx of {len(book):,} bytes"


def trimming(request: Request) -> Request:
    """White space around a name that is created is not taken for a part of it."""
    # It goes behind the name, so that the body is as long as it was.
    moved = re.sub(rb'(": ")(\s*)(contract-[^"]*?)(\s*)"', rb'\1\3"\2\4', request.body)
    return replace(request, body=moved) if request.target.endswith("/create") else request


def test_what_becomes_of_an_audience_whose_name_should_have_been_refused_is_no_finding_of_its_own() -> None:
    (found,) = judge(
        MockServer(middleware=changing(trimming), prose=True), "batch", operations=["audience_create", "audience_view"]
    ).counted
    assert (found.rule, found.operations) == ("case.refused", ("audience_create",))


def test_a_body_whose_name_cannot_be_read_may_be_about_no_audience() -> None:
    judging, remove, unread = judge_of("batch"), BATCH.named["audience_remove"], b'{"name": "1", "x": "\\ud800"}'
    seen = Observation("", replace(wire("batch").GOOD, target=remove.path, body=unread), refused(404))
    judging.judge(remove, seen, expect(judging.target, remove, seen.request))
    assert judging.ledger.findings == ()


@pytest.mark.parametrize(
    ("operation", "answer", "rules"),
    [
        ("audience_list", '{"audiences": [], "has_more": false, "next_from": null}', []),
        # A cursor may be the last name of a page, though that is empty.
        ("audience_list", '{"audiences": [{"name": ""}], "has_more": true, "next_from": ""}', []),
        ("audience_list", '{"audiences": [{"name": "a"}], "has_more": true, "next_from": ""}', ["response.body"]),
        # No page is longer than any may be.
        ("audience_list", json.dumps({"audiences": [{}] * 100, "has_more": False}), []),
        ("audience_list", json.dumps({"audiences": [{}] * 101, "has_more": False}), ["run.pages"]),
        *(("Get_Audiences", f'{{"data": [{{"type": "Dynamic", "created_time": "{time}"}}]}}', []) for time in _TIMES),
        ("Get_Audiences", '{"data": [{"type": "Dynamic", "created_time": "01/10/2025 09:10"}]}', ["response.body"]),
    ],
)
def test_a_list_keeps_what_is_said_beside_its_schema(operation: str, answer: str, rules: list[str]) -> None:
    key, path = ("batch", "/audiences/list?limit=1000") if operation == "audience_list" else ("commbox", "/audiences")
    request = Request("GET", path, wire(key).GOOD.headers)
    assert [rule for rule, _ in of_one(key, operation, request, answer)] == rules


@pytest.mark.parametrize(
    ("key", "operation", "answer", "said"),
    [
        ("commbox", "Get_Audiences", '{"data": [{"type": "Static", "user_count": "1"}]}', "data/0/user_count"),
        ("commbox", "Get_Audiences", '{"data": [{"type": "static"}]}', "data/0/type"),
        ("adobe", "listAudiences", '{"children": [{"updateEpoch": "1"}]}', "children/0/updateEpoch"),
    ],
)
def test_of_a_value_that_fits_no_alternative_the_property_is_told_that_all_of_them_refuse(
    key: str, operation: str, answer: str, said: str
) -> None:
    path = next(each.path for each in load(key).operations if each.id == operation)
    of_body = ("accept", "content-type")
    headers = tuple(pair for pair in wire(key).GOOD.headers if pair[0].lower() not in of_body)
    request = Request("GET", path, headers)
    ((_, message),) = of_one(key, operation, request, answer)
    assert re.search(rf"\(body /{said}: a string breaks (enum|type)", message)


@pytest.mark.parametrize(
    ("shown", "rules"), [('{"id": "5", "name": "4"}', []), ('{"id": "4", "name": "a"}', ["run.echo"])]
)
def test_an_audience_whose_name_is_the_id_of_another_is_not_taken_for_that(shown: str, rules: list[str]) -> None:
    judging = judge_of("adobe")
    headers, right = wire("adobe").GOOD.headers, Expectation(Expected.SUCCESS, "case.accepted", "", "valid")
    listed = Request("GET", "/data/core/ups/audiences", headers), f'{{"children": [{shown}]}}'
    made = wire("adobe").GOOD, '{"audienceId": "4"}'
    for operation, (request, answer) in zip(judging.target.spec.operations, (made, listed), strict=False):
        seen = Observation("", request, Response(200, (("Content-Type", "application/json"),), answer.encode()))
        judging.judge(operation, seen, right)
    assert [one.rule for one in judging.ledger.findings] == rules


def test_a_failure_on_an_unusual_form_tells_what_is_unusual_and_a_wrong_success_is_no_advice_on_the_form() -> None:
    form = header("Content-Type", "Application/Json")
    (failed,) = findings((form, refused(500)), (named("1"), refused(500)), advice="http.type")
    assert failed.rule == "response.failure"
    assert "with Content-Type Application/Json: 500 (A media type has no case" in failed.message
    created = replace(taken(1), status=201)
    assert findings((form, created), advice="http.type") == ()
    assert [one.rule for one in findings((same, created))] == ["response.status"]


@pytest.mark.parametrize("troubles", [["the connection was closed", "no connection: refused"], ["closed", "closed"]])
def test_of_a_server_that_is_gone_the_first_request_without_an_answer_is_told(troubles: list[str]) -> None:
    judging, good = judge_of("batch"), wire("batch").GOOD
    answered = [(good, taken(1), "")]
    unanswered = [(header("Authorization")(good), None, troubles[0]), (named("1")(good), None, troubles[1])]
    for request, response, trouble in answered + unanswered:
        seen = Observation("", request, response, trouble=trouble)
        judging.judge(CREATE, seen, expect(judging.target, CREATE, request))
    (found,) = judging.ledger.findings
    assert found.message.startswith("a request, Authorization missing: no answer")
    assert "Authorization" not in dict(found.evidence[0].request.headers)


def test_a_connection_that_is_closed_on_deep_nesting_is_advice_as_a_server_error_is() -> None:
    judging, deep = judge_of("batch"), DEEP(wire("batch").GOOD)
    seen = Observation("", deep, trouble="the connection was closed")
    judging.judge(CREATE, seen, expect(judging.target, CREATE, deep))
    assert [one.rule for one in judging.ledger.findings] == ["json.depth"]


def test_a_success_of_another_status_than_the_documented_one_is_told_with_that() -> None:
    judging = judge_of("adobe")
    answer = Response(201, (("Content-Type", "application/json"),), b'{"audienceId": "4"}')
    right = Expectation(Expected.SUCCESS, "case.accepted", "", "valid", odd="name")
    judging.judge(judging.target.spec.operations[0], Observation("", wire("adobe").GOOD, answer), right)
    ((asked, _, why),) = [one.message.partition(": 201 ") for one in judging.ledger.findings]
    assert (why, "originName" in asked) == ("(documented: 200)", True)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"ids": [{"id": "a"}] * 10_001}, '{"ids": [{"id": "a"}, … 10001 items]}'),
        ({f"k{number}": number for number in range(16)}, '{"k0": 0, … 16 properties, "k15": 15}'),
        (
            {"name": f"contract-check-abcdefgh-0031{'x' * 226}"},
            f'{{"name": "…0031{"x" * 15}…{"x" * 20} (254 characters)"}}',
        ),
        ([1, None, "é"], '[1, null, "é"]'),
        *((f"{start}abcdefgh{end}0031aB", '"…0031aB"') for start, end in STARTS.items()),
    ],
)
def test_a_headline_says_how_much_there_is_of_what_it_leaves_out(value: object, said: str) -> None:
    assert wording.brief(value) == said


def test_the_page_of_the_rules_says_where_the_weight_of_a_rule_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    docs = Path(__file__).parents[1] / "docs"
    monkeypatch.syspath_prepend(docs)
    page = import_module("from_code").rules(tomllib.loads((docs / "check/examples.toml").read_text("utf-8")))
    (said,) = re.findall(r"### `run.unique`\n.*?- weight: (.*?)\n", page, re.DOTALL)
    assert said.startswith("violation; advice for an OpenAPI document of your own")
    assert "RFC 8259" not in re.findall(r"### `http.number`\n(.*?)###", page, re.DOTALL)[0]
