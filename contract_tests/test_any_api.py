"""The check, the mock and the judge of clients and traffic on OpenAPI documents that are nobody's provider."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audience_contract import Response
from audience_contract.documents import read
from audience_contract.facts import Effect, facts_of
from audience_contract.mock import MockServer
from audience_contract.mock.credentials import API_KEY, TOKEN
from audience_contract.report import Verdict
from mistaken import ADOBE, DOCUMENTS, After, Mistake, answers, check, in_answer, in_body, said, with_header, with_query

SHOP, LIBRARY = DOCUMENTS / "shop.yaml", DOCUMENTS / "library.json"
_NAME = "[^/]+$"


def _least(name: str, least: int, most: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda value: (
        {**value, name: min(max(int(value[name]), least), most)} if type(value.get(name)) is int else value
    )


def _forgets(none: Response) -> After:
    """One of two that were created is not found."""
    return lambda request, own: none if int(re.sub(r"\D", "", request.target)[-1:] or 0) % 2 else own


def _without(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda value: {key: child for key, child in value.items() if key != name}


def _with(**fields: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda value: {**value, **fields}


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
    Mistake("the id comes twice", "POST .*/books$", after=in_answer(_with(bookId="1"))),
    Mistake("an array for an object", "GET .*/books$", after=in_answer(lambda v: [v])),
    Mistake("another media type", f"PUT .*/books/{_NAME}", after=answers(said(200, {"bookId": "1"}, "text/html"), 2)),
    Mistake("an undocumented status", "DELETE", after=answers(said(202), 204)),
)
_SCHEDULE = {"name": "a", "type": "batch_segmentation", "properties": {"segments": ["*"]}, "schedule": "0 0 1 * * ?"}
_NONE = said(404, {"title": "x"})
_ADOBE = (
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
    Mistake(
        "a body that is no JSON is taken",
        "POST .*/config/schedules$",
        in_body(dict, _SCHEDULE),
    ),
    Mistake("a created schedule is not found", f"GET .*/config/schedules/{_NAME}", after=_forgets(_NONE)),
    Mistake("an audience's id is a number", f"GET .*/audiences/{_NAME}", after=in_answer(_with(audienceId=7))),
    Mistake("an undocumented status", f"GET .*/segment/definitions/{_NAME}", after=in_answer(dict, 203)),
    Mistake("an array for an object", "GET .*/audiences$", after=in_answer(lambda v: [v])),
    Mistake("it fails on a limit", "GET .*/segment/definitions$", lambda r: said(500) if "limit=" in r.target else r),
    Mistake(
        "a header is not asked for",
        "GET .*/segment/jobs$",
        lambda r: with_header("x-gw-ims-org-id", "a")(r) if not r.values("x-gw-ims-org-id") else r,
    ),
    Mistake("text for JSON", f"GET .*/preview/{_NAME}", after=answers(said(200, "x", "text/plain"), 2)),
)


@pytest.mark.parametrize(
    "file", [SHOP, LIBRARY, ADOBE, DOCUMENTS / "zoo.yaml", DOCUMENTS / "articles.json"], ids=lambda f: f.stem
)
def test_the_mock_of_a_document_keeps_it(file: Path) -> None:
    report = check(file, requests=60)
    assert (report.findings, report.verdict) == ((), Verdict.KEPT)


@pytest.mark.parametrize(
    ("file", "mistake"),
    [(file, each) for file, those in ((SHOP, _SHOP), (LIBRARY, _LIBRARY), (ADOBE, _ADOBE)) for each in those],
    ids=lambda each: each.name if isinstance(each, Mistake) else each.stem,
)
def test_a_mistake_is_found(file: Path, mistake: Mistake) -> None:
    report = check(file, mistake, requests=60, stop_first=True)
    assert report.verdict is Verdict.VIOLATED, report.notes
