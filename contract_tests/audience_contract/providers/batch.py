"""Batch's mock.

Ours, because undocumented: each `error_code`, the text that follows the documented one in a refusal, that a token is
made of a counter, and that a second audience of the same name is accepted as another one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import ClassVar

from ..bodies import json_of
from ..messages import Response
from ..mock.credentials import TOKEN
from ..mock.provider import Call, Provider, reason, reply
from ..spec import Operation
from ..violation import Violation


class Batch(Provider):
    """Batch, CEP audience API."""

    settings: ClassVar[Mapping[str, str]] = {
        "header Authorization": "BATCH_API_KEY",
        "header X-Batch-Project": "BATCH_PROJECT",
    }
    identity: ClassVar[tuple[str, ...]] = ("/indexing_token",)

    def environment(self, base_url: str) -> dict[str, str]:
        return {"BATCH_API_KEY": TOKEN, "BATCH_PROJECT": "mock-project", "BATCH_BASE_URL": base_url}

    def error(self, operation: Operation, status: int, detail: str = "") -> Response:
        documented = operation.response(status)
        text = documented.value["description"] if documented else reason(status)
        return reply(status, {"error_code": f"MOCK_{status}", "error_message": text + detail})

    def refuse(self, operation: Operation, violations: Sequence[Violation]) -> Response:
        return self.error(operation, 400, f" ({violations[0].where}: {violations[0].message})")

    def forbids(self, call: Call) -> bool:
        """A name without characters: the prose says which ones a name contains."""
        return not json_of(call.request)["name"]

    def audience_create(self, call: Call) -> Response:
        """202 and a token of 32 hexadecimal digits, as in the page's sample."""
        fields = json_of(call.request)
        token = hashlib.blake2b(str(call.state.next()).encode(), digest_size=16).hexdigest()
        call.created(name=fields["name"], token=token, fields=fields)
        return reply(202, {"indexing_token": token})


PROVIDER = Batch()
