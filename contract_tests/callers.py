"""The blocking and the asynchronous provider object, called in the same way."""

from collections.abc import Callable, Collection
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

import audiences
from audiences import Audience, AudiencesError, InvalidError, Receipt, Request, RetryPolicy, aio
from cases import case

FACES = pytest.mark.parametrize("face", [audiences, aio], ids=["blocking", "async"])
"""For tests of what both classes of a provider do in the same way."""
Given = tuple[BlockingPortal | None, Callable[[Callable[..., Any]], Any]]
"""What a Caller needs for one face, and how a function of the caller's is given to it: as it is, or asynchronous."""


def make(key: str, module: Any = audiences, **options: Any) -> Any:
    """A provider object with the test's credentials."""
    classes = [getattr(module, name) for name in module.__all__]
    (provider,) = (each for each in classes if getattr(each, "key", None) == key)
    return provider(**case(key).ARGUMENTS | options)


def takes(key: str, name: str) -> bool:
    """Whether a provider's audience can have a name."""
    try:
        make(key).prepare(case(key).good(name=name))
    except InvalidError:
        return False
    return True


class Caller:
    """One provider object, blocking, or asynchronous behind a portal to an event loop; it repeats almost at once."""

    def __init__(self, key: str, url: str, portal: BlockingPortal | None, **options: Any) -> None:
        self.key, self.case, self._portal = key, case(key), portal
        options = {"create_policy": RetryPolicy(first_wait=0.01)} | options
        self.provider = make(key, aio if portal else audiences, base_url=url + self.case.PATH, **options)

    def create(self, audience: Audience, leave_out: Collection[str] = (), **options: Any) -> Receipt | AudiencesError:
        """The receipt, or the library's error. Anything else that is raised fails the test."""
        try:
            if self._portal is None:
                receipt: Receipt = self.provider.create(audience, leave_out=leave_out, **options)
            else:
                receipt = self._portal.call(lambda: self.provider.create(audience, leave_out=leave_out, **options))
            return receipt
        except AudiencesError as error:
            return error

    def prepare(self, audience: Audience) -> Request:
        """The request that `create` would send."""
        request: Request = (
            self._portal.call(self.provider.prepare, audience) if self._portal else self.provider.prepare(audience)
        )
        return request

    def close(self) -> None:
        self._portal.call(self.provider.close) if self._portal else self.provider.close()


def created(
    key: str,
    url: str,
    portal: BlockingPortal | None,
    audience: Audience | None = None,
    leave_out: Collection[str] = (),
    **options: Any,
) -> Receipt | AudiencesError:
    """What the create of a provider object comes to, which is closed then."""
    caller = Caller(key, url, portal, **options)
    try:
        return caller.create(audience or caller.case.good(), leave_out)
    finally:
        caller.close()
