"""Adobe's mock.

Adobe documents the gateway's errors, and no error of the endpoint that creates. The rest is decided here:

- What the spec forbids (no or another `Accept`, no `createAudienceMetaOnly`, a body that is no JSON object, …) gets a
  400 of the gateway with the code `400000`.
- An `Authorization` of another form is an invalid token.
- The answer is plain `application/json`.
- A second audience of the same name or `audienceId` is accepted as another one.

So are these, of the Segmentation Service:

- A page has 20 audiences where no `limit` is given, and room for one at least.
- A `sort` by a property that some audiences lack has no effect.
- A `property` of another form, or of no property, finds nothing.

`Settings` decide which of the audiences created here the service has, and how it names the next page.
"""

import sys
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from .. import urlencoded
from ..bodies import json_of
from ..facts import Effect, Facts
from ..messages import Request, Response
from ..mock.answers import reason, reply
from ..mock.credentials import TOKEN
from ..mock.provider import Call, Provider
from ..mock.state import Record, State
from ..spec import Operation
from ..violation import Violation

_PAGE = 20
_UNSURE = "an audience of metadata alone, of which no page says that it is found here"
_PAGES = "/components/schemas/AudiencesList/properties/_page/properties"
_NEEDED = {"name", "namespace", "originName"}
_ORGANISATION = "x-gw-ims-org-id"
# The platform's answer to a bad content type; unlike every other one it is not of the gateway's form.
_CONTENT_TYPE = {
    "type": "/placeholder/type/uri",
    "status": 400,
    "title": "BadRequestError",
    "detail": "A valid content-type must be specified",
}
# By header, and whether it is missing. The status is the code's first three digits.
_CREDENTIALS = {
    ("Authorization", True): ("403010", "Oauth token is missing."),
    ("Authorization", False): ("401013", "Oauth token is not valid"),
    ("x-api-key", True): ("403000", "Api Key is required"),
    ("x-api-key", False): ("403003", "Api Key is invalid"),
}
_DOCUMENTED = {
    400: ("400003", "Missing header"),
    401: ("401013", "Oauth token is not valid"),
    403: ("403025", "Profile is not valid"),
    429: ("429050", "Too many requests"),
}


class Adobe(Provider):
    """Adobe Experience Platform: metadata of external audiences, and the Segmentation Service's audiences."""

    settings: ClassVar[Mapping[str, str]] = {
        "header Authorization": "ADOBE_ACCESS_TOKEN",
        "header x-api-key": "ADOBE_API_KEY",
        "header x-gw-ims-org-id": "ADOBE_ORG_ID",
        "header x-sandbox-name": "ADOBE_SANDBOX_NAME",
    }
    examples: ClassVar[Mapping[str, Any]] = {
        "namespace": "agora",
        "originName": "Agora_Collaboration",
        # No audience of a run has this name.
        "property": "name==contract-check",
    }
    only_in_some_revisions: ClassVar[frozenset[str]] = frozenset({"audienceId"})
    kept: ClassVar[frozenset[str]] = frozenset({"description"})
    identity: ClassVar[tuple[str, ...]] = ("/id", "/audienceId")
    echoes: ClassVar[Mapping[str, str]] = {"/name": "name"}
    operations: ClassVar[Mapping[str, Facts]] = {
        "listAudiences": Facts(Effect.READS, limits={"limit": "/children"}),
        "getAudience": Facts(Effect.READS, echoes={"/id": "AUDIENCE_ID"}, unsure=_UNSURE),
        "deleteAudience": Facts(Effect.REMOVES, unsure=_UNSURE),
    }

    def tokens(self, state: State) -> Collection[str]:
        return {TOKEN, *state.tokens}

    def error(self, operation: Operation, status: int, detail: str = "") -> Response:  # noqa: ARG002
        return _gateway(*_DOCUMENTED.get(status, (f"{status}000", reason(status))))

    def unauthenticated(self, operation: Operation, header: str, *, missing: bool) -> Response:  # noqa: ARG002
        return _gateway(*_CREDENTIALS[header, missing])

    def refuse(self, operation: Operation, violations: Sequence[Violation]) -> Response:
        places = {violation.where for violation in violations}
        if f"header {_ORGANISATION}" in places:
            return self.error(operation, 400)
        if "content-type" in places:
            return reply(400, _CONTENT_TYPE)
        return _gateway("400000", f"{violations[0].where}: {violations[0].message}")

    def why_either_is_allowed(self, operation: Operation, request: Request) -> Iterator[str]:
        yield from super().why_either_is_allowed(operation, request)
        if operation.id != "create_audience":
            return
        fields = json_of(request)
        if not set(fields) >= _NEEDED:
            yield "a property is not there, and which are required is not said"
        if any(fields.get(name, value) != value for name, value in self.examples.items()):
            yield "a namespace or origin of which nobody says whether there is one"
        if "audienceId" in fields:
            yield "an id of the caller's, which only some revisions of the page know"

    def said(self, operation: Operation, request: Request, response: Response) -> Iterator[Violation]:
        """The counts of a page fit its items, and the items fit the filters and the order that were asked for."""
        if operation.id != "listAudiences":
            return
        value = json_of(response)
        asked = dict(parse_qsl(request.target.partition("?")[2], keep_blank_values=True))
        found = value.get("children", [])
        page, size = value.get("_page", {}), len(found)
        start, limit, total = asked.get("start", "0"), asked.get("limit", ""), page.get("totalCount", sys.maxsize)
        if asked.keys() & {"property", "name", "description", "entityType"}:
            # No document says whether the total is that of the audiences that fit the filter.
            total = sys.maxsize
        last = int(start) + size if size and start.isdecimal() else 0
        pages = page.get("totalPages", sys.maxsize)
        for name, wrong in {
            "pageSize": page.get("pageSize", size) != size,
            "totalCount": total < last,
            "next": str(page.get("next", "")) == "0" and last and last < total < sys.maxsize,
            "totalPages": limit.isdecimal() and total < sys.maxsize and pages * int(limit) < total,
        }.items():
            if wrong:
                rule = f"{_PAGES}/{name}/description"
                yield Violation("body", f"/_page/{name}", rule, f"not what it is for a page of {size}")
        for name, wrong in {
            "property": not all(_is_same(each, *asked.get("property", "").partition("==")[::2]) for each in found),
            "sort": not _is_sorted(found, *asked.get("sort", "").partition(":")[::2]),
            **{
                # A list need not show what it is filtered by.
                key: not all(asked.get(key, "").lower() in each.get(key, asked.get(key, "")).lower() for each in found)
                for key in ("name", "description")
            },
        }.items():
            if wrong:
                rule = next(each.pointer for each in operation.node["parameters"] if each.value["name"] == name)
                yield Violation("body", "/children", rule, f"not by the {name} that was asked for")

    def filters(self, operation: Operation, shown: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
        if operation.id == "listAudiences":
            yield "property", f"audienceId=={shown.get('audienceId')}", True
            yield "property", f"name=={shown.get('name', '')[:-1]}", False
            yield "sort", "updateTime:desc", False
            for key in ("name", "description"):
                if shown.get(key, "")[1:].isascii():
                    yield key, shown.get(key, "")[1:].swapcase(), True

    def forbids(self, call: Call) -> bool:
        """A request without name, namespace or originName: the page calls `description` alone optional."""
        if call.operation.id != "create_audience":
            return False
        fields = json_of(call.request)
        return not all(fields.get(name, "").strip() for name in _NEEDED)

    def create_audience(self, call: Call) -> Response:
        """200 with an id of Adobe's, and as `audienceId` the caller's own, or else the same again."""
        fields = json_of(call.request)
        made = str(uuid.uuid5(uuid.NAMESPACE_OID, f"audience {call.state.next()}"))
        call.created(name=fields.get("name"), id=made, fields=fields)
        answer = {"id": made, "audienceId": made, **fields}
        if "audienceId" not in fields and not call.state.settings.system_id:
            del answer["id"]
        return reply(200, {key: answer[key] for key in ("id", "name", "audienceId") if key in answer})

    def listaudiences(self, call: Call) -> Response:
        """200 and a page; without `property` it has no inactive audience."""
        asked = urlencoded.read(call.query)
        found = [_shown(call, record) for record in _found(call)]
        name, equals, value = asked.get("property", "").partition("==")
        if "property" in asked:
            found = [each for each in found if equals and each.get(name) == value]
        else:
            found = [each for each in found if each["lifecycleState"] != "inactive"]
        for key in ("name", "description"):
            found = [each for each in found if asked.get(key, "").lower() in each.get(key, "").lower()]
        by, _, direction = asked.get("sort", "").partition(":")
        if by and all(by in each for each in found):
            found = sorted(found, key=itemgetter(by), reverse=direction == "desc")
        start, limit = max(int(asked.get("start", 0)), 0), max(int(asked.get("limit", _PAGE)), 1)
        end = start + limit
        following = end if end < len(found) else 0
        page = {
            "totalCount": len(found),
            "totalPages": -(-len(found) // limit),
            "pageSize": len(found[start:end]),
            "limit": limit,
            "start": start,
            "next": str(following) if call.state.settings.next_as_text else following,
        }
        href = f"@/audiences?start={following}&limit={limit}&totalCount={len(found)}"
        links = {"next": {"href": href}} if following else {}
        return reply(200, {"children": found[start:end], "_page": page, "_links": links})

    def getaudience(self, call: Call) -> Response:
        """200 and the audience, or 404."""
        found = next((record for record in _found(call) if record.id == call.path["AUDIENCE_ID"]), None)
        return reply(200, _shown(call, found)) if found else _missing(call.path["AUDIENCE_ID"])

    def deleteaudience(self, call: Call) -> Response:
        """204, or 404."""
        found = next((record for record in _found(call) if record.id == call.path["AUDIENCE_ID"]), None)
        if not found:
            return _missing(call.path["AUDIENCE_ID"])
        call.state.drop(found)
        return Response(204, (), b"")


def _found(call: Call) -> list[Record]:
    """The audiences that the Segmentation Service has."""
    settings, found = call.state.settings, call.all() if call.state.settings.metadata_found else []
    return found[::-1] if settings.newest_first else found


def _is_same(audience: Mapping[str, Any], name: str, value: str) -> bool:
    """Whether a property has this value. True if it is no text: no document says how another value is asked for."""
    found = audience.get(name)
    return not isinstance(found, str) or found == value


def _is_sorted(audiences: Sequence[Mapping[str, Any]], name: str, direction: str) -> bool:
    """Whether the audiences are in this order; True if the property is no number in one of them."""
    found = [audience.get(name) for audience in audiences]
    numbers = [each for each in found if isinstance(each, int | float)]
    is_plain = len(numbers) == len(found) and direction in ("asc", "desc")
    return not is_plain or numbers == sorted(numbers, reverse=direction == "desc")


_SHOWN = ("name", "description", "namespace", "originName", "audienceId")
"""The properties that an audience takes from the request that created it."""


def _shown(call: Call, record: Record) -> dict[str, Any]:
    made, exactly = int(record.created), int(record.created * 1000)
    times = {"creationTime": exactly, "createEpoch": made, "updateTime": exactly, "updateEpoch": made}
    state = "inactive" if call.state.settings.inactive else "published"
    own = {"id": record.id, "audienceId": record.id, "type": "ExternalSegment", "isSystem": False}
    sent = {name: value for name, value in record.fields.items() if name in _SHOWN}
    return {**own, **sent, "lifecycleState": state, **times}


def _missing(audience: str) -> Response:
    """As the document's example of a 404."""
    said = f"The audience entity {audience} is not found. Use a valid entity and try again."
    kind = "https://ns.adobe.com/aep/errors/UPAPI-113430-404"
    errors = {"404": [{"code": 404, "message": said}]}
    return reply(404, {"requestId": "0" * 32, "errors": errors, "type": kind, "title": said, "status": 404})


def _gateway(code: str, message: str) -> Response:
    return reply(int(code[:3]), {"error_code": code, "message": message})


PROVIDER = Adobe()
