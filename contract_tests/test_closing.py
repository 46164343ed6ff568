"""What `close()` leaves of a provider object."""

from anyio.from_thread import BlockingPortal

from audiences import Receipt
from audiences._json import dumps
from callers import Caller
from cases import case
from raw_server import RawServer, http


def test_an_object_opens_new_connections_after_it_was_closed(
    key: str, raw: RawServer, face: BlockingPortal | None
) -> None:
    raw.answer = http(case(key).SUCCESS, dumps(case(key).BODY))
    raw.requests.clear()
    caller = Caller(key, raw.url, face)
    caller.close()
    for made in (1, 2):
        assert isinstance(caller.create(case(key).good()), Receipt)
        assert len(raw.requests) == made
        caller.close()
        caller.close()
