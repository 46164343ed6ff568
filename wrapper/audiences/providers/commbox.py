"""CommBox: an audience from an uploaded file of phone numbers. Facts from its create page, https://help.commbox.io."""

from typing import Any, BinaryIO, TypeVar, Unpack, cast

from audience_clients.commbox.api.audiences import post_audiences
from audience_clients.commbox.models import PostAudiencesBody
from audience_clients.commbox.types import File

from .._draft import Draft, DraftRules
from .._drivers import Async, Blocking
from .._http.send import AsyncTransport, BlockingTransport
from .._operation import Adapter, Built, Effect, Handle, Operation, Service, Unsupported, text
from .._options import Options
from .._secret import SecretSource
from .._settings import Setting, Values

T = TypeVar("T")

_SERVICE = Service(
    key="commbox",
    headers=lambda values: {"Authorization": values.bearer("api_key")},
    code=(),
    message=("description",),
)
_LATER = Unsupported("CommBox documents a list of audiences only, and this library does not read it yet")


def _create(draft: Draft, values: Values) -> Built:  # noqa: ARG001
    # The builder passes the payload through; it is opened when it is sent.
    content, name, media_type = draft.upload
    file = File(cast("BinaryIO", content), name, media_type)
    return post_audiences.build_request(body=PostAudiencesBody(name=draft.body["name"], audience_file=file))


def _created(draft: Draft, body: Any) -> Handle | None:  # noqa: ARG001
    given = text(body, "data", "id")
    return Handle(id=given) if given else None


COMMBOX = Adapter(
    title="CommBox",
    key="commbox",
    settings=(Setting("api_key", "COMMBOX_API_KEY", "the API key", secret=True),),
    draft=DraftRules(
        fields={"name": "name", "audience_file": "members"},
        unsupported={"description": "CommBox's create call has no description"},
        column="phone1",
    ),
    create=Operation(
        _SERVICE,
        "Post_Audiences",
        Effect.CREATES,
        _create,
        _created,
        post_audiences.parse_response,
        needs="a string at /data/id",
    ),
    get=_LATER,
    delete=Unsupported("CommBox documents no such call"),
)


class CommBoxOptions(Options[T], total=False):
    """The settings of CommBox; each is otherwise taken from the environment."""

    api_key: SecretSource | None
    """The API key; COMMBOX_API_KEY."""


class CommBox(Blocking):
    r"""CommBox creates an audience from a CSV or Excel file with a column `phone1`.

    The draft's `members` must be a PhoneFile. That the column's name is exactly `phone1`, and that it stands in the
    first row (of the first sheet), is our rule: CommBox documents the column only, and "full country-code phone
    numbers" in it. What CommBox does with the rows is not documented; what looks wrong near the top is on the receipt.
    Settings see `CommBoxOptions`, all options `Options`.

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


class AsyncCommBox(Async):
    __doc__ = CommBox.__doc__
    adapter = COMMBOX

    def __init__(self, **given: Unpack[CommBoxOptions[AsyncTransport]]) -> None:
        super().__init__(given)
