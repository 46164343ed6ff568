"""The check, the mock and the judge of clients and traffic on OpenAPI documents that are nobody's provider."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.requests import Request as HttpRequest
from starlette.types import ASGIApp, Receive, Scope, Send
from typer.testing import CliRunner

from audience_contract import Request, Response
from audience_contract._command import app
from audience_contract.bodies import value_of
from audience_contract.checker import check_request, check_response
from audience_contract.client.answers import adversarial, varied
from audience_contract.client.choice import Answers
from audience_contract.client.run import judge as judge_client
from audience_contract.document_provider import Documented, register
from audience_contract.documents import _value, read
from audience_contract.facts import Effect
from audience_contract.judging import Ledger, Observation
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import API_KEY, TOKEN
from audience_contract.mock.provider import Call, facts_of
from audience_contract.mock.state import State
from audience_contract.report import Verdict
from audience_contract.rules import Weight
from audience_contract.samples import sample
from audience_contract.schema import check as check_value
from audience_contract.server import Options, Target, run, story
from audience_contract.server.audiences import Audiences
from audience_contract.server.expectation import Expectation, expect
from audience_contract.server.names import Names
from audience_contract.server.places import places
from audience_contract.spec import Document, Operation, Spec
from audience_contract.traffic import judge as judge_traffic
from judged import reply
from long import long
from mistaken import (
    ADOBE,
    DOCUMENTS,
    HEADERS,
    After,
    Before,
    Mistake,
    answers,
    changing,
    check,
    in_answer,
    in_body,
    in_bytes,
    said,
    target,
    with_header,
    with_query,
)

SHOP, LIBRARY, ZOO = DOCUMENTS / "shop.yaml", DOCUMENTS / "library.json", DOCUMENTS / "zoo.yaml"
STALL, DESK, DEPOT = DOCUMENTS / "stall.yaml", DOCUMENTS / "desk.yaml", DOCUMENTS / "depot.yaml"
YARD = DOCUMENTS / "yard.yaml"
_NAME = "[^/]+$"
_JSON = (("content-type", "application/json"), ("x-key", "a"))
_KEYWORDS = (
    *("type", "properties", "required", "items", "enum", "allOf", "oneOf", "anyOf", "not", "$ref", "nullable"),
    *("format", "pattern", "minLength", "maxItems", "minimum", "exclusiveMaximum", "multipleOf", "const"),
    *("discriminator", "readOnly", "example", "examples", "default", "uniqueItems", "$id", "prefixItems"),
    *("additionalProperties", "patternProperties", "dependentSchemas", "dependentRequired", "unevaluatedProperties"),
    *("unevaluatedItems", "contains", "minContains", "if", "then", "propertyNames", "exclusiveMinimum"),
)


def _least(name: str, smallest: int, most: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda value: (
        {**value, name: min(max(int(value[name]), smallest), most)} if type(value.get(name)) is int else value
    )


def _forgets(none: Response) -> After:
    """One of two that were created is not found."""
    asked: dict[str, int] = {}

    def after(request: Request, own: Response) -> Response:
        number = asked.setdefault(request.target, len(asked)) if own.status == 200 else 0
        return none if number % 2 else own

    return after


def _without(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda value: {key: child for key, child in value.items() if key != name}


def _with(**fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda value: {**value, **fields}


def _with_address(order: dict[str, Any]) -> dict[str, Any]:
    """An order whose payment has an address that is long enough, if it has any."""
    payment = order.get("payment")
    address = payment.get("address") if isinstance(payment, dict) else None
    return {**order, "payment": {"address": address.ljust(3, "x")}} if isinstance(address, str) else order


_SHOP = (
    Mistake("anybody is admitted", "GET /.*/customers$", with_header("authorization", f"Bearer {TOKEN}")),
    Mistake("a required property is not asked for", "POST .*/customers$", in_body(lambda v: {"name": "x", **v})),
    Mistake("a choice is not checked", "POST .*/customers$", in_body(_without("level"))),
    Mistake("a property too many is taken", "PATCH", in_body(lambda v: {k: v[k] for k in v if k in ("name", "note")})),
    Mistake(
        "a created one is not found",
        f"GET .*/customers/{_NAME}",
        after=_forgets(said(404, {"title": "x"}, "application/problem+json")),
    ),
    Mistake("an order lacks its state", "POST .*/orders$", after=in_answer(_without("state"))),
    Mistake("a date that is none", f"GET .*/customers/{_NAME}", after=in_answer(_with(created="yesterday"))),
    Mistake(
        "a second form of payment is refused",
        "POST .*/orders$",
        lambda r: said(400, {"title": "x"}, "application/problem+json") if b"address" in r.body else r,
    ),
    Mistake(
        "a text in the second form of payment may have any length",
        "POST .*/orders$",
        in_body(_with_address),
    ),
    Mistake(
        "it fails on null",
        "POST .*/customers$",
        lambda r: said(500, {"title": "x"}, "application/problem+json") if b"null" in r.body else r,
    ),
    Mistake("what is not there is removed", "DELETE", after=answers(said(204), 404)),
)
_LIBRARY = (
    Mistake("any key is admitted", "POST .*/books$", with_query("api_key", API_KEY)),
    Mistake("no key is asked of who removes", "DELETE", with_query("api_key", API_KEY)),
    Mistake(
        "a required parameter is not asked for",
        "GET .*/books$",
        lambda r: r if "page=" in r.target else with_query("page", "0")(r),
    ),
    Mistake(
        "a parameter below its minimum is taken",
        "GET .*/books$",
        lambda r: with_query("page", "0")(r) if "page=-" in r.target else r,
    ),
    Mistake("a limit is not checked", "POST .*/books$", in_body(_least("pages", 1, 9999))),
    Mistake("a type is not checked", "PUT", in_body(lambda v: {**v, "title": str(v["title"])} if "title" in v else v)),
    Mistake("an array for an object", "GET .*/books$", after=in_answer(lambda v: [v])),
    Mistake("another media type", f"PUT .*/books/{_NAME}", after=answers(said(200, {"bookId": "1"}, "text/html"), 2)),
    Mistake("an undocumented status", "DELETE", after=answers(said(202), 204)),
)
_ONE_ID = Mistake("the id comes twice", "POST .*/books$", after=in_answer(_with(bookId="1")))
_ZOO = (
    Mistake(
        "an item of an array is not checked",
        "POST .*/pets$",
        lambda r: replace(r, body=b'[{"name":"a","legs":2}]') if r.body.startswith(b"[{") else r,
    ),
)
_SCHEDULE = {"name": "a", "type": "batch_segmentation", "properties": {"segments": ["*"]}, "schedule": "0 0 1 * * ?"}
_NONE = said(404, {"title": "x"})
_ADOBE = (
    Mistake(
        "a body that is no JSON is taken",
        "POST .*/config/schedules$",
        in_body(dict, _SCHEDULE),
    ),
    Mistake("an audience's id is a number", f"GET .*/audiences/{_NAME}", after=in_answer(_with(audienceId=7))),
    Mistake(
        "a header is not asked for",
        "GET .*/segment/jobs$",
        lambda r: with_header("x-gw-ims-org-id", "a")(r) if not r.values("x-gw-ims-org-id") else r,
    ),
)
# Of kinds that another document shows.
_ALIKE = (
    Mistake(
        "a required parameter is not asked for",
        "GET .*/search/namespaces",
        lambda r: r if "schema.name=" in r.target else with_query("schema.name", "a")(r),
    ),
    Mistake(
        "a type is not checked",
        "POST .*/audiences$",
        in_body(lambda v: {**v, "name": str(v["name"])} if "name" in v else v),
    ),
    Mistake("a created schedule is not found", f"GET .*/config/schedules/{_NAME}", after=_forgets(_NONE)),
    Mistake("an undocumented status", f"GET .*/segment/definitions/{_NAME}", after=in_answer(dict, 203)),
    Mistake("an array for an object", "GET .*/audiences$", after=in_answer(lambda v: [v])),
    Mistake("it fails on a limit", "GET .*/segment/definitions$", lambda r: said(500) if "limit=" in r.target else r),
    Mistake("text for JSON", f"GET .*/preview/{_NAME}", after=answers(said(200, "x", "text/plain"), 2)),
)


def _of_kind(value: dict[str, Any]) -> dict[str, Any]:
    return {**value, "kind": "fruit"} if isinstance(value.get("kind"), str) and "sort" in value else value


_STALL = (
    Mistake(
        "a header of an answer is missing", "POST .*/goods$", after=lambda _, own: replace(own, headers=own.headers[:1])
    ),
    Mistake("an alternative is told by any word", "POST .*/goods$", in_body(_of_kind)),
    Mistake("an answer's type is wrong in a range", f"GET .*/goods/{_NAME}", after=in_answer(_with(kind=7))),
    Mistake("a property that must not be there", "POST .*/buyers$", after=in_answer(_with(gone=True))),
    Mistake("no file is asked for", "POST .*/pictures$", after=answers(said(200), 400)),
    Mistake("another status than the redirect", "GET .*/today$", after=answers(said(200), 302)),
    Mistake("what a reference of a path leads to is wrong", "GET .*/reports$", after=in_answer(_with(total="3"))),
    Mistake("any cookie is taken", f"GET .*/goods/{_NAME}", with_header("cookie", "session=beef")),
)
_TASK = {"data": {"gid": "1", "kind": "task"}}


def _two(position: Any) -> Any:
    return position[:2] if isinstance(position, list) else position


_DESK = (
    Mistake("null is refused", "POST", lambda r: said(400) if b'"note": null' in r.body else r),
    Mistake("a limit counts as above it", "PUT", in_body(lambda v: _in_data(v, "priority", lambda own: own or 1))),
    Mistake("a third item is taken", "POST", in_body(lambda v: _in_data(v, "position", _two))),
    Mistake("a task that nobody has made is found", "POST .*/tasks.get$", after=answers(said(200, _TASK), 404)),
    Mistake("an unknown property is taken", "PUT", in_body(lambda v: _in_data(v, "contract_check", lambda _: ...))),
    Mistake(
        "it goes well whatever is asked",
        "GET .*/channels.list$",
        after=lambda _, own: said(200, {"ok": True, "channels": []}) if own.status == 400 else own,
    ),
    Mistake(
        "any kind is taken",
        "GET .*/channels.list$",
        lambda r: replace(r, target=re.sub("&?kinds=[^&]*", "", r.target).replace("?&", "?")),
    ),
    Mistake("it never goes well", "GET .*/channels.list$", after=answers(said(200, {"ok": False, "error": "no"}), 2)),
)
_DEPOT = (
    Mistake("an heir's own property is not asked for", "POST .*/vehicles$", in_body(lambda v: {"doors": 2, **v})),
    Mistake("an heir lacks its own property", f"GET .*/vehicles/{_NAME}", after=in_answer(_without("doors"))),
    Mistake(
        "a property of an object in the query is not checked",
        "GET .*/vehicles$",
        lambda r: replace(r, target=re.sub("filter%5Bstate%5D=[^&]*", "filter%5Bstate%5D=free", r.target)),
    ),
    Mistake(
        "a required property of an object in a form is not asked for",
        f"POST .*/vehicles/{_NAME}",
        in_bytes(lambda body: body + b"&tags[colour]=a" if b"seats" in body and b"colour" not in body else body),
    ),
    Mistake("a text is cut", "PUT .*/title$", in_bytes(lambda body: body[:60])),
    Mistake(
        "a title that is too long",
        "PUT .*/title$",
        after=answers(Response(200, (("content-type", "text/plain"),), b"x" * 61), 2),
    ),
    Mistake("a label that was put is not found", "GET .*/labels/", after=_forgets(said(404, {"error": "x"}))),
    Mistake("there is a label that nobody has put", "GET .*/labels/", after=answers(said(200, {"text": "x"}), 404)),
    Mistake("a label is not removed", "DELETE .*/labels/", lambda _: Response(204, (), b"")),
    Mistake("what is put is not checked", "PUT .*/labels/", in_body(lambda value: {**value, "copies": 1})),
    Mistake("a repair that was added is not found", "GET .*/repairs/", after=_forgets(said(404, {"error": "x"}))),
    Mistake("there is a repair that nobody has added", "GET .*/repairs/", after=answers(said(200, {"text": "x"}), 404)),
    Mistake(
        "an id that the caller chooses may have any characters",
        "PUT .*/notes/",
        lambda r: replace(r, target=re.sub("%[0-9A-F]{2}|[^/a-z0-9-]", "", r.target)),
    ),
    Mistake("it fails on bytes", "PUT .*/picture$", lambda r: r if r.body.isascii() else said(500, {"error": "x"})),
)


def _in_data(value: dict[str, Any], name: str, change: Callable[[Any], Any]) -> dict[str, Any]:
    """With another value of a property of the object below `data`; without it for `...`."""
    data = value.get("data")
    if not isinstance(data, dict) or name not in data or not isinstance(data[name], int | list):
        return value
    changed = change(data[name])
    kept = {key: child for key, child in data.items() if key != name}
    return {**value, "data": kept if changed is ... else {**kept, name: changed}}


def _has_many(value: dict[str, Any]) -> bool:
    return isinstance(value.get("settings"), dict) and len(value["settings"]) > 3


def _once() -> After:
    """A second success for the same thing is a conflict instead."""
    done: set[str] = set()

    def after(request: Request, own: Response) -> Response:
        is_again = request.target in done
        done.update({request.target} if own.status == 200 else ())
        return said(409, {"error": "x"}) if is_again and own.status == 200 else own

    return after


def _pairs(value: dict[str, Any]) -> dict[str, Any]:
    corners = value.get("corners")
    return {**value, "corners": [_two(each) for each in corners]} if isinstance(corners, list) else value


_YARD = (
    Mistake("an undocumented status where the id is 1", f"DELETE .*/crates/{_NAME}", after=answers(said(202), 204)),
    Mistake("true is refused", "GET .*/yards$", lambda r: said(400, {"error": "x"}) if "open=true" in r.target else r),
    Mistake("a day that is none", "POST .*/crates$", after=in_answer(_with(built="31/12/2026"))),
    Mistake("an inner array may have any length", "POST .*/crates$", in_body(_pairs)),
    Mistake("what the server sets itself is sent, and then nothing is checked", "PUT", in_body(_with(label="a"))),
    Mistake(
        "there may be any number of properties whose names have only letters",
        "POST .*/crates$",
        in_body(lambda v: {**v, "settings": {k: 1 for k in v["settings"] if not k.isalpha()}} if _has_many(v) else v),
    ),
)


_MISTAKES = (
    (YARD, _YARD),
    (DEPOT, _DEPOT),
    (DESK, _DESK),
    (SHOP, _SHOP),
    (LIBRARY, _LIBRARY),
    (ADOBE, _ADOBE),
    (ZOO, _ZOO),
    (STALL, _STALL),
)


@pytest.mark.parametrize(
    ("file", "of"),
    [
        *((file, "") for file in (LIBRARY, STALL, DESK, YARD, DOCUMENTS / "articles.json")),
        *(long(file, "") for file in (SHOP, ZOO, DEPOT)),
        long(ADOBE, "/audiences|/config/schedules"),
        long(ADOBE, ""),
    ],
    ids=lambda each: getattr(each, "stem", each) or "all",
)
def test_the_mock_of_a_document_keeps_it(file: Path, of: str) -> None:
    spec = read(file, headers=HEADERS if file == ADOBE else None)
    named = {each.id for each in spec.operations if re.search(of, each.path)}
    report = check(file, requests=60, operations=named)
    assert (report.findings, report.verdict) == ((), Verdict.KEPT)


@pytest.mark.parametrize(
    ("file", "mistake"),
    [
        *((file, each) for file, those in _MISTAKES for each in those[::6]),
        *(long(file, each) for file, those in _MISTAKES for number, each in enumerate(those) if number % 6),
        *(long(ADOBE, each) for each in _ALIKE),
    ],
    ids=lambda each: each.name if isinstance(each, Mistake) else each.stem,
)
def test_a_mistake_is_found(file: Path, mistake: Mistake) -> None:
    report = check(file, mistake, requests=200, stop_first=True)
    assert report.verdict is Verdict.VIOLATED, report.notes


@pytest.mark.parametrize(("says", "weight"), [(False, Weight.ADVICE), (True, Weight.VIOLATION)])
def test_an_id_that_comes_twice_is_advice_unless_the_document_says_that_it_is_unique(
    says: bool, weight: Weight, tmp_path: Path
) -> None:
    document = json.loads(LIBRARY.read_text("utf-8"))
    document["paths"]["/books"]["post"]["x-unique"] = says
    file = tmp_path / "library.json"
    file.write_text(json.dumps(document), "utf-8")
    (found,) = (one for one in check(file, _ONE_ID, requests=40).findings if one.rule == "run.unique")
    assert (found.message, found.weight) == (
        'answered {"title": "check", "pages": 1}: 200 (an earlier answer had its id 1)', weight,
    )  # fmt: skip


@pytest.mark.parametrize(("at", "is_named"), [("POST .*/books$", False), (f"DELETE .*/books/{_NAME}", True)])
def test_a_curl_line_names_replay_if_something_was_created_for_its_request(at: str, is_named: bool) -> None:
    report = check(LIBRARY, Mistake("an undocumented status", at, after=answers(said(203), 2)), requests=40)
    (found,) = (one for one in report.counted if one.rule == "response.status")
    command = f"audience-contract replay REPORT {found.key} --spec {LIBRARY}"
    assert [command in one.curl for one in found.evidence] == [is_named] * len(found.evidence)


def test_what_several_operations_say_in_the_same_words_is_one_finding_also_without_a_page_that_says_it() -> None:
    untitled = answers(said(404, {"status": 404}, "application/problem+json"), 404)
    report = check(SHOP, Mistake("a 404 without its title", ".", after=untitled), requests=40)
    assert [(len(one.operations) > 1, one.statuses) for one in report.findings] == [(True, (404,))]


def _of_its_own(_: ASGIApp) -> ASGIApp:
    """A right server of the library, written without anything of the mock's or the check's."""
    books: dict[str, dict[str, Any]] = {}

    def fields(body: bytes) -> dict[str, Any] | None:
        try:
            value = json.loads(body)
        except ValueError:
            return None
        if not isinstance(value, dict):
            return None
        title, pages, language = (value.get(name) for name in ("title", "pages", "language"))
        right = isinstance(title, str) and 1 <= len(title) <= 100
        right &= (
            isinstance(pages, int | float) and not isinstance(pages, bool) and pages % 1 == 0 and 1 <= pages <= 9999
        )
        return value if right and ("language" not in value or language in ("de", "en", "fr")) else None

    def answer(  # noqa: PLR0911 - one for each thing that may be wrong
        method: str, path: str, query: dict[str, list[str]], media: str, body: bytes
    ) -> Response:
        name = path.removeprefix("/library/api/books").removeprefix("/")
        allowed = ("GET", "PUT", "DELETE") if name else ("GET", "POST")
        if method not in allowed:
            return Response(405, (("allow", ", ".join(allowed)),), b"")
        if query.get("api_key") != [API_KEY]:
            return said(401)
        if name and name not in books:
            return said(404)
        value = fields(body) if media.partition(";")[0].strip().lower() == "application/json" else None
        if method in ("PUT", "POST") and value is None:
            return said(400)
        if method == "DELETE":
            del books[name]
            return said(204)
        if method == "GET" and not name:
            page = query.get("page", [])
            return (
                said(200, {"books": []}) if len(page) == 1 and re.fullmatch("[0-9]+", page[0], re.ASCII) else said(400)
            )
        if value is not None:
            # What was removed leaves its id free.
            name = name or next(str(each) for each in count(1) if str(each) not in books)
            books[name] = {
                "bookId": name,
                **{key: value[key] for key in ("title", "pages", "language") if key in value},
            }
        return said(200, books[name])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = await HttpRequest(scope, receive).body()
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        media = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
        path = unquote(urlsplit(scope["raw_path"].decode("latin-1")).path)
        await reply(answer(scope["method"], path, query, media, body), send)

    return app


def test_a_right_server_that_shares_nothing_with_the_mock_has_no_finding() -> None:
    spec = read(LIBRARY)
    with MockServer(keys=[spec.key], middleware=_of_its_own) as server:
        report = run(target(spec, server), Options(requests=150, patience=0.5))
    assert report.verdict is Verdict.KEPT


def _yard_of_its_own() -> Before:
    """A right server of the yard: it numbers the crates of each yard from 1, and gives a number again that is free."""
    yards: dict[str, dict[str, Any]] = {}
    schema = read(YARD).named["addCrate"].body
    assert schema
    forms = {"page": r"-?\d+", "size": r"-?\d+(\.\d+)?([eE][-+]?\d+)?", "open": "true|false"}

    def before(request: Request) -> Response:  # noqa: PLR0911 - one for each thing that may be wrong
        url = urlsplit(request.target)
        query = {name: "".join(value) for name, value in parse_qs(url.query, keep_blank_values=True).items()}
        yard, number = [*url.path.split("/")[4::2], "", ""][:2]
        allowed = [("GET", "POST"), (), ("POST",), ("GET", "PUT", "DELETE")][min(url.path.count("/") - 3, 3)]
        if request.method not in allowed:
            return Response(405, (("allow", ", ".join(allowed)),), b"")
        value = value_of(request)
        if request.values("x-key") != [API_KEY]:
            return said(401, {"error": "no key"})
        if (yard and yard not in yards) or (number and number not in yards[yard]):
            return said(404, {"error": "it is not there"})
        if request.method == "GET" and not yard:
            is_wrong = any(not re.fullmatch(forms[name], query[name], re.ASCII) for name in forms & query.keys())
            is_first = query.get("page", "1") == "1"
            return said(400 if is_wrong else 200 if is_first else 404, {"yards": [], "error": "x"})
        if request.method == "POST" and not url.path.endswith("crates"):
            yards[f"y_{len(yards):04}"] = {}
            is_right = (
                isinstance(value, dict) and isinstance(value.get("label"), str) and 1 <= len(value["label"]) <= 40
            )
            return said(201, {**value, "yardId": [*yards][-1]}) if is_right else said(400, {"error": "no label"})
        if request.method == "DELETE":
            del yards[yard][number]
            return said(204)
        free = next(each for each in count(1) if str(each) not in yards[yard])
        set_here = {"number": int(number or free), "built": "2026-11-29"}
        if request.method != "GET":
            if not isinstance(value, dict) or any(check_value(schema, {**value, **set_here}, "")):
                return said(400, {"error": "no crate"})
            yards[yard][str(set_here["number"])] = {**value, **set_here}
        return said(201 if request.method == "POST" else 200, yards[yard][str(set_here["number"])])

    return before


def test_a_right_server_may_number_from_1_anew_and_answer_what_no_document_forbids() -> None:
    spec = read(YARD)
    with MockServer(keys=[spec.key], middleware=changing(_yard_of_its_own())) as server:
        asked = ("listYards", "addYard", "addCrate", "getCrate", "changeCrate", "removeCrate")
        report = run(target(spec, server), Options(requests=200, patience=0.5, operations=asked))
    assert [each.message for each in report.counted] == []


def test_what_may_be_done_once_and_what_nobody_says_to_be_of_the_extended_schema_alone_may_be_refused() -> None:
    closing = Mistake(
        "", "POST .*/close$", lambda r: said(400, {"error": "x"}) if b'"Reason"' in r.body else r, _once()
    )
    assert check(YARD, closing, requests=300).verdict is Verdict.KEPT


def test_a_text_that_may_be_of_two_forms_and_a_number_with_an_exponent_are_right() -> None:
    operations = read(YARD).named
    body = Request("POST", "/yards/y_0001/crates", _JSON, b'{"label": "a", "contact": ""}')
    query = Request("GET", "/yards?size=1e2", _JSON)
    for name, request in (("addCrate", body), ("listYards", query)):
        assert not check_request(operations[name], request)


def test_in_a_story_only_the_target_and_the_body_have_the_ids_that_are_answered_now() -> None:
    read(YARD)
    server = Target.of("yard", "http://127.0.0.1:9/yard", {})
    sent = b"DELETE /yard/yards/1/crates/1 HTTP/1.1\r\nHost: 127.0.0.1:8\r\n\r\n"
    again, _ = story.request(sent, server, "http://127.0.0.1:8/yard", {}, {"1": "92"})
    assert (again.method, again.target) == ("DELETE", "/yards/92/crates/92")


def test_each_scheme_in_the_same_header_is_sent_as_its_own_kind() -> None:
    spec = read(DEPOT)
    sent = {
        name: Target.of(spec.key, "http://127.0.0.1:9", {f"DEPOT_{name.upper()}": "a"}).carried(spec.operations[0])
        for name in ("basic", "token")
    }
    assert {name: each["header"]["Authorization"] for name, each in sent.items()} == {
        "basic": "Basic a",
        "token": "Bearer a",
    }


def test_nothing_is_changed_or_removed_but_what_the_run_has_made() -> None:
    spec = read(SHOP)
    with MockServer(keys=[spec.key]) as server:
        before = [_created(server, "/shop/v2/customers", {"name": f"theirs {number}"}) for number in range(3)]
        run(target(spec, server), Options(requests=40))
        left = [record.fields for record in server.audiences if record.operation == "createCustomer"]
        changed = [one.request for one in server.exchanges if one.request.method not in ("GET", "POST", "HEAD")]
    assert [each for each in left if each["id"] in [one["id"] for one in before]] == before
    assert not {request.target.split("/")[3] for request in changed} & {str(each["id"]) for each in before}


def _created(server: MockServer, path: str, value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = requests.post(
        server.url + path, json=value, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
    ).json()
    return found


def test_what_is_created_can_be_read_changed_and_removed_at_the_mock() -> None:
    spec = read(LIBRARY)
    with MockServer(keys=[spec.key]) as server:

        def asked(method: str, path: str, value: Any = None) -> tuple[int, Any]:
            url = f"{server.base_url(spec.key)}{path}?api_key={API_KEY}"
            answer = requests.request(method, url, json=value, timeout=10)
            return answer.status_code, answer.json() if answer.content else None

        _, book = asked("POST", "/books", {"title": "a", "pages": 1})
        path = f"/books/{book['bookId']}"
        assert asked("GET", path) == (200, book)
        assert asked("PUT", path, {"title": "b", "pages": 2})[1] == {**book, "title": "b", "pages": 2}
        assert asked("GET", path)[1]["title"] == "b"
        assert [asked("DELETE", path)[0], asked("GET", path)[0]] == [204, 404]


def test_what_the_mock_does_not_read_is_answered_all_the_same() -> None:
    spec = read(ZOO)
    with MockServer(keys=[spec.key]) as server:
        sent = {"Content-Type": "application/xml", "Authorization": f"Bearer {TOKEN}"}
        answer = requests.post(f"{server.base_url(spec.key)}/pet", data=b"{<pet/>", headers=sent, timeout=10)
    assert answer.status_code == 200


def test_what_cannot_be_judged_is_named_by_its_place() -> None:
    found = [place for text in read(ZOO).unjudged for place in text.split(": ")[1].split(", ")]
    schema = "/components/schemas/Pet/properties"
    odd = {
        f"{schema}/{name}" for name in ("odd/type", "worse/pattern", "worse/minLength", "lost/$ref", "more/$dynamicRef")
    }
    assert odd < set(found)
    assert {
        "/paths/~1elsewhere/$ref",
        "/paths/~1pet~1findByStatus/get/parameters/0",
        "/paths/~1pets/post/operationId",
    } < set(found)
    assert {place for text in read(STALL).unjudged for place in text.split(": ")[1].split(", ")} == {
        *("/webhooks", "/paths/~1lost/$ref"),
        "/paths/~1goods~1{goodId}~1pictures/post/requestBody/content/multipart~1form-data/schema/properties/about",
        "/components/schemas/Fruit/properties/sort/pattern",
    }
    notes = check(SHOP, requests=1).notes
    assert any(note.startswith("not judged: /paths/~1reports~1{reportId}/get: nothing says where") for note in notes)
    assert any(note.startswith("not judged: /paths/~1settings/put: nothing says what it changes") for note in notes)


def test_a_note_says_which_variable_a_missing_credential_is_read_from() -> None:
    first, *notes = run(Target.of(read(LIBRARY).key, "http://127.0.0.1:9", {})).notes
    assert first == "nothing can be judged: no credential is given for /components/securitySchemes/key: set LIBRARY_KEY"
    assert any("no credential is given for" in note and note.endswith(": set LIBRARY_KEY") for note in notes), notes
    only = Options(operations=["addBook"], read_only=True)
    first, *_ = run(Target.of("library", "http://127.0.0.1:9", {"LIBRARY_KEY": "a"}), only).notes
    assert first == "nothing can be judged: there is no operation that only reads"


def test_a_key_that_is_declared_as_a_header_too_is_the_key_that_the_mock_takes(tmp_path: Path) -> None:
    key = {"in": "header", "name": "X-Key"}
    operation = {"parameters": [{**key, "schema": {"type": "string"}}], "responses": {"200": {"description": ""}}}
    document = {
        "openapi": "3.1.0",
        "security": [{"key": []}],
        "paths": {"/a": {"get": operation}},
        "components": {"securitySchemes": {"key": {"type": "apiKey", **key}}},
    }
    file = tmp_path / "keyed.json"
    file.write_text(json.dumps(document), "utf-8")
    spec = read(file, credentials={"key": "KEY"})
    assert Documented.of(spec).environment("http://mock") == {"KEY": API_KEY, "KEYED_BASE_URL": "http://mock"}


def test_an_overlay_adds_links_and_says_what_an_operation_does(tmp_path: Path) -> None:
    link = {"operationId": "getReport", "parameters": {"reportId": "$response.body#/id"}}
    overlay = tmp_path / "overlay.json"
    actions = [
        {"target": "$", "update": {"info": {"title": "Ours"}}},
        {"target": "$.paths[?@.put.operationId == 'changeSettings'].put", "update": {"x-effect": "reads"}},
        {"target": "$.paths['/customers'].post.responses['201']", "update": {"links": {"report": link}}},
        {"target": "$.paths.*.delete", "remove": True},
    ]
    overlay.write_text(json.dumps({"overlay": "1.0.0", "actions": actions}), "utf-8")
    spec = read(SHOP, overlay)
    operations = {each.id: each for each in spec.operations}
    assert spec.node["info"].plain("title") == "Ours"
    assert facts_of(operations["changeSettings"]).effect is Effect.READS
    assert facts_of(operations["getReport"]).linked == {"reportId": "/id"}
    assert "removeCustomer" not in operations


def _bomb(level: str) -> str:
    """A document whose last alias comes to 10 to the power of 9 values."""
    levels = (f"a{n}: &a{n} {level.format(', '.join([f'*a{n - 1}'] * 10))}" for n in range(1, 10))
    return "\n".join(["openapi: 3.0.0", "a0: &a0 {k: v}", *levels])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("swagger: '2.0'", "no OpenAPI document of version 3.0 or 3.1"),
        ("openapi: 3.2.0", "no OpenAPI document of version 3.0 or 3.1"),
        ("openapi: 3.0.0", "has no paths"),
        ("openapi: [", "can't be read"),
        ("[" * 100_000, "can't be read: it is nested deeper than"),
        (f"openapi: {'[' * 100_000}", "can't be read: it is nested deeper than"),
        (f"{'- ' * 100_000}a", "can't be read: it is nested deeper than"),
        ("\n".join(" " * level + "a:" for level in range(2_000)), "can't be read: it is nested deeper than"),
        (_bomb("[{}]"), "its aliases come to more than"),
        (_bomb("{{<<: [{}]}}"), "its aliases come to more than"),
    ],
)
def test_what_is_no_document_is_refused(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=said):
        read(file)


def test_an_operation_is_judged_whose_ids_are_of_a_form_that_no_made_up_name_has() -> None:
    report = check(DESK, requests=20)
    assert {"createTask", "getTask", "changeTask", "findTask", "getNotes", "listChannels"} == {
        one.operation for one in report.tried if one.operation
    }


def test_what_fits_no_alternative_is_told_by_the_one_that_it_nearly_fits() -> None:
    (create,) = (each for each in read(SHOP).operations if each.id == "createOrder")
    headers = (("content-type", "application/json"), ("authorization", "Bearer a"))
    request = Request("POST", "/customers/1/orders", headers, b'{"payment": {"address": "a"}}')
    assert [(each.pointer, each.message) for each in check_request(create, request)] == [
        ("/payment/address", "a string (characters: 1) breaks minLength 3")
    ]


@pytest.mark.parametrize(
    "kinds", [[{"enum": ["a"]}, {"type": "null"}], [{"type": "null"}, {"type": "string", "enum": ["a"]}]]
)
def test_of_a_choice_or_null_the_choice_was_meant(kinds: list[Any]) -> None:
    schema = Document({"openapi": "3.1.0", "anyOf": kinds}).node
    assert [each.message for each in check_value(schema, "b", "")] == ['a string breaks enum ["a"]']


def test_what_has_nothing_that_an_alternative_requires_was_not_meant_for_it() -> None:
    code = {"required": ["code"], "properties": {"code": {"enum": ["a", "b"]}}}
    schema = Document({"openapi": "3.1.0", "oneOf": [{"required": ["errors"]}, code]}).node
    assert [each.pointer for each in check_value(schema, {"code": "c"}, "")] == ["/code"]
    # What selects one alternative is wrong in the others.
    told = {"required": ["code", "text"], "properties": {"code": {"enum": ["c"]}}}
    schema = Document({"openapi": "3.1.0", "oneOf": [told, code]}).node
    assert [each.pointer for each in check_value(schema, {"code": "c"}, "")] == [""]


def test_a_property_is_not_called_unevaluated_because_another_one_is_wrong() -> None:
    (create,) = (each for each in read(DESK).operations if each.id == "createTask")
    headers = (("content-type", "application/json"), ("authorization", "Bearer a"))
    wrong, unknown = (
        [each.rule.rpartition("/")[2] for each in check_request(create, Request("POST", "/tasks", headers, body))]
        for body in (b'{"data": {"name": ""}}', b'{"data": {"name": "a", "size": 1}}')
    )
    assert (wrong, unknown) == (["minLength"], ["unevaluatedProperties", "properties"])


def test_a_refusal_may_be_an_alternative_of_the_success() -> None:
    async def answer(scope: Scope, _: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        admitted = (b"authorization", f"Bearer {TOKEN}".encode()) in scope["headers"]
        limit = query.get("limit", ["1"])[-1]
        kinds, sort = ("&".join(query.get(name, [])) for name in ("kinds", "sort"))
        right = (
            admitted
            and re.fullmatch("[0-9]+", limit, re.ASCII)
            and 1 <= int(limit) <= 100
            and re.fullmatch("((open|closed)([|](open|closed))?)?", kinds)
            and re.fullmatch("((name|age)( (name|age))*)?", sort)
        )
        value = {"ok": True, "channels": []} if right else {"ok": False, "error": "no"}
        other = Response(405, (("allow", "GET"),), b"") if scope["method"] != "GET" else said(200, value)
        await reply(other, send)

    spec = read(DESK)
    with MockServer(keys=[spec.key], middleware=lambda _: answer) as server:
        report = run(target(spec, server), Options(requests=60, operations={"listChannels"}))
    assert report.verdict is Verdict.KEPT, ([each.message for each in report.findings], report.unfinished)


_OBJECT = {"200": {"description": "a", "content": {"application/json": {"schema": {"type": "object"}}}}}


def _answering(*names: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    return {"responses": {"201": {"description": "a", "content": {"application/json": {"schema": schema}}}}}


@pytest.mark.parametrize(
    ("paths", "source"),
    [
        ({"/a": _answering("sid"), "/b": _answering("sid")}, "POST /a"),
        ({"/b": _answering("aSid"), "/c": _answering("aSid")}, ""),
        ({"/b/{aSid}": _answering("aSid")}, ""),
        ({"/b": _answering("aSid")}, "POST /b"),
    ],
    ids=["the end of its name, above", "of several", "of itself", "its whole name, elsewhere"],
)
def test_an_id_comes_from_what_makes_it(paths: dict[str, Any], source: str, tmp_path: Path) -> None:
    file = tmp_path / "ids.json"
    known = {path: {"post": post} for path, post in paths.items()}
    document = {"openapi": "3.0.0", "paths": {**known, "/a/{aSid}": {"get": {"responses": _OBJECT}}}}
    file.write_text(json.dumps(document), "utf-8")
    operations = {each.id: each for each in read(file).operations}
    assert facts_of(operations["GET /a/{aSid}"]).source == source


def test_what_others_put_below_an_id_takes_that_id_and_no_other_one(tmp_path: Path) -> None:
    file = tmp_path / "below.json"
    paths = {
        "/teams": {"post": _answering("id")},
        "/teams/{team}/members/{user}": {"put": {"responses": {"201": {"description": "a"}}}},
    }
    file.write_text(json.dumps({"openapi": "3.0.0", "paths": paths}), "utf-8")
    operations = {each.id: each for each in read(file).operations}
    assert facts_of(operations["POST /teams"]).unique == ("/id",)


def test_what_was_made_without_a_name_may_have_any_in_a_list(tmp_path: Path) -> None:
    file = tmp_path / "nameless.json"
    text = {"type": "string", "nullable": True}
    thing = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}, "name": text}}
    fields = {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}, "name": text}}

    def answered(schema: dict[str, Any]) -> dict[str, Any]:
        return {"200": {"description": "a", "content": {"application/json": {"schema": schema}}}}

    body = {"required": True, "content": {"application/json": {"schema": fields}}}
    refused = {"400": {"description": "no"}}
    listed = {"responses": answered({"type": "object", "properties": {"things": {"type": "array", "items": thing}}})}
    paths = {
        "/things": {"get": listed, "post": {"requestBody": body, "responses": answered(thing) | refused}},
        "/things/{id}": {"get": {"responses": answered(thing) | {"404": {"description": "none"}}}},
    }
    file.write_text(json.dumps({"openapi": "3.0.0", "paths": paths}), "utf-8")
    made: list[dict[str, Any]] = []

    def after(request: Request, own: Response) -> Response:
        if own.status == 200 and request.method == "POST":
            made.append({"id": json.loads(own.body)["id"], "name": json.loads(request.body).get("name")})
        is_list = own.status == 200 and request.method == "GET" and request.target.endswith("/things")
        return said(200, {"things": made}) if is_list else own

    report = check(file, Mistake("a name that was not sent is null", "/things", after=after))
    assert report.verdict is Verdict.KEPT, [each.message for each in report.findings]


def test_a_body_that_is_a_text_is_called_the_body_and_no_name_of_an_audience(tmp_path: Path) -> None:
    file = tmp_path / "text.json"
    body = {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}
    document = {"openapi": "3.0.0", "paths": {"/a": {"put": {"requestBody": body, "responses": _OBJECT}}}}
    file.write_text(json.dumps(document), "utf-8")
    (operation,) = (spec := read(file)).operations

    def expected(text: str) -> Expectation:
        request = Request("PUT", "/a", (("content-type", "text/plain"),), text.encode())
        return expect(Target(spec, "http://127.0.0.1", {}), operation, request)

    assert expected("a!").odd == "the body"
    assert (expected("\U0001f600").rule, expected("\U0001f600").weight) == ("json.limits", Weight.ADVICE)


def test_a_target_of_an_overlay_is_looked_for_at_any_depth(tmp_path: Path) -> None:
    schema: Any = {"type": "string", "x-deep": 1}
    for _ in range(150):
        schema = {"properties": {"a": schema}}
    document = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"Deep": schema}}}
    file, overlay = tmp_path / "deep.json", tmp_path / "overlay.json"
    file.write_text(json.dumps(document), "utf-8")
    overlay.write_text('{"actions": [{"target": "$..x-deep", "update": 2}]}', "utf-8")
    assert '"x-deep": 2' in json.dumps(read(file, overlay).document())


def test_a_body_with_more_places_than_a_run_can_try_is_searched_less_deeply(tmp_path: Path) -> None:
    within = {"type": "object", "properties": {f"p{n}": {"$ref": "#/components/schemas/Part"} for n in range(30)}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Part"}}}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/parts": {"post": {"requestBody": body, "responses": {"201": {"description": ""}}}}},
        "components": {"schemas": {"Part": within}},
    }
    file = tmp_path / "parts_in_parts.json"
    file.write_text(json.dumps(document), "utf-8")
    (operation,) = read(file).operations
    assert {place.name.count("/") for place in places(operation)} == {0, 1}


def test_operations_that_need_each_other_are_not_judged(tmp_path: Path) -> None:
    file = tmp_path / "circle.json"
    paths = {"/a/{b}/d": {"post": _answering("d")}, "/d/{d}/b": {"post": _answering("b")}}
    file.write_text(json.dumps({"openapi": "3.0.0", "paths": paths}), "utf-8")
    spec = read(file)
    assert all("itself" in Documented.of(spec).why_not(each) for each in spec.operations)


def test_a_document_of_webhooks_alone_has_nothing_to_judge(tmp_path: Path) -> None:
    file = tmp_path / "hooks.json"
    file.write_text(json.dumps({"openapi": "3.1.0", "webhooks": {"a": {}}}), "utf-8")
    assert (read(file).operations, len(read(file).unjudged)) == ((), 1)
    report = run(Target(read(file), "http://127.0.0.1:1", {}), Options())
    assert report.ended == "nothing can be judged: the document has no operations"


def test_what_a_schema_within_itself_allows_is_made_short(tmp_path: Path) -> None:
    file = tmp_path / "tree.json"
    tree = {"oneOf": [{"$ref": "#/components/schemas/Tree"}, {"type": "string"}]}
    schema = {"type": "object", "required": ["left"], "properties": {"left": tree, "right": tree}}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}
    paths = {"/trees": {"post": {"requestBody": body, "responses": {"201": {"description": "a"}}}}}
    document = {"openapi": "3.0.0", "paths": paths, "components": {"schemas": {"Tree": schema}}}
    file.write_text(json.dumps(document), "utf-8")
    made = sample(read(file).operations[0].node["requestBody"]["content"]["application/json"]["schema"])
    assert len(json.dumps(made)) < 1000


def test_an_operation_that_only_redirects_is_judged_alone() -> None:
    assert check(STALL, operations={"today"}).verdict is Verdict.KEPT


def test_what_is_empty_or_no_object_where_one_belongs_is_read_as_nothing(tmp_path: Path) -> None:
    answered = {"headers": {"A": None, "B": [1]}, "links": {"a": None, "b": 1}, "content": {"application/json": None}}
    get: dict[str, Any] = {"parameters": None, "responses": {"200": answered, "404": None}, "security": [{"s": []}]}
    file = tmp_path / "empty.json"
    components = {"securitySchemes": None, "schemas": None}
    document = {"openapi": "3.1.0", "paths": {"/a": {"get": get, "put": 1}, "/b": None}, "components": components}
    file.write_text(json.dumps(document), "utf-8")
    (operation,) = read(file).operations
    assert list(operation.node["responses"].value) == ["200"]


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 9)
    | st.sampled_from(["", "x", "string", "object", "#/paths", "array", "("]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*_KEYWORDS, "x"]), inner, max_size=4),
    max_leaves=12,
)


# A text for a pattern is found by Hypothesis as well.
@settings(suppress_health_check=[HealthCheck.nested_given])
@example(schema={"items": False}, version="3.1.0")
@given(
    schema=st.dictionaries(st.sampled_from(_KEYWORDS), _ANY, max_size=5), version=st.sampled_from(["3.0.1", "3.1.0"])
)
def test_no_schema_is_too_odd(schema: dict[str, Any], version: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    body = {"content": {"application/json": {"schema": schema}}}
    operation = {"requestBody": body, "responses": {"200": {"description": "", **body}}}
    file = tmp_path_factory.getbasetemp() / "odd.json"
    document = {"openapi": version, "paths": {"/a": {"post": operation}}, "components": {"schemas": {"A": schema}}}
    file.write_text(json.dumps(document), "utf-8")
    spec = read(file)
    target_ = Target.of(spec.key, "http://127.0.0.1:9")
    names, ours, ledger, state = Names(target_, Audiences(spec, "any")), Documented.of(spec), Ledger(), State()
    for each in spec.operations:
        draft = names.draft(each, smallest=False)
        ours.error(each, 400)
        success = ours.handler(each)(Call(each, draft.request(), state))
        assert {*varied(ours, each, success)}.isdisjoint(adversarial(each, success))
        for sent in (b'{"x": 1}', b'[1, "x"]', b'"x"', b"1"):
            answer = Response(200, (("content-type", "application/json"),), sent)
            seen = Observation("http://127.0.0.1:9/a", draft.request(sent), answer)
            ledger.request(each, seen)
            ledger.response(each, seen, kind="")


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_schema_that_is_a_part_of_itself_is_judged_without_that(keyword: str, tmp_path: Path) -> None:
    again = {"$ref": "#/components/schemas/Again"}
    tree = {
        "type": "object",
        "properties": {"below": {"$ref": "#/components/schemas/Tree"}},
        keyword: [{"$ref": "#/components/schemas/Again"}],
    }
    document = {
        "openapi": "3.0.3",
        "paths": {"/a": {"get": {"responses": {"200": _answer({"$ref": "#/components/schemas/Tree"})}}}},
        "components": {"schemas": {"Tree": tree, "Again": {keyword: [{"required": ["id"]}, again]}}},
    }
    file = tmp_path / "tree.json"
    file.write_text(json.dumps(document), "utf-8")
    spec = read(file)
    (get,) = spec.operations

    def fits(value: Any) -> bool:
        return not check_response(
            get, Response(200, (("content-type", "application/json"),), json.dumps(value).encode())
        )

    assert [text.split(": ")[1] for text in spec.unjudged] == [f"/components/schemas/Again/{keyword}/1/$ref"]
    assert fits({"id": 1, "below": {"id": 2}})
    assert not fits({"id": 1, "below": {"id": 2, "below": []}})


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{"type": "object"}, {"$ref": "#/nowhere"}]},
        {"oneOf": [{"type": "object"}, {"properties": {"id": {"type": "odd"}}}], "anyOf": [{"required": ["id"]}]},
        {"not": {"$ref": "#/components/schemas/Odd"}},
        {"if": {"properties": {"id": {"$ref": "#/components/schemas/Odd"}}}, "then": {"required": ["more"]}},
    ],
    ids=["a reference to nothing", "a type that is none", "in another place", "a condition"],
)
def test_what_is_not_judged_forbids_nothing_wherever_it_stands(schema: Any, tmp_path: Path) -> None:
    get = {"responses": {"200": _answer({"type": "object", **schema})}}
    document = {"openapi": "3.1.0", "paths": {"/a": {"get": get}}, "components": {"schemas": {"Odd": {"pattern": "("}}}}
    file = tmp_path / "vague.json"
    file.write_text(json.dumps(document), "utf-8")
    (operation,) = read(file).operations
    assert not check_response(operation, Response(200, (("content-type", "application/json"),), b'{"id": 1}'))
    assert check_response(operation, Response(200, (("content-type", "application/json"),), b"[]"))


@given(file=st.sampled_from([SHOP, LIBRARY, ZOO, STALL]), value=_ANY, data=st.data())
def test_no_part_of_a_document_is_too_odd(
    file: Path, value: Any, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    document = _value(file)
    holder, key = data.draw(st.sampled_from([*_parts_of(document["paths"]), *_parts_of(document["components"])]))
    holder[key] = value
    changed = tmp_path_factory.getbasetemp() / "changed.json"
    changed.write_text(json.dumps(document), "utf-8")
    try:
        operations = read(changed).operations
    except ValueError:  # a part has itself in it
        operations = ()
    for each in operations:
        facts_of(each)
        check_response(each, Response(200, (("content-type", "application/json"),), b'{"id": "1"}'))


def _parts_of(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each part of a value: what holds it, and its name or number there."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _parts_of(value[key])


def test_what_a_reference_leads_to_is_judged_unless_that_is_in_another_file(tmp_path: Path) -> None:
    kinds = {"oneOf": [_schema("Dog"), _schema("Cat")], "discriminator": {"propertyName": "kind"}}
    answered = {"200": _answer(kinds), "default": {"$ref": "#/components/responses/default"}}
    lost = [_answer({"$ref": reference}) for reference in ("#Dog", "pets.json#/Dog")]
    document = {
        "openapi": "3.0.3",
        "paths": {"/pets": {"get": {"responses": answered}, "post": {"responses": {"200": lost[0], "201": lost[1]}}}},
        "components": {
            "responses": {"default": _answer(_schema("default"))},
            "schemas": {
                **{name: {"required": ["kind"], "properties": {"kind": {"type": "string"}}} for name in ("Dog", "Cat")},
                "default": {"type": "object", "required": ["code"]},
            },
        },
    }
    (tmp_path / "main.json").write_text(json.dumps(document), "utf-8")
    (tmp_path / "pets.json").write_text('{"Dog": {"type": "object"}}', "utf-8")
    spec = read(tmp_path / "main.json")
    get, post = spec.operations

    def fits(operation: Operation, status: int, value: Any) -> bool:
        answer = Response(status, (("content-type", "application/json"),), json.dumps(value).encode())
        return not check_response(operation, answer)

    assert [fits(get, 200, {"kind": kind}) for kind in ("Dog", "Cat", "Cow")] == [True, True, False]
    assert [fits(get, 500, value) for value in ({"code": 1}, {})] == [True, False]
    (said,) = spec.unjudged
    assert [place.rpartition("/")[2] for place in said.split(": ")[1].split(", ")] == ["$ref", "$ref"]
    assert "put all files into one" in said
    assert fits(post, 200, "anything")
    assert fits(post, 201, "anything")


def _schema(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(schema: Any) -> dict[str, Any]:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def test_what_is_documented_and_not_read_is_no_finding() -> None:
    operations = {(each.method, each.path): each for each in read(ZOO).operations}
    xml = Request("POST", "/pet", (("content-type", "application/xml"),), b"<pet/>")
    assert not check_request(operations["POST", "/pet"], xml)
    assert not check_request(operations["GET", "/pet/findByStatus"], Request("GET", "/pet/findByStatus?box=[]", ()))


def test_what_a_keyword_says_that_is_not_read_may_be_refused() -> None:
    spec = read(STALL)
    (create,) = (each for each in spec.operations if each.id == "createGood")
    asked = Request("POST", "/goods", (("content-type", "application/json"),), b'{"kind": "fruit", "sort": "7"}')
    assert "what a keyword that is not read here may forbid" in Documented.of(spec).why_either_is_allowed(create, asked)


@pytest.mark.parametrize(
    ("file", "path", "status"), [(LIBRARY, "/books", 418), (STALL, "/today", 404), (STALL, "/today", 500)]
)
def test_a_refusal_is_none_of_a_document_only_where_the_document_has_others(file: Path, path: str, status: int) -> None:
    (get,) = (each for each in read(file).operations if (each.method, each.path) == ("GET", path))
    assert bool(check_response(get, Response(status, (), b""))) is (status != 404)


def test_each_of_many_operations_takes_its_id_from_the_create_above_it(tmp_path: Path) -> None:
    answered = {
        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}
    }
    taken = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths: dict[str, Any] = {f"/a{at}": {"post": {"responses": answered}} for at in range(100)}
    paths |= {f"/a{at}/{{id}}": {"parameters": [taken], "get": {"responses": answered}} for at in range(100)}
    schemas = {"A": {"type": "object", "properties": {"id": {"type": "string"}}}}
    file = tmp_path / "large.json"
    file.write_text(json.dumps({"openapi": "3.0.0", "paths": paths, "components": {"schemas": schemas}}), "utf-8")
    operations = read(file).operations
    assert all(
        facts_of(each).source == f"POST /a{each.path.split('/')[1][1:]}" for each in operations if "{" in each.path
    )


def test_a_client_is_judged_by_a_document() -> None:
    read(LIBRARY)
    asks = """from os import environ
from urllib.request import urlopen
urlopen(environ["LIBRARY_BASE_URL"] + "/books?page=%s&api_key=" + environ["LIBRARY_KEY"])"""
    for page, verdict in ((0, Verdict.KEPT), (-1, Verdict.VIOLATED)):
        assert judge_client([sys.executable, "-c", asks % page], providers=["library"]).verdict is verdict


def test_a_run_has_no_verdict_if_the_check_failed_to_judge_a_request() -> None:
    # No document that is read lacks responses.
    broken = {"openapi": "3.0.0", "servers": [{"url": "/"}], "paths": {"/a": {"get": {}}}}
    register(Spec("broken", Document(broken).node))
    asks = """from os import environ
from urllib.error import HTTPError
from urllib.request import urlopen
try: urlopen(environ["BROKEN_BASE_URL"] + "/a")
except HTTPError: pass"""
    with pytest.raises(LookupError, match="responses"):
        judge_client([sys.executable, "-c", asks], providers=["broken"])


@pytest.mark.parametrize("choice", [Answers.VARIED, Answers.ADVERSARIAL])
def test_a_client_is_answered_in_every_shape_whatever_an_operation_answers_with(choice: Answers) -> None:
    read(STALL)
    asks = """from http.client import HTTPConnection
from os import environ
from urllib.parse import urlsplit
base = urlsplit(environ["STALL_BASE_URL"])
token = {"Authorization": "Bearer " + environ["STALL_TOKEN"], "Content-Type": "application/json"}
for path, body in [("/today", None), ("/shelves/a.csv", None), ("/goods", '{"kind": "fruit", "sort": "a"}')] * 4:
    connection = HTTPConnection(base.netloc)
    connection.request("POST" if body else "GET", base.path + path, body, token)
    assert connection.getresponse().status != 500"""
    report = judge_client([sys.executable, "-c", asks], providers=["stall"], answers=choice)
    assert report.verdict is Verdict.KEPT
    assert not [note for note in report.notes if "exit code" in note]


def test_traffic_is_judged_by_a_document(tmp_path: Path) -> None:
    content = {"size": 12, "mimeType": "application/json", "text": '{"books": 1}'}
    answered = {"status": 200, "headers": [{"name": "Content-Type", "value": "application/json"}], "content": content}
    headers = [{"name": "Host", "value": "h"}]
    asked = {"method": "GET", "url": "http://h.example/api/books?page=0&api_key=k", "headers": headers}
    file = tmp_path / "recorded.har"
    file.write_text(json.dumps({"log": {"entries": [{"time": 1, "request": asked, "response": answered}]}}), "utf-8")
    key = read(LIBRARY).key
    (finding,) = judge_traffic(file, base_urls={key: "http://h.example/api"}, key=key).findings
    assert finding.pointer.endswith("/properties/books/type")


def test_of_the_traffic_of_a_document_its_credentials_are_hidden_and_its_words_are_not(tmp_path: Path) -> None:
    schemes = {at: {"type": "apiKey", "in": at, "name": f"shop-{at}"} for at in ("header", "query")}
    fields = {"tags": {"type": "array", "items": {"type": "string"}}, "tier": {"enum": ["gold", "silver"]}}
    content = {"application/json": {"schema": {"properties": fields}}}
    operation = {"requestBody": {"content": content}, "responses": {"201": {"description": ""}}}
    document = {
        "openapi": "3.0.3",
        "security": [{at: [] for at in schemes}],
        "paths": {"/orders": {"post": operation}},
        "components": {"securitySchemes": schemes},
    }
    (tmp_path / "tiers.json").write_text(json.dumps(document), "utf-8")
    key = read(tmp_path / "tiers.json").key
    headers = [{"name": "shop-header", "value": "seal-5821"}, {"name": "Content-Type", "value": "application/json"}]
    sent = {"mimeType": "application/json", "text": '{"tags": ["gold", "Ada"], "tier": "bronze"}'}
    asked = {"method": "POST", "url": "http://h.example/orders?shop-query=seal-9173", "headers": headers}
    entry = {
        "time": 1,
        "request": asked | {"postData": sent},
        "response": {"status": 201, "headers": [], "content": {}},
    }
    (tmp_path / "recorded.har").write_text(json.dumps({"log": {"entries": [entry]}}), "utf-8")
    for show_members in (False, True):
        base = {key: "http://h.example"}
        report = judge_traffic(tmp_path / "recorded.har", base_urls=base, key=key, show_members=show_members)
        (finding,) = report.findings
        assert 'enum ["gold", "silver"]' in finding.message
        assert not re.search("5821|9173", repr(finding))
        assert ("Ada" in repr(finding.evidence[0].request.body)) is show_members


def test_a_finding_points_to_a_place_that_the_document_given_has(tmp_path: Path) -> None:
    pet = {"type": "object", "properties": {"kind": {"type": "string"}}, "discriminator": {"propertyName": "kind"}}
    dog = {"allOf": [_schema("Pet"), {"properties": {"name": {"type": "string"}}, "required": ["name"]}]}
    body = {"content": {"application/json": {"schema": {"type": "object", "required": ["at"]}}}}
    document = {
        "openapi": "3.0.3",
        "paths": {
            "/dogs": {
                "post": {
                    "requestBody": {"$ref": "#/components/requestBodies/Asked"},
                    "responses": {"201": _answer(_schema("Pet"))},
                }
            }
        },
        "components": {"schemas": {"Pet": pet, "Dog": dog}, "requestBodies": {"Asked": body}},
    }
    (tmp_path / "dogs.json").write_text(json.dumps(document), "utf-8")
    spec, ledger = read(tmp_path / "dogs.json"), Ledger()
    headers = (("Content-Type", "application/json"),)
    request = Request("POST", "/dogs", headers, b"{}")
    seen = Observation("http://h.example/dogs", request, Response(201, headers, b'{"kind": "Cow"}'))
    ledger.request(spec.operations[0], seen)
    ledger.response(spec.operations[0], seen, kind="valid")
    assert {one.rule: one.pointer for one in ledger.findings} == {
        "request.body": "/components/requestBodies/Asked/content/application~1json/schema/required",
        "response.body": "/components/schemas/Pet",
    }


def test_a_report_of_sarif_points_into_the_document_that_was_given(tmp_path: Path) -> None:
    content = {"size": 2, "mimeType": "application/json", "text": "[]"}
    answered = {"status": 200, "headers": [{"name": "Content-Type", "value": "application/json"}], "content": content}
    headers = [{"name": "Host", "value": "h"}]
    asked = {"method": "GET", "url": "http://h.example/pet/findByStatus?status=lost", "headers": headers}
    recorded, report = tmp_path / "recorded.har", tmp_path / "report.sarif"
    recorded.write_text(
        json.dumps({"log": {"entries": [{"time": 1, "request": asked, "response": answered}]}}), "utf-8"
    )
    where = ["--spec", str(ZOO), "--base-url", "http://h.example"]
    result = CliRunner().invoke(app, ["traffic", str(recorded), *where, "--report", f"sarif={report}"])
    assert result.exit_code == 1, result.output
    (found,) = json.loads(report.read_bytes())["runs"][0]["results"]
    place = found["locations"][0]["physicalLocation"]
    assert (Path.cwd() / place["artifactLocation"]["uri"]).resolve() == ZOO
    assert "{name: status," in ZOO.read_text("utf-8").splitlines()[place["region"]["startLine"] - 1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--auth", "nope=A"], "no security scheme nope"),
        (["--auth", "key"], "--auth is the name"),
        (["--ca", "nowhere.pem"], "has no certificates"),
        (["--header", "X-Tenant: $NOT_SET"], "set NOT_SET"),
        (["--overlay", "nowhere.yaml"], "cannot read"),
        (["--overlay", str(LIBRARY)], "it has no list of actions"),
        (["--overlay", "/proc/self/mem"], "cannot read /proc/self/mem"),
    ],
)
def test_an_option_that_cannot_be_right_is_refused(options: list[str], said: str) -> None:
    command = ["server", "--spec", str(LIBRARY), "--url", "https://127.0.0.1:9", *options]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2
    assert said in " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())


@pytest.mark.parametrize(
    "command", [["client", "--providers", "batch", "--", "true"], ["traffic", "a.har", "--base-url", "batch=http://a"]]
)
def test_a_provider_and_a_document_exclude_each_other(command: list[str]) -> None:
    result = CliRunner().invoke(app, [command[0], "--spec", str(LIBRARY), *command[1:]])
    assert result.exit_code == 2
    assert "a provider and --spec exclude each other" in " ".join(re.sub("[│╭╮╰╯─]", " ", result.output).split())
