"""An ASGI application is judged in the process of a test."""

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from audience_contract import judge, load
from audience_contract.mock import MockServer
from audience_contract.report import Verdict
from audience_contract.server import Options
from judged import CLIENT


class Application:
    """A mock server's application; it lives between start-up and shutdown."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.lived: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for ending in ("startup", "shutdown"):
                self.lived.append((await receive())["type"])
                await send({"type": f"lifespan.{ending}.complete"})
            return
        assert self.lived == ["lifespan.startup"]
        await self._app(scope, receive, send)


@pytest.mark.parametrize(("fault", "told"), [("", ""), ("batch.name-missing", "name is required")])
def test_an_application_is_judged_in_the_process_of_a_test(fault: str, told: str) -> None:
    made: list[Application] = []

    def taken(app: ASGIApp) -> ASGIApp:
        made.append(Application(app))
        return app

    with MockServer(middleware=taken, fault=fault or None) as server:
        environment = {**server.environment(), **CLIENT}
    options = Options(requests=60, rules=["case.refused"], operations=["audience_create"])
    (app,), base = made, f"/batch{load('batch').default_base}"
    if told:
        with pytest.raises(AssertionError, match=told):
            judge(app, "batch", base_path=base, options=options, environment=environment)
    else:
        report = judge(app, "batch", base_path=base, options=options, environment=environment)
        assert report.verdict is Verdict.KEPT
        assert [one.rule for one in report.tried if one.operation == "audience_create"]
    assert app.lived == ["lifespan.startup", "lifespan.shutdown"]


def test_a_mistake_that_an_application_raises_is_a_server_error() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
        raise KeyError

    with MockServer() as server:
        environment = {**server.environment(), **CLIENT}
    with pytest.raises(AssertionError, match="500") as caught:
        judge(broken, "batch", options=Options(requests=20), environment=environment)
    # There is no command line.
    assert "--report" not in str(caught.value)
