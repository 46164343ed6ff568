"""What stands around the schemas: paths, methods, servers, security."""

from . import CALLER, COMPATIBLE, DOCUMENTATION, SAME, UNDECIDED, Case, add, append, drop, move, put, replace_text, row

_GET = "/paths/~1orders~1{orderId}/get"
_POST = "/paths/~1orders/post"
_PUT = "/paths/~1files/put"
_JSON = f"{_POST}/requestBody/content"
_KEY: dict[str, list[str]] = {"key": []}

_TABLE = {
    CALLER: [
        row("a path is removed", drop("/paths/~1files")),
        row("a path is renamed", move("/paths/~1files", "/paths/~1file")),
        row("a method is removed", drop(_PUT)),
        row("a method is replaced", move(_PUT, "/paths/~1files/post")),
        row("a path gains a segment", move("/paths/~1orders~1{orderId}", "/paths/~1v2~1orders~1{orderId}")),
        row("a request's media type is removed", drop(f"{_JSON}/application~1xml")),
        row("a request's media type is replaced", move(f"{_JSON}/application~1json", f"{_JSON}/application~1hal+json")),
        row("a request's media type gets a version", move(f"{_JSON}/application~1json", f"{_JSON}/application~1json; version=2")),
        row("a request has no body any more", drop(f"{_PUT}/requestBody")),
        row("a required body is added", add(_GET, requestBody={"required": True, "content": {"application/json": {"schema": {"type": "object"}}}})),
        row("another scheme replaces the one", put("/security", [_KEY])),
        row("a second scheme is asked for as well", put("/security", [{"token": [], "key": []}])),
        row("an alternative is removed", drop(f"{_POST}/security/1")),
        row("a scope is added", append(f"{_POST}/security/1/oauth", "read")),
        row("a key goes in another header", put("/components/securitySchemes/token", {"type": "apiKey", "in": "header", "name": "X-Token"})),
        row("tokens come from elsewhere", put("/components/securitySchemes/oauth/flows/clientCredentials/tokenUrl", "https://id.shop.test/token")),
        row("a server moves", put("/servers/0/url", "https://api2.shop.test/{version}")),
        row("the default of a server's variable changes", put("/servers/0/variables/version/default", "v2")),
        row("a server's port is another one", put("/servers/0/url", "https://api.shop.test:8443/{version}")),
        row("a server's port is that of another scheme", put("/servers/0/url", "https://api.shop.test:80/{version}")),
        row("http replaces https", put("/servers/0/url", "http://api.shop.test/{version}")),
        row("an operation gets a server of its own", add(_PUT, servers=[{"url": "https://files.shop.test"}])),
    ],
    COMPATIBLE: [
        row("a path is added", add("/paths", **{"/shops": {"get": {"responses": {"200": {"description": "All."}}}}})),
        row("a method is added", add("/paths/~1files", get={"responses": {"200": {"description": "All."}}})),
        row("an operationId changes", put(f"{_GET}/operationId", "readOrder")),
        row("a path parameter is renamed", replace_text("orderId", "order_id")),
        row("a request's media type is added", add(_JSON, **{"text/csv": {"schema": {"type": "string"}}})),
        row("a request's media type becomes a range", move(f"{_JSON}/application~1xml", f"{_JSON}/application~1*")),
        row("a body is no longer required", put(f"{_POST}/requestBody/required", False)),
        row("an optional body is added", add(_GET, requestBody={"content": {"application/json": {"schema": {"type": "object"}}}})),
        row("an alternative scheme is added", append("/security", _KEY)),
        row("a scope is no longer asked for", put(f"{_POST}/security/1/oauth", [])),
        row("no security is asked for any more", put("/security", [])),
        row("security becomes optional", append("/security", {})),
        row("a server is added", append("/servers", {"url": "https://eu.shop.test"})),
        row("a part may be of another content type too", put(f"{_PUT}/requestBody/content/multipart~1form-data/encoding/file/contentType", "text/csv, text/plain, application/zip")),
    ],
    DOCUMENTATION: [
        row("a description changes", put(f"{_GET}/parameters/4/description", "For our logs.")),
        row("a description is added to a property", add("/components/schemas/Order/properties/state", description="Where it is.")),
        row("a title is added to a schema", add("/components/schemas/NewOrder", title="Order to make")),
        row("an example is added", add("/components/schemas/NewOrder/properties/name", examples=["vip"])),
        row("an example is added to a media type", add(f"{_JSON}/application~1xml", example="<order/>")),
        row("an operation is deprecated", add(_GET, deprecated=True)),
        row("a property is deprecated", add("/components/schemas/Order/properties/note", deprecated=True)),
        row("a parameter is deprecated", add(f"{_GET}/parameters/1", deprecated=True)),
        row("a summary is added", add(_PUT, summary="Send a file")),
        row("what a response is said to be changes", put(f"{_PUT}/responses/204/description", "Taken in.")),
        row("a scheme is described", add("/components/securitySchemes/token", description="From your account.")),
        row("a server is described", add("/servers/0", description="The one.")),
        row("external documents are named", add(_PUT, externalDocs={"url": "https://shop.test"})),
        row("a default is only described", add("/components/schemas/NewOrder/properties/count", description="1 by default.")),
    ],
    SAME: [
        row("a tag changes", put(f"{_GET}/tags/0", "files")),
        row("an extension is added", add(_PUT, **{"x-speed": "slow"})),
        row("the version of the document changes", put("/info/version", "2")),
    ],
    UNDECIDED: [
        row("a callback is added", add(_POST, callbacks={"made": {"{$request.body#/url}": {"post": {"responses": {"200": {"description": "Seen."}}}}}})),
    ],
}  # fmt: skip
_LIMIT = f"{_GET}/parameters/1/schema"
CASES = [Case(name, expected, edits) for expected, table in _TABLE.items() for name, edits in table] + [
    Case("security is asked for where none was", CALLER, (put("/security", [{"token": []}]),), before=(put("/security", []),)),
    Case("a default changes", UNDECIDED, (put(f"{_LIMIT}/default", 20),), before=(put(f"{_LIMIT}/default", 10),)),
    Case("a default is named", COMPATIBLE, (put(f"{_LIMIT}/default", 20),)),
]  # fmt: skip
