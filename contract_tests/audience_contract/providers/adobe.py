"""Adobe's mock.

Adobe documents the gateway's errors, and no error of this endpoint. Ours, therefore: that whatever the spec forbids
(no or another `Accept`, no `createAudienceMetaOnly`, a body that is no JSON object, …) is a 400 of the gateway's form
with the code `400000`; that an `Authorization` of another form is an invalid token; that the answer is plain
`application/json`; that a second audience of the same name or `audienceId` is accepted as another one.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ..bodies import json_of
from ..messages import Request, Response
from ..mock.credentials import API_KEY, TOKEN
from ..mock.provider import Call, Provider, reason, reply
from ..mock.state import State
from ..spec import Operation
from ..violation import Violation

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
    """Adobe Experience Platform, metadata of external audiences."""

    settings: ClassVar[Mapping[str, str]] = {
        "header Authorization": "ADOBE_ACCESS_TOKEN",
        "header x-api-key": "ADOBE_API_KEY",
        "header x-gw-ims-org-id": "ADOBE_ORG_ID",
        "header x-sandbox-name": "ADOBE_SANDBOX_NAME",
    }
    examples: ClassVar[Mapping[str, Any]] = {"namespace": "agora", "originName": "Agora_Collaboration"}
    only_in_some_revisions: ClassVar[frozenset[str]] = frozenset({"audienceId"})
    identity: ClassVar[tuple[str, ...]] = ("/id", "/audienceId")
    echoes: ClassVar[Mapping[str, str]] = {"/name": "name"}

    def environment(self, base_url: str) -> dict[str, str]:
        return {
            "ADOBE_ACCESS_TOKEN": TOKEN,
            "ADOBE_API_KEY": API_KEY,
            "ADOBE_ORG_ID": "mock-org",
            "ADOBE_SANDBOX_NAME": "mock-sandbox",
            "ADOBE_BASE_URL": base_url,
        }

    def tokens(self, state: State) -> Collection[str]:
        return {TOKEN, *state.tokens}

    def error(self, operation: Operation, status: int) -> Response:  # noqa: ARG002 - all operations share the gateway
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

    def why_either_is_allowed(self, operation: Operation, request: Request) -> Iterator[str]:  # noqa: ARG002
        fields = json_of(request)
        if not {"name", *self.examples} <= set(fields):
            yield "a property is not there, and which are required is not said"
        if any(fields.get(name, value) != value for name, value in self.examples.items()):
            yield "a namespace or origin of which nobody says whether there is one"
        if "audienceId" in fields:
            yield "an id of the caller's, which only some revisions of the page know"

    def forbids(self, call: Call) -> bool:
        """A request without name, namespace or originName: the page calls `description` alone optional."""
        fields = json_of(call.request)
        return not all(fields.get(name, "").strip() for name in ("name", "namespace", "originName"))

    def create_audience(self, call: Call) -> Response:
        """200 with an id of Adobe's, under the name that the page's revision of the caller gives it.

        Without an `audienceId` in the request the answer's `audienceId` is Adobe's; with one, it is the caller's own
        and `id` is Adobe's.
        """
        fields = json_of(call.request)
        made = str(uuid.uuid5(uuid.NAMESPACE_OID, f"audience {call.state.next()}"))
        call.created(name=fields.get("name"), id=made, fields=fields)
        answer = {"id": made, **fields} if "audienceId" in fields else {**fields, "audienceId": made}
        return reply(200, {key: value for key, value in answer.items() if key in ("id", "name", "audienceId")})


def _gateway(code: str, message: str) -> Response:
    return reply(int(code[:3]), {"error_code": code, "message": message})


PROVIDER = Adobe()
