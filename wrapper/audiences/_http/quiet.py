"""httpx and httpcore log URLs and headers: of our exchanges nothing, of the application's own what they always do."""

import logging

from .network import exchanging

# A filter does not apply to the loggers below one. Those of hpack log headers where a transport speaks HTTP/2.
LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "hpack.hpack",
    "hpack.table",
)


class _NotOurs(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return not exchanging()


for _name in LOGGERS:
    logging.getLogger(_name).addFilter(_NotOurs())
