"""httpx and httpcore log URLs and headers: of our exchanges nothing, of the application's own what they always do."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# A filter does not apply to the loggers below one. Those of hpack log headers where a transport speaks HTTP/2.
LOGGERS = (
    *("httpx", "httpx2", "hpack.hpack", "hpack.table"),
    *(f"{core}.{part}" for core in ("httpcore", "httpcore2") for part in ("connection", "http11", "http2", "proxy")),
    *("httpcore.socks", "httpcore2.socks"),
)
_OURS = ContextVar("audiences_exchange", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)


class _NotOurs(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return not _OURS.get()


for _name in LOGGERS:
    logging.getLogger(_name).addFilter(_NotOurs())
