"""An ASGI middleware that has the mock server answer with one error, whatever is asked."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


def responding(status: int, provider: str | None) -> Callable[[ASGIApp], ASGIApp]:
    """The middleware; with a provider's key, for that provider's paths only. `status` is from 400 to 599."""
    start = f"/{provider}/" if provider else "/"

    def around(app: ASGIApp) -> ASGIApp:
        async def put_before(scope: Scope, receive: Receive, send: Send) -> None:
            path: bytes = scope.get("raw_path", b"")
            if path.startswith(start.encode()) and not path.startswith(b"/_mock/"):
                before = f"/_mock/respond/{status}"
                scope = {**scope, "path": before + scope["path"], "raw_path": before.encode() + path}
            await app(scope, receive, send)

        return put_before

    return around
