"""Reports to make forms of: one as a run makes it, and any at all."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from audience_contract import Request, Response, provider_keys
from audience_contract.evidence import Redactor
from audience_contract.report import Created, Evidence, Finding, Obligation, Report, Tried
from audience_contract.rules import RULES, Weight

_POST = "/paths/~1audiences~1create/post"
_REQUEST = Request(
    "POST",
    "/2.10/audiences/create",
    (
        ("Host", "127.0.0.1:8000"),
        ("Authorization", "Bearer a-secret-token"),
        ("X-Batch-Project", "mock-project"),
        ("Content-Type", "application/json"),
    ),
    b'{"name": "contract-7f3a", "type": "emails", "display_name": "it\'s [bold]Spring[/bold]"}',
)
_UPLOAD = Request(
    "POST",
    "/streams/1/audiences",
    (("Authorization", "Bearer another-secret"), ("Content-Type", "multipart/form-data; boundary=b")),
    b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\ncontract-7f3b\r\n--b--\r\n',
)


def _evidence(request: Request, response: Response | None, trouble: str = "") -> Evidence:
    url = f"http://127.0.0.1:8000{request.target}"
    return Redactor(show_members=True).evidence(url, request, response, trouble=trouble)


def _found(rule: str, provider: str, operation: str, pointer: str, **more: Any) -> Finding:
    return replace(Finding(rule, provider, pointer, "", operations=(operation,), inputs=("valid",)), **more)


_FOUND = (
    _found(
        "response.body",
        "batch",
        "audience_create",
        f"{_POST}/responses/202",
        place="body /indexing_token",
        message="a required property is missing: indexing_token",
        source="specs/batch/openapi.json",
        count=17,
        evidence=(
            _evidence(_REQUEST, Response(202, (("content-type", "application/json"),), b'{"token": "0190"}')),
            _evidence(_REQUEST, Response(202, (("content-type", "application/json"),), b"{}")),
        ),
    ),
    _found(
        "case.refused",
        "batch",
        "audience_create",
        f"{_POST}/requestBody/content/application~1json/schema/properties/name/maxLength",
        place="status",
        inputs=("name: too long",),
        message='took {"name": "aaaa…aaaa"} (256 characters): 202 (name must have at most 255 characters; create.md)',
        source="specs/batch/overlay.yaml: the page says that a name has at most 255 characters",
        count=3,
        evidence=(_evidence(_REQUEST, Response(202, (), b'{"indexing_token": "0190"}')),),
    ),
    _found(
        "response.message",
        "commbox",
        "Post_Audiences",
        "/paths/~1audiences/post",
        place="the connection",
        message="the connection ended in the middle of the answer",
        source="RFC 9112, section 8",
        evidence=(_evidence(_UPLOAD, None, "closed after 12 of 40 bytes"),),
    ),
    _found(
        "response.status",
        "commbox",
        "Post_Audiences",
        "/paths/~1audiences/post/responses",
        place="status",
        message="418 is not documented",
        source="specs/commbox/openapi.json",
        accepted="known since May, the vendor fixes it in release 12",
        evidence=(_evidence(_UPLOAD, Response(418, (), b"\xff\xfe short and stout")),),
    ),
)
_OPERATIONS = {"adobe": "create_audience", "batch": "audience_create", "commbox": "Post_Audiences"}


def _tried() -> tuple[Tried, ...]:
    server = (rule for rule in RULES.values() if rule.side == "server")
    return tuple(Tried(*where, rule.id, 4) for rule in server for where in _OPERATIONS.items())


REPORT = Report(
    command="server",
    target="http://127.0.0.1:8000",
    version="0.1.0",
    started="2026-11-23T08:15:00Z",
    seconds=12.34,
    requests=412,
    findings=_FOUND,
    tried=_tried(),
    obligations=(
        Obligation("batch", "audience_create", "a documented success was reached", True, "202, 31 times"),
        Obligation("adobe", "create_audience", "a request without credentials was refused", False, "200"),
    ),
    created=(Created("batch", "contract-7f3a", "0190-token"), Created("commbox", "contract-7f3b")),
    notes=("adobe answers 409 where no page says so", "a baseline entry has expired: response.status at commbox"),
    seed=1234,
    phases={"valid": 60, "invalid": 320, "wire": 32},
    root=str(Path(__file__).parents[1]),
    files={key: f"generated/audience_clients/{key}/openapi.json" for key in provider_keys()},
)
"""A run against a server that breaks three rules, and one that is accepted."""


def reports(text: st.SearchStrategy[str]) -> st.SearchStrategy[Report]:
    """Any report with these texts."""
    headers = st.lists(st.tuples(text, text), max_size=3).map(tuple)
    numbers = st.floats(0, 1e6)
    counts = st.integers(0, 10**6)
    wheres = st.sampled_from([*_OPERATIONS.items(), ("", "")]) | st.tuples(text, text)
    rules = st.sampled_from(sorted(RULES))
    exchanges = st.builds(
        Evidence,
        text,
        st.builds(Request, text, text, headers, st.binary() | text.map(lambda t: t.encode("utf-8", "replace"))),
        st.none() | st.builds(Response, st.integers(100, 999), headers, st.binary()),
        text,
        text,
    )
    findings = st.builds(
        Finding,
        rule=rules,
        provider=wheres.map(lambda where: where[0]),
        pointer=text | st.just(_POST),
        message=text,
        source=text,
        detail=text,
        place=text,
        weight=st.sampled_from([Weight.VIOLATION, Weight.ADVICE]),
        operations=st.lists(text, max_size=2).map(tuple),
        inputs=st.lists(text, max_size=2).map(tuple),
        statuses=st.lists(st.integers(100, 599), max_size=2).map(tuple),
        evidence=st.lists(exchanges, max_size=2).map(tuple),
        count=st.integers(1, 10**6),
        accepted=st.just("") | text,
    )
    return st.builds(
        Report,
        command=st.sampled_from(["server", "client", "traffic"]),
        target=text,
        version=text,
        started=text,
        seconds=numbers,
        requests=counts,
        findings=st.lists(findings, max_size=4, unique_by=lambda found: found.key).map(tuple),
        tried=st.lists(st.builds(lambda where, *more: Tried(*where, *more), wheres, rules, counts), max_size=4).map(
            tuple
        ),
        obligations=st.lists(st.builds(Obligation, text, text, text, st.booleans(), text), max_size=2).map(tuple),
        created=st.lists(st.builds(Created, text, text, text), max_size=2).map(tuple),
        notes=st.lists(text, max_size=2).map(tuple),
        seed=st.none() | st.integers(),
        phases=st.dictionaries(text, counts, max_size=2),
        planned=counts,
        untried=st.lists(st.tuples(text, text), max_size=2).map(tuple),
        strict=st.booleans(),
        stopped=st.none() | exchanges,
    )


HOSTILE = (
    "<script>alert(1)</script>",
    "\x00\x1b[31m\u202e",
    "\x9b1A\x85\u2066\u2028\x7f\r\U000e0041",
    "]]>&\"'`|",
    "\r\n::error::x",
    "##[add-mask]a",
    "\ud800\uffff",
    "[bold]",
)
ANY_TEXT = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(HOSTILE)
"""Any text, halves of surrogate pairs and what would act on a reader included."""
