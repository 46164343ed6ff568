"""Documented successes whose body is not what was promised. The provider acted, whatever the body says."""

import gzip
import json
from collections.abc import Callable

from faults.answers import answering, bomb, gzipped, members, success
from faults.fault import APPLIED, DOCUMENTED, add
from faults.server import Wire
from raw_server import http


def _body(name: str, body: bytes, content_type: str = "application/json") -> None:
    does = f"answers with its success, and as the body {name}"
    play = answering(lambda wire: http(wire.stage.status, body, content_type, **wire.stage.headers))
    add(f"body_{name}", does, play, APPLIED, status=DOCUMENTED)


_body("empty", b"")
_body("blank", b" \r\n")
_body("html", b"<!doctype html><title>Success</title>", "text/html")
_body("html_called_json", b"<html></html>")
_body("no_json", b"{'id': 5}")
_body("null", b"null")
_body("list", b"[]")
_body("number", b"5")
_body("empty_object", b"{}")
_body("nulls_for_ids", b'{"id": null, "audienceId": null, "indexing_token": null, "data": null}')
_body("empty_ids", b'{"id": "", "audienceId": "", "indexing_token": "", "data": {"id": ""}}')
_body("numbers_for_ids", b'{"id": 5, "audienceId": 5, "indexing_token": 5, "data": {"id": 5}}')
_body("not_utf_8", b'{"id": "\xff\xfe"}')
_body("utf_16", '{"id": "x"}'.encode("utf-16"))
_body("infinite_number", b'{"x": 1e999, "y": NaN}')
_body("number_of_9000_digits", b'{"x": ' + b"9" * 9000 + b"}")
_body("deep_list", b"[" * 100_000)
_body("deep_list_closed", b"[" * 100_000 + b"]" * 100_000)
_body("deep_object", b'{"id":' * 100_000)
_body("several_mb", json.dumps({"x": "y" * 4_000_000}).encode())
_body("many_keys", json.dumps({f"k{n}": n for n in range(50_000)}).encode())


def _twist(name: str, does: str, make: Callable[[Wire], bytes], *, receipt: bool = False, heavy: bool = False) -> None:
    add(name, does, answering(make), APPLIED, status=DOCUMENTED, receipt=receipt, heavy=heavy)


def _truncated(wire: Wire) -> bytes:
    return gzipped(wire, gzip.compress(wire.stage.body)[:-12])


def _corrupt(wire: Wire) -> bytes:
    packed = bytearray(gzip.compress(wire.stage.body))
    packed[12] ^= 0xFF
    return gzipped(wire, bytes(packed))


def _wrong_sum(wire: Wire) -> bytes:
    return gzipped(wire, gzip.compress(wire.stage.body)[:-8] + bytes(8))


_twist("body_cut", "cuts its JSON, and counts it right", lambda wire: http(wire.stage.status, wire.stage.body[:-5]))
_twist("gzip", "compresses its success", lambda wire: gzipped(wire, gzip.compress(wire.stage.body)), receipt=True)
_twist("gzip_truncated", "sends gzip without its end", _truncated)
_twist("gzip_corrupt", "sends gzip with a wrong byte", _corrupt)
_twist("gzip_wrong_sum", "sends gzip with a wrong checksum", _wrong_sum)
_twist("gzip_that_is_none", "calls plain JSON gzip", lambda wire: gzipped(wire, wire.stage.body))
_twist("unknown_encoding", "names an encoding of its own", lambda wire: gzipped(wire, wire.stage.body, "own"))
_twist("gzip_members", "sends gzip in two members", lambda w: gzipped(w, members(w.stage.body[:5], w.stage.body[5:])))
_twist("gzip_many_members", "sends gzip in 5000 members", lambda w: gzipped(w, members(w.stage.body, blanks=5000)))
_twist(
    "gzip_nested",
    "compresses its success twice",
    lambda w: gzipped(w, gzip.compress(members(w.stage.body)), "gzip, gzip"),
)
_twist("gzip_bomb", "sends 1 MB that become 1 GiB", lambda w: gzipped(w, bomb(1024)), heavy=True)
_twist(
    "gzip_bomb_nested",
    "sends a few KB that become 1 GiB",
    lambda w: gzipped(w, bomb(1024, 2), "gzip, gzip"),
    heavy=True,
)
_twist("gzip_many_layers", "names gzip 500 times", lambda w: gzipped(w, w.stage.body, ", ".join(["gzip"] * 500)))
_twist("wrong_content_type", "calls its JSON text/html", lambda w: success(w, Content_Type="text/html"), receipt=True)
