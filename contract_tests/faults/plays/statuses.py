"""Each class of status, as an ordinary answer."""

from faults.answers import answering, error
from faults.doors import beside_another_host
from faults.fault import APPLIED, REJECTED, UNKNOWN, add
from faults.server import Play
from raw_server import http

_REFUSALS = (400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423)
_MORE_REFUSALS = (424, 425, 426, 428, 429, 431, 451, 460, 498, 499)
_FAILURES = (408, 500, 501, 502, 503, 504, 505, 507, 508, 511, *range(520, 528), 529, 530, 561, 598, 599)
_REDIRECTS = (300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 399)
_NO_STATUSES = ("000", 600, 700, 999)


def _answer(status: int | str, **headers: str) -> Play:
    return answering(error(status, **headers))


def _redirect(status: int) -> Play:
    return answering(lambda wire: error(status, Location=wire.stage.location))


def _success(status: int) -> Play:
    empty = status in (204, 205)
    return answering(lambda wire: http(status, b"" if empty else wire.stage.body, **wire.stage.headers))


for _status in (*_REFUSALS, *_MORE_REFUSALS):
    add(f"status_{_status}", f"answers {_status}", _answer(_status), REJECTED, status=_status)
for _status in _FAILURES:
    add(f"status_{_status}", f"answers {_status}", _answer(_status), UNKNOWN, status=_status)
for _name in _NO_STATUSES:
    add(f"status_{_name}", f"answers {_name}, which is no status", _answer(_name), UNKNOWN)
for _status in (200, 201, 202, 203, 204, 205, 206, 207, 226, 299):
    add(f"status_{_status}", f"answers {_status}", _success(_status), APPLIED, status=_status)
for _status in _REDIRECTS:
    does = f"answers {_status}, with another host as Location"
    add(f"status_{_status}", does, _redirect(_status), UNKNOWN, status=_status, door=beside_another_host)
for _name, _location in {"nowhere": "", "same_host": "/audiences", "no_url": "http://[", "file": "file:///etc"}.items():
    _play = _answer(302, Location=_location) if _location else _answer(302)
    add(f"redirect_{_name}", f"answers 302 with the Location {_location!r}", _play, UNKNOWN, status=302)

# 503 with Retry-After is read as a refusal: our reading. Nothing else that failed becomes one by that header.
for _value in ("1", "0", "Fri, 31 Dec 2100 23:59:59 GMT"):
    _name = {"1": "seconds", "0": "zero"}.get(_value, "date")
    does = f"answers 503 with Retry-After: {_value}"
    add(f"unavailable_retry_after_{_name}", does, _answer(503, Retry_After=_value), REJECTED, status=503)
for _value in ("soon", "-1", ""):
    does = f"answers 503 with Retry-After: {_value!r}, which says nothing"
    _name = {"soon": "word", "-1": "negative", "": "empty"}[_value]
    add(f"unavailable_retry_after_{_name}", does, _answer(503, Retry_After=_value), UNKNOWN, status=503)
for _status in (408, 500, 502, 504, 520, 529):
    does = f"answers {_status} with Retry-After: 0"
    add(f"status_{_status}_retry_after", does, _answer(_status, Retry_After="0"), UNKNOWN, status=_status)
