"""Batch, CEP Audience API: https://doc.batch.com/developer/api/cep/audiences. What its pages do not say is not assumed.

An audience is addressed by its name. The calls that create and remove answer with a token before they are done; `view`
says how far they are.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from math import isfinite
from typing import Annotated, Any, TypeVar, Unpack

from audience_clients.batch import models
from audience_clients.batch.api.audiences import (
    audience_create,
    audience_list,
    audience_remove,
    audience_replace,
    audience_update,
    audience_view,
)
from audience_clients.batch.types import UNSET

from .._audience import Draft, DraftRules
from .._errors import OURS, named, shape
from .._http.send import AsyncTransport, BlockingTransport
from .._json import is_unicode
from .._members import Member, Url
from .._operation import Adapter, Built, Change, Effect, Mark, MemberRules, Operation, Page, Service, items, text
from .._options import Options
from .._provider import Async, Blocking
from .._record import Record, RecordState, Reference, count_of, time_of
from .._secret import SecretSource
from .._settings import Setting, Values, settings_of

T = TypeVar("T")

_SERVICE = Service(
    key="batch",
    headers=lambda values: {"Authorization": values.bearer("api_key"), "X-Batch-Project": values["project"]},
    code=("error_code",),
    message=("error_message",),
)
_PAGE = 100
"""The most audiences on a page of the list."""
_NEEDS = "a string at /indexing_token"
_LIST = "an array at /audiences, and, where /has_more is true, a string at /next_from"
_ASKED = "what is said of the audience that was asked for"
_SHOWN = {"name", "display_name", "nb_ids", "indexing_state", "created", "updated"}
"""The properties that only an audience has: errors, too, may have a `type`."""
_SIBLING = "(as Batch has it for profiles)"
# Batch spells the state of work in progress in two ways: in the schema, and in a sentence on the page of update.
_STATES = {
    "IN_PROGRESS": RecordState.INDEXING,
    "IN_PROCESS": RecordState.INDEXING,
    "APPLIED": RecordState.READY,
    "REPLACED": RecordState.REPLACED,
}


def _create(draft: Draft, values: Values) -> Built:
    body = models.AudienceCreateBody(
        name=draft.body["name"],
        type_=models.AudienceCreateBodyType(draft.body["type"]),
        display_name=draft.body.get("display_name", UNSET),
    )
    return audience_create.build_request(body=body, x_batch_project=values["project"])


def _token(_: object, body: Any) -> Reference | None:
    token = text(body, "indexing_token")
    return Reference(token=token) if token else None


def _view(asked: Reference, values: Values) -> Built:
    token = asked.token or UNSET
    return audience_view.build_request(name=asked.by_name, indexing_token=token, x_batch_project=values["project"])


def _viewed(asked: Reference, body: Any) -> list[Record] | None:
    # No property is required of the answer, but one without any, such as an error's, does not say that it is there.
    if not isinstance(body, dict) or body.get("name", asked.name) != asked.name or not body.keys() & _SHOWN:
        return None
    return [replace(_record(body), name=asked.name)]


def _record(body: Any) -> Record:
    return Record(
        name=text(body, "name"),
        id=None,
        state=_STATES.get(text(body, "indexing_state") or "", RecordState.OTHER),
        member_count=count_of(body, "nb_ids"),
        created=time_of(body, "created"),
        updated=time_of(body, "updated"),
        raw=body,
    )


def _list(mark: Mark, values: Values) -> Built:
    start = UNSET if mark is None else str(mark)
    return audience_list.build_request(from_=start, limit=_PAGE, x_batch_project=values["project"])


def _listed(mark: Mark, body: Any) -> Page | None:  # noqa: ARG001
    found = items(body, "audiences")
    more = None if found is None or body.get("has_more") is False else text(body, "next_from")
    if found is None or (more is None and body.get("has_more") is True):  # a part must not look like the whole list
        return None
    return Page([_record(item) for item in found], more, "/audiences")


def _update(asked: Change, values: Values) -> Built:
    body = models.AudienceUpdateBody(name=asked.audience.by_name, ids=[])
    return audience_update.build_request(body=body, x_batch_project=values["project"])


def _replace(asked: Change, values: Values) -> Built:
    body = models.AudienceReplaceBody(name=asked.audience.by_name, ids=[])
    return audience_replace.build_request(body=body, x_batch_project=values["project"])


def _member(verb: str, member: Member | str, warn: Callable[[str], object]) -> Built:
    action = {} if verb == "replace" else {"action": verb}
    if isinstance(member, str):
        return {"id": member, **action}
    attributes = {}
    for name, value in member.attributes.items():
        try:
            key, sent = _attribute(name, value)
            if key in attributes:
                raise ValueError("must have each name once, as it is sent")
        except (ValueError, OverflowError) as error:  # the latter for a time that no year has in UTC
            raise ValueError(f"{error}: {named(name)} ({shape(value)})") from None
        attributes[key] = sent
        inner = key[key.find("(") + 1 :].removesuffix(")")
        if not re.fullmatch(r"[a-z0-9_]{1,30}", inner):
            warn(f"an attribute's name is other than 1 to 30 of a-z, 0-9 and _ {_SIBLING}")
        if isinstance(value, Url) and not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", value):
            warn(f"an attribute's URL has white space in it, or is not a scheme, as https:, and more after it [{OURS}]")
        if isinstance(sent, bool):
            warn("an attribute is true or false, a type that Batch's page of update does not name")
        least, most = (0, 2048) if key.startswith("url(") else (1, 300)
        if isinstance(sent, str) and not least <= len(sent) <= most:
            warn(f"an attribute's text has fewer characters than {least}, or more than {most} {_SIBLING}")
    return {"id": member.id, **action, **({"attributes": attributes} if attributes else {})}


def _attribute(name: object, value: object) -> tuple[str, Any]:
    """An attribute's name and value, as the page of update writes them. Raises ValueError, whose text is the rule, for
    a name or a value that the page has no form for.
    """
    if not isinstance(name, str) or not name or not is_unicode(name):
        raise ValueError("must have names that are Unicode text, and not empty")
    match value:
        case datetime() if value.utcoffset() is None:
            raise ValueError("must have times with a time zone")
        case datetime():
            return f"date({name})", value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Url() if is_unicode(value):
            return f"url({name})", str(value)
        case _ if _is_plain(value):
            return name, value
        case list() | tuple() if all(_is_plain(each) for each in value):
            return name, [*value]
    raise ValueError("must be strings, numbers, booleans, or lists of these; or times, or URLs")


def _remove(asked: Reference, values: Values) -> Built:
    body = models.AudienceRemoveBody(name=asked.by_name)
    return audience_remove.build_request(body=body, x_batch_project=values["project"])


_UPDATE = Operation(_SERVICE, "audience_update", Effect.CHANGES, _update, _token, needs=_NEEDS)


def _is_plain(value: object) -> bool:
    text = isinstance(value, str) and is_unicode(value)
    return text or isinstance(value, int) or (isinstance(value, float) and isfinite(value))


class BatchOptions(Options[T], total=False):
    """The settings of Batch; one that is not given is taken from the environment."""

    api_key: Annotated[SecretSource | None, Setting("BATCH_API_KEY", "the REST API key", secret=True)]
    """The REST API key; BATCH_API_KEY."""
    project: Annotated[str | None, Setting("BATCH_PROJECT", "the project key, sent as X-Batch-Project")]
    """The project key, sent as X-Batch-Project; BATCH_PROJECT."""
    version: Annotated[
        str | None,
        Setting("BATCH_VERSION", "the API version in the URL, instead of the spec's default", required=False),
    ]
    """The API version in the URL, instead of the spec's default; BATCH_VERSION."""


BATCH = Adapter(
    title="Batch",
    key="batch",
    settings=settings_of(BatchOptions),
    draft=DraftRules(
        fields={"name": "name"},
        unsupported={
            "description": "a Batch audience has a display name, but no description",
            "members": "Batch's create call carries no members",
        },
    ),
    create=Operation(
        _SERVICE, "audience_create", Effect.CREATES, _create, _token, audience_create.parse_response, needs=_NEEDS
    ),
    get=Operation(_SERVICE, "audience_view", Effect.READS, _view, _viewed, needs=_ASKED),
    delete=Operation(
        _SERVICE,
        "audience_remove",
        Effect.REMOVES,
        _remove,
        lambda _, body: Reference(token=text(body, "indexing_token")),
        audience_remove.parse_response,
        consequence="a campaign that targets it then targets an empty audience",
    ),
    list=Operation(_SERVICE, "audience_list", Effect.READS, _list, _listed, needs=_LIST),
    add=_UPDATE,
    remove=_UPDATE,
    replace=Operation(_SERVICE, "audience_replace", Effect.CHANGES, _replace, _token, needs=_NEEDS),
    members=MemberRules("ids", _member, most_replaced="each replace removes the members of the one before"),
)


class Batch(Blocking[models.AudienceCreateResponse202]):
    """Batch creates an empty audience, and answers with a token before it is done.

    The draft's `provider_fields["batch"]` must have `type` (custom_ids, emails or install_ids) and may have
    `display_name`. A 202 without `indexing_token` is a SpecViolationError with the outcome *applied*: the page promises
    the token, and without it nobody can ask how the work goes. `BatchOptions` has the settings.

    Raises ConfigurationError for what is missing or malformed.

    >>> from audiences import Audience
    >>> batch = Batch(api_key="key", project="project", version="2.10")
    >>> draft = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
    >>> print(batch.prepare(draft).text())  # doctest: +ELLIPSIS
    POST https://api.batch.com/2.10/audiences/create
    Accept: application/json
    X-Batch-Project: project
    Content-Type: application/json
    Authorization: Bearer ***
    <BLANKLINE>
    {..."name":"VIP"...}
    """

    adapter = BATCH

    def __init__(self, **given: Unpack[BatchOptions[BlockingTransport]]) -> None:
        super().__init__(given)


class AsyncBatch(Async[models.AudienceCreateResponse202]):
    __doc__ = Batch.__doc__
    adapter = BATCH

    def __init__(self, **given: Unpack[BatchOptions[AsyncTransport]]) -> None:
        super().__init__(given)
