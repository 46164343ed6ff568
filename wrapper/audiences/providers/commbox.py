"""CommBox: an audience from an uploaded file of phone numbers. Facts from its create page."""

from collections.abc import Mapping
from typing import Any, BinaryIO, TypeVar, Unpack, cast

from audience_clients.commbox.api.audiences import post_audiences
from audience_clients.commbox.models import PostAudiencesBody
from audience_clients.commbox.types import File

from .._audience import Audience
from .._call import Call, Handle, text
from .._create import Create
from .._drivers import Async, Blocking
from .._http.send import AsyncTransport, BlockingTransport
from .._members import Look
from .._options import Options
from .._outcome import State
from .._provider import Provider
from .._secret import Secret, SecretSource
from .._settings import Setting
from .._wire import Part

T = TypeVar("T")
_FILE = "audience_file"


class _Create(Create):
    call = Call(
        key="commbox",
        operation_id="Post_Audiences",
        states={201: State.CREATED},
        parse=post_audiences.parse_response,
        needs=("/data/id",),
        code=(),
        message=("description",),
    )
    fields = {"name": "name", _FILE: "members"}
    unsupported = {"description": "CommBox's create call has no description"}
    carries_members = True

    def parts(self, audience: Audience) -> tuple[Mapping[str, Part], Look]:
        file = audience.members
        if file is None:
            return {}, Look()
        from .. import _files  # noqa: PLC0415  # file readers are not imported before a file is read

        part = Part(_FILE, file.upload, _files.media_type(file), file.name)
        return {_FILE: part}, _files.look(file, column="phone1")

    def build(self, body: Mapping[str, Any], parts: Mapping[str, Part]) -> Mapping[str, Any]:
        part = parts[_FILE]
        # The builder passes the payload through; it is opened when it is sent.
        payload = cast("BinaryIO", part.content)
        file = File(payload, part.filename or "", part.media_type)
        return post_audiences.build_request(body=PostAudiencesBody(name=body["name"], audience_file=file))

    def handle(self, audience: Audience, body: Mapping[str, Any]) -> Handle | None:  # noqa: ARG002
        data = body.get("data")
        given = text(data, "id") if isinstance(data, dict) else None
        return Handle(id=given) if given else None


class _CommBox(Provider[T]):
    """CommBox creates an audience from a CSV or Excel file with a column `phone1`.

    The draft's `members` must be a PhoneFile. That the column's name is exactly `phone1`, and that it stands in the
    first row (of the first sheet), is our rule: CommBox documents the column only, and "full country-code phone
    numbers" in it. What CommBox does with the rows is not documented; what looks wrong near the top is on the receipt.
    """

    title = "CommBox"
    key = "commbox"
    creates = _Create
    settings = (Setting("api_key", "COMMBOX_API_KEY", "the API key", secret=True),)

    def __init__(self, *, api_key: SecretSource | None = None, **options: Unpack[Options[T]]) -> None:
        r"""Take the API key from the argument, or else from COMMBOX_API_KEY. `options`: see `Options`.

        Raises ConfigurationError for what is missing or malformed.

        >>> from audiences import PhoneFile
        >>> commbox = CommBox(api_key="key")
        >>> file = PhoneFile(b"phone1,city\r\n442079832100,London\r\n", "phones.csv")
        >>> print(commbox.prepare(Audience(name="VIP", members=file)).text())
        POST https://api.commbox.io/audiences
        Accept: application/json
        Authorization: Bearer ***
        part name (text/plain): VIP
        part audience_file (text/csv): file phones.csv
        """
        self._api_key = self.settings[0].need_secret(api_key, self.title)
        self.creation = _Create()
        super().__init__({}, options)

    def _credentials(self) -> Mapping[str, Secret]:
        return {"Authorization": self._api_key.bearer()}


class CommBox(_CommBox[BlockingTransport], Blocking):
    __doc__ = _CommBox.__doc__


class AsyncCommBox(_CommBox[AsyncTransport], Async):
    __doc__ = _CommBox.__doc__
