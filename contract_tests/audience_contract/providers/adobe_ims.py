"""The mock of Adobe's token endpoint.

Adobe documents no error of it: the errors are those of RFC 6749, section 5.2, and none is known to be Adobe's. Decided
here: the `error` of a status that this section does not have; that any `scope` is taken; that a token is valid at
Adobe's mock, and no other, until `MockServer.expire_tokens`, whatever `expires_in` says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from ..bodies import fields_of, json_of
from ..messages import Request, Response
from ..mock.answers import reason, reply
from ..mock.credentials import CLIENT_ID, CLIENT_SECRET
from ..mock.provider import Call, Provider
from ..spec import Operation
from ..violation import Violation

_ERRORS = {400: "invalid_request", 401: "invalid_client"}
# 24 hours less a second, as in the page's sample.
_SECONDS = 86399


class AdobeIms(Provider):
    """Adobe Identity Management Services, OAuth server-to-server."""

    settings: ClassVar[Mapping[str, str]] = {
        "body client_id": "ADOBE_CLIENT_ID",
        "body client_secret": "ADOBE_CLIENT_SECRET",
        "body scope": "ADOBE_SCOPES",
    }
    client_of: ClassVar[str] = "adobe"
    credentials: ClassVar[frozenset[str]] = frozenset({"client_id", "client_secret"})
    named: ClassVar[str] = ""
    # RFC 6749, 3.2.
    extensible: ClassVar[bool] = True
    reads_query: ClassVar[bool] = True

    def environment(self, base_url: str) -> dict[str, str]:
        # No client id and secret: beside ADOBE_ACCESS_TOKEN they would leave open which of the two is meant.
        return {"ADOBE_TOKEN_URL": f"{base_url}/ims/token/v3"}

    def login(self) -> dict[str, str | None]:
        return {
            "ADOBE_CLIENT_ID": CLIENT_ID,
            "ADOBE_CLIENT_SECRET": CLIENT_SECRET,
            "ADOBE_SCOPES": "openid",
            "ADOBE_ACCESS_TOKEN": None,
        }

    def said(self, operation: Operation, request: Request, response: Response) -> Iterator[Violation]:  # noqa: ARG002
        value = json_of(response) if response.status == 200 else None
        token = value.get("access_token") if isinstance(value, dict) else None
        if isinstance(token, str) and re.search("[^!-~]", token):
            rule = f"{operation.node.pointer}/responses/200/content/application~1json/schema/properties/access_token"
            yield Violation("body", "/access_token", rule, "a character that no bearer token has (RFC 6750, 2.1)")

    def error(self, operation: Operation, status: int, detail: str = "") -> Response:  # noqa: ARG002
        return reply(status, {"error": _ERRORS.get(status, reason(status))})

    def refuse(self, operation: Operation, violations: Sequence[Violation]) -> Response:
        if [violation.pointer for violation in violations] == ["/grant_type"]:
            return reply(400, {"error": "unsupported_grant_type"})
        return self.error(operation, 400)

    def forbids(self, call: Call) -> bool:
        """Scopes that are not words separated by commas."""
        return not re.fullmatch(r"[^\s,]+(,[^\s,]+)*", fields_of(call.request)["scope"])

    def create_token(self, call: Call) -> Response:
        """200 and a token that was never given before, or 401 for another client."""
        fields = fields_of(call.request)
        if (fields["client_id"], fields["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return self.error(call.operation, 401)
        return reply(200, {"access_token": call.state.issue_token(), "token_type": "bearer", "expires_in": _SECONDS})


PROVIDER = AdobeIms()
