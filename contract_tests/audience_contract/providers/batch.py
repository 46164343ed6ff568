"""Batch's mock.

Ours, because undocumented: each `error_code`, the text that follows the documented one in a refusal, that a token is
made of a counter, that a second audience of the same name is accepted as another one, of which a view shows the last,
and that a removal removes all of a name, at once. A view with a token of no other use is one without, and shows no
`type` of an audience that is not of custom ids: no document says how that would read. Either way, as `Settings` say:
whether a view finds an audience that is being indexed for the first time, and what becomes of the removal of an
audience that is not there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from .. import urlencoded
from ..bodies import json_of
from ..facts import Effect, Facts
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
    operations: ClassVar[Mapping[str, Facts]] = {
        "audience_view": Facts(Effect.READS, echoes={"/name": "name"}, fed={"indexing_token": "/indexing_token"}),
        "audience_remove": Facts(Effect.REMOVES, unique=("/indexing_token",)),
    }

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
        return call.operation.id == "audience_create" and not json_of(call.request)["name"]

    def audience_create(self, call: Call) -> Response:
        """202 and a token of 32 hexadecimal digits, as in the page's sample."""
        fields = json_of(call.request)
        token = _token(call)
        call.created(name=fields["name"], token=token, fields=fields)
        return reply(202, {"indexing_token": token})

    def audience_view(self, call: Call) -> Response:
        """200 and what is known, or 404 for a name that is not there."""
        record = call.find(name=urlencoded.read(call.query).get("name", ""))
        indexing = record is not None and call.state.is_indexing(record)
        if not record or (indexing and not record.updated and not call.state.settings.shown_while_indexing):
            return self.error(call.operation, 404)
        known = {name: record.fields[name] for name in ("name", "display_name") if name in record.fields}
        kind = {"type": "CUSTOM_ID"} if record.fields.get("type") == "custom_ids" else {}
        state = record.state or ("IN_PROGRESS" if indexing else "APPLIED")
        times = {"created": _moment(record.created), "updated": _moment(record.updated or record.created)}
        return reply(200, {**known, **kind, "nb_ids": record.members, "indexing_state": state, **times})

    def audience_remove(self, call: Call) -> Response:
        """202 and a token."""
        name = json_of(call.request)["name"]
        if not call.find(name=name) and not call.state.settings.absent_removed:
            return self.error(call.operation, 400)
        call.remove(name=name)
        return reply(202, {"indexing_token": _token(call)})


def _token(call: Call) -> str:
    return hashlib.blake2b(str(call.state.next()).encode(), digest_size=16).hexdigest()


def _moment(seconds: float) -> str:
    """RFC 3339 in UTC, as in the page's sample."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}Z"


PROVIDER = Batch()
