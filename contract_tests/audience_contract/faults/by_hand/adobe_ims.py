"""Adobe's token endpoint: the scopes are a list, and a token tells nothing."""

import base64
import re

from ...messages import Response
from ...mock.credentials import CLIENT_ID, CLIENT_SECRET
from ..acts import body, on_success, puts, refuses
from ..fault import Fault, Turn

_BODY = "/paths/~1ims~1token~1v3/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties"


def _with_the_secret(turn: Turn) -> Response:
    token = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}:{turn.number}".encode()).decode()
    return on_success(puts(access_token=token))(turn)


FAULTS = (
    Fault(
        "scopes-order",
        "A scope is refused that names `openid`, but not first.",
        (f"{_BODY}/scope/description", "RFC 6749, 3.3"),
        refuses(lambda turn: "openid" in turn.text("scope").split(",")[1:]),
        show=(lambda r: body(re.sub(rb"openid%2C(\w+)", rb"\1%2Copenid", r.body))(r),),
    ),
    Fault(
        "token-tells-secret",
        "The `access_token` is the client's id and secret in Base64.",
        (f"{_BODY}/client_secret", "CWE-522"),
        _with_the_secret,
    ),
)
