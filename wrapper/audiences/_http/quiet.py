"""Keeps httpx and httpcore from logging the URLs and headers of our exchanges; the application's own are logged."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# A logger's filter does not apply to the loggers below it. Those of hpack log headers if a transport speaks HTTP/2.
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


for _name in LOGGERS:
    logging.getLogger(_name).addFilter(lambda _: not _OURS.get())
