"""CommBox: an audience from an uploaded file of phone numbers. Facts from its pages of create, list and update,
https://help.commbox.io/apidocs/create-new-audiences, get-audiences and update-static-audience.
"""

from typing import Annotated, Any, BinaryIO, TypeVar, Unpack, cast

from audience_clients.commbox.api.audiences import get_audiences, post_audiences, put_audiences_audience_id
from audience_clients.commbox.models import PostAudiencesBody, PostAudiencesResponse201, PutAudiencesAudienceIdBody
from audience_clients.commbox.types import File

from .._audience import Draft, DraftRules
from .._files import media_type
from .._http.send import AsyncTransport, BlockingTransport
from .._members import PhoneFile
from .._operation import Adapter, Built, Change, Effect, Operation, Page, Service, Unsupported, id_of, items, text
from .._options import Options
from .._provider import Async, Blocking
from .._record import Record, RecordState, Reference, count_of, time_of
from .._secret import SecretSource
from .._settings import Setting, Values, settings_of

T = TypeVar("T")

_SERVICE = Service(
    key="commbox",
    headers=lambda values: {"Authorization": values.bearer("api_key")},
    code=(),
    message=("description",),
)
_ID, _ARRAY = "a string at /data/id", "an array at /data"
_NO_SUCH_CALL = "CommBox documents no such call"
_BY_FILE = Unsupported(f"{_NO_SUCH_CALL}; replace sends a file with all members")


def _create(draft: Draft, values: Values) -> Built:  # noqa: ARG001
    body = PostAudiencesBody(name=draft.body["name"], audience_file=_file(cast("PhoneFile", draft.file)))
    return post_audiences.build_request(body=body)


def _file(file: PhoneFile) -> File:
    # The generated builder passes the payload through, so this is an upload that is opened when it is sent.
    return File(cast("BinaryIO", file.upload), file.name, media_type(file))


def _given(_: object, body: Any) -> Reference | None:
    given = text(body, "data", "id")
    return Reference(id=given) if given else None


def _list(asked: object, values: Values) -> Built:  # noqa: ARG001
    return get_audiences.build_request()


def _listed(asked: object, body: Any) -> Page | None:  # noqa: ARG001
    found = items(body, "data")
    return None if found is None else Page([_record(item) for item in found], None, "/data")


def _found(asked: Reference, body: Any) -> list[Record] | None:
    page = _listed(asked, body)
    by, value = ("name", asked.by_name) if asked.id is None else ("id", asked.id)
    return page and [record for record in page.records if getattr(record, by) == value]


def _record(body: Any) -> Record:
    return Record(
        name=text(body, "name"),
        id=id_of(body, "id"),
        state=RecordState.OTHER,  # CommBox tells of no state
        member_count=count_of(body, "user_count"),
        created=time_of(body, "created_time"),
        updated=None,
        raw=body,
    )


def _replace(asked: Change, values: Values) -> Built:  # noqa: ARG001
    body = PutAudiencesAudienceIdBody(audience_file=_file(cast("PhoneFile", asked.file)))
    return put_audiences_audience_id.build_request(asked.audience.by_id, body=body)


def _unfit(record: Record) -> str:
    static = text(record.raw, "type") == "Static"
    return "" if static else "CommBox replaces the customers of static audiences only, and this one is not static"


class CommBoxOptions(Options[T], total=False):
    """The settings of CommBox; one that is not given is taken from the environment."""

    api_key: Annotated[SecretSource | None, Setting("COMMBOX_API_KEY", "the API key", secret=True)]
    """The API key; COMMBOX_API_KEY."""


COMMBOX = Adapter(
    title="CommBox",
    key="commbox",
    settings=settings_of(CommBoxOptions),
    draft=DraftRules(
        fields={"name": "name", "audience_file": "members"},
        unsupported={"description": "CommBox's create call has no description"},
        column="phone1",
    ),
    create=Operation(
        _SERVICE, "Post_Audiences", Effect.CREATES, _create, _given, post_audiences.parse_response, needs=_ID
    ),
    get=Operation(_SERVICE, "Get_Audiences", Effect.READS, _list, _found, needs=_ARRAY),
    wait=Unsupported("CommBox documents no state of an import that could be waited for"),
    delete=Unsupported(_NO_SUCH_CALL),
    list=Operation(_SERVICE, "Get_Audiences", Effect.READS, _list, _listed, needs=_ARRAY),
    add=_BY_FILE,
    remove=_BY_FILE,
    replace=Operation(_SERVICE, "PUT /Audiences/{AUDIENCE_ID}", Effect.CHANGES, _replace, _given, needs=_ID),
    unfit=_unfit,
)


class CommBox(Blocking[PostAudiencesResponse201]):
    r"""CommBox creates an audience from a CSV or Excel file with a column `phone1`.

    The draft's `members` must be a PhoneFile. It is our rule that the column's name is exactly `phone1`, and stands in
    the first row (of the first sheet): CommBox documents only the column, and "full country-code phone numbers" in it.
    What CommBox does with the rows is not documented; the receipt's `warnings` say what looks wrong near the top.

    CommBox lists all audiences in one answer, without pages, of `max_response_bytes` at most. `get` uses this list,
    too, and finds an audience in it by its name or id. `replace` takes a PhoneFile, for a static audience only; it is
    looked up first. CommBox may send a time without a zone, which is then in `Record.raw` only.
    `CommBoxOptions` has the settings, `Options` the rest.

    Raises ConfigurationError for what is missing or malformed.

    >>> from audiences import Audience, PhoneFile
    >>> commbox = CommBox(api_key="key")
    >>> file = PhoneFile(b"phone1,city\r\n442079832100,London\r\n", "phones.csv")
    >>> print(commbox.prepare(Audience(name="VIP", members=file)).text())
    POST https://api.commbox.io/audiences
    Accept: application/json
    Authorization: Bearer ***
    part name (text/plain): VIP
    part audience_file (text/csv): file phones.csv
    """

    adapter = COMMBOX

    def __init__(self, **given: Unpack[CommBoxOptions[BlockingTransport]]) -> None:
        super().__init__(given)


class AsyncCommBox(Async[PostAudiencesResponse201]):
    __doc__ = CommBox.__doc__
    adapter = COMMBOX

    def __init__(self, **given: Unpack[CommBoxOptions[AsyncTransport]]) -> None:
        super().__init__(given)
