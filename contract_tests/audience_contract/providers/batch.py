"""Batch's mock.

No document says the following, so it is decided here:

- Refusals: each code and text.
- A token is made of a counter, and a cursor of where the page before it ended.
- Of several audiences of one name, a view shows the last, and a removal removes all.
- A change adds or replaces members only once it is no longer on its way.
- A member that is added again has the attributes of the last time.
- No `type` is shown of an audience that is not of custom ids: no document says how that would read.

`Settings` decide what else the documents leave open.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar

from .. import urlencoded
from ..bodies import json_of, value_of
from ..facts import Effect, Facts
from ..messages import Request, Response
from ..mock.answers import reply
from ..mock.provider import Call, Provider
from ..mock.state import Record
from ..schema import is_date_time, properties
from ..spec import Operation
from ..strict_json import at
from ..violation import Violation

_LIMIT = "/paths/~1audiences~1list/get/parameters/1/schema/maximum"
_UPDATE = "/paths/~1audiences~1update/post/requestBody/content/application~1json/schema/properties/ids"
_TOKEN = ("/indexing_token",)
_A = {"id": "a", "action": "add"}
_MOMENT = "1970-01-01T00:00:00Z"
_USUAL_ID = re.compile(r"[\x21-\x7e]{1,64}")


class Batch(Provider):
    """Batch, CEP audience API."""

    settings: ClassVar[Mapping[str, str]] = {
        "header Authorization": "BATCH_API_KEY",
        "header X-Batch-Project": "BATCH_PROJECT",
    }
    names_have_case: ClassVar[bool] = True
    kept: ClassVar[frozenset[str]] = frozenset({"display_name"})
    bound: ClassVar[frozenset[str]] = frozenset({"X-Batch-Project"})
    identity: ClassVar[tuple[str, ...]] = _TOKEN
    left_open: ClassVar[frozenset[str]] = frozenset({_LIMIT})
    operations: ClassVar[Mapping[str, Facts]] = {
        "audience_view": Facts(
            Effect.READS, echoes={"/name": "name"}, size="/nb_ids", final={"/indexing_state": "APPLIED"}
        ),
        "audience_list": Facts(Effect.READS, limits={"limit": "/audiences"}),
        "audience_update": Facts(
            Effect.CHANGES,
            unique=_TOKEN,
            forbidden={"ids": [{"id": "check", "action": "remove", "attributes": {"check": 1}}]},
            # Of several actions for one id, the last counts.
            story=(*[{"ids": [_A]}] * 3, {"ids": [_A | {"id": "b"}, {"id": "b", "action": "remove"}]}),
            leaves=1,
        ),
        # The earlier members are gone after a replacement.
        "audience_replace": Facts(
            Effect.CHANGES, unique=_TOKEN, story=({"ids": [{"id": "a"}, {"id": "b"}]}, {"ids": [{"id": "c"}]}), leaves=1
        ),
        "audience_remove": Facts(Effect.REMOVES, unique=_TOKEN),
    }

    def forbids(self, call: Call) -> bool:
        """A name without characters: the prose says which ones a name contains."""
        return call.operation.id == "audience_create" and not json_of(call.request)["name"]

    def prose(self, operation: Operation, request: Request) -> Iterator[Violation]:
        """Attributes are accepted for the action `add` only."""
        for number, member in enumerate(_members(operation, request)):
            if member.get("action") == "remove" and "attributes" in member:
                rule = f"{_UPDATE}/items/properties/attributes/description"
                yield Violation("body", f"/ids/{number}/attributes", rule, "only accepted for the action `add`")

    def said(self, operation: Operation, request: Request, response: Response) -> Iterator[Violation]:
        """Dates are UTC in a RFC 3339 format; where a list goes on, there is a cursor, and more than the page has."""
        if operation.id not in ("audience_view", "audience_list"):
            return
        value = json_of(response)
        kinds = properties(operation.node["responses"]["200"]["content"]["application/json"]["schema"])
        shown, dated = [value], kinds
        if operation.id == "audience_list":
            shown, dated = value.get("audiences", []), properties(kinds["audiences"]["items"])
            has_more, cursor, is_first = value.get("has_more"), value.get("next_from"), "from=" not in request.target
            # A cursor may be the last name of the page, and a name may be empty.
            ends = not cursor and cursor not in [each.get("name") for each in shown[-1:]]
            for wrong, said in (
                (is_first and has_more is False and value.get("count", 0) > len(shown), "false, and count is larger"),
                (has_more and ends, "true, and nothing goes on"),
                (has_more and value.get("count", 101) <= len(shown), "true, and the page has them all"),
            ):
                if wrong:
                    yield Violation("body", "/has_more", kinds["has_more"].pointer, said)
        for name in ("created", "updated"):
            dates = [each.get(name, _MOMENT) for each in shown]
            if not all(is_date_time(date) and re.search("(?i)(z|[+-]00:00)$", date) for date in dates):
                yield Violation("body", f"/{name}", f"{dated[name].pointer}/description", "no UTC date of RFC 3339")

    def contradicts(self, response: Response, violation: Violation) -> bool:
        """An audience may be of e-mails or install ids, and the type in an answer has no value for these."""
        said = str(at(value_of(response), violation.pointer))
        return violation.rule.endswith("/type/enum") and re.match("(?i)e?mail|install", said) is not None

    def why_either_is_allowed(self, operation: Operation, request: Request) -> Iterator[str]:
        yield from super().why_either_is_allowed(operation, request)
        if operation.id in ("audience_update", "audience_replace"):
            members = _members(operation, request)
            if not members:
                yield "no members"
            if not all(_USUAL_ID.fullmatch(member["id"]) for member in members):
                yield "an id of other characters than usual, or too many"
            if not all(map(_is_plain, members)):
                yield "an attribute of a name or value that is not documented"

    def audience_create(self, call: Call) -> Response:
        """202 and a token of 32 hexadecimal digits, as in the page's sample."""
        fields, settings = json_of(call.request), call.state.settings
        known = call.find(name=fields["name"]) and not settings.same_name_accepted
        removed = not settings.removed_name_accepted and call.state.was_removed("batch", fields["name"])
        if known or removed:
            return self.error(call.operation, 400)
        token = _token(call)
        call.created(name=fields["name"], token=token, fields=fields)
        return reply(202, {"indexing_token": token})

    def audience_view(self, call: Call) -> Response:
        """200 and what is known, or 404 for a name that is not there."""
        asked = urlencoded.read(call.query)
        record, token = call.find(name=asked.get("name", "")), asked.get("indexing_token")
        if not record or not _is_shown(call, record):
            return self.error(call.operation, 404)
        is_known = token is None or any(change.token == token for change in record.changes)
        if not is_known and not call.state.settings.unknown_token_accepted:
            return self.error(call.operation, 400)
        return reply(200, _shown(call, record, token))

    def audience_list(self, call: Call) -> Response:
        """200 and a page; how many there are in all on the first one only."""
        asked, settings = urlencoded.read(call.query), call.state.settings
        limit, cursor = int(asked.get("limit", "10")), asked.get("from", "")
        known = re.fullmatch(r"P([0-9A-F]{8})", cursor)
        if (limit < 1 and not settings.limit_accepted) or (
            cursor and not known and not settings.unknown_cursor_accepted
        ):
            return self.error(call.operation, 400)
        every = sorted(
            filter(partial(_is_shown, call), call.all()), key=attrgetter("number"), reverse=settings.newest_first
        )
        left = every
        if known:
            last = int(known[1], 16)
            left = [one for one in every if (one.number < last if settings.newest_first else one.number > last)]
        page = left[: min(max(limit, 1), 100)]
        more = len(page) < len(left)
        answer: dict[str, Any] = {"audiences": [_shown(call, one) for one in page], "has_more": more}
        if not known:
            answer["count"] = len(every)
        if more or settings.null_at_end:
            answer["next_from"] = f"P{page[-1].number:08X}" if more else None
        return reply(200, answer)

    def audience_update(self, call: Call) -> Response:
        """202 and a token; of several actions for one id the last counts."""
        members = json_of(call.request)["ids"]
        if any(each["action"] == "remove" and "attributes" in each for each in members):
            return self.error(call.operation, 400)
        changed = {each["id"]: each.get("attributes", {}) if each["action"] == "add" else None for each in members}
        return self._changed(call, members=changed)

    def audience_replace(self, call: Call) -> Response:
        """202 and a token."""
        members = {each["id"]: each.get("attributes", {}) for each in json_of(call.request)["ids"]}
        return self._changed(call, members=members, replaces=True)

    def audience_remove(self, call: Call) -> Response:
        """202 and a token."""
        return self._changed(call, removes=True)

    def _changed(self, call: Call, members: Mapping[str, Any] | None = None, **how: bool) -> Response:
        name, settings = json_of(call.request)["name"], call.state.settings
        found = [record for record in call.all() if record.name == name]
        nothing = members is not None and not members and not settings.empty_accepted
        if nothing or (not found and not settings.absent_accepted):
            return self.error(call.operation, 400, "" if found else ": there is no such audience")
        token = _token(call)
        for record in found if how.get("removes") else found[-1:]:
            call.state.change(record, token, members, **how)
        return reply(202, {"indexing_token": token})


def _members(operation: Operation, request: Request) -> list[dict[str, Any]]:
    """The members in a body that breaks no rule of the spec."""
    return json_of(request)["ids"] if operation.id in ("audience_update", "audience_replace") else []


def _is_plain(member: Mapping[str, Any]) -> bool:
    """Whether its attributes are of documented types, and of names as in the samples."""
    given = member.get("attributes")
    if not given:
        return True
    texts = [value for value in given.values() if isinstance(value, str)]
    named = all(re.fullmatch(r"[a-z0-9_]{1,30}|(date|url)\([a-z0-9_]{1,30}\)", name) for name in given)
    named = named and all(is_date_time(value) for name, value in given.items() if name.startswith("date("))
    usual = all(value.isprintable() and 0 < len(value) <= 255 for value in texts)
    return named and usual and all(type(value) in (str, int, float) for value in given.values())


def _is_shown(call: Call, record: Record) -> bool:
    """Whether a read finds the audience."""
    settings = call.state.settings
    return settings.shown_while_indexing or len(record.changes) > 1 or not call.state.is_indexing(record)


def _shown(call: Call, record: Record, token: str | None = None) -> dict[str, Any]:
    """What is known, and the state of the change that the token was given for, or of the last one."""
    known: dict[str, Any] = {name: record.fields[name] for name in ("name", "display_name") if name in record.fields}
    kind = {"type": "CUSTOM_ID"} if record.fields.get("type") == "custom_ids" else {}
    changes = record.changes
    at = next((number for number, change in enumerate(changes) if change.token == token), len(changes) - 1)
    state = "APPLIED" if call.state.is_over(changes[at]) else "IN_PROGRESS"
    if any(change.replaces and call.state.is_over(change) for change in changes[at + 1 :]):
        state = "REPLACED"
    times = {"created": _moment(record.created), "updated": _moment(record.updated)}
    return {**known, **kind, "nb_ids": len(record.members), "indexing_state": state, **times}


def _token(call: Call) -> str:
    return hashlib.blake2b(str(call.state.next()).encode(), digest_size=16).hexdigest()


def _moment(seconds: float) -> str:
    """RFC 3339 in UTC, as in the page's sample."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}Z"


PROVIDER = Batch()
