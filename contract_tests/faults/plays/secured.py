"""TLS that fails, TLS that works, and proxies."""

from functools import partial

from faults import certificates
from faults.answers import answering, error, head, over_tls, success, through
from faults.doors import proxied, refused_proxy, tls
from faults.fault import APPLIED, DOCUMENTED, FAULTS, NOT_SENT, UNKNOWN, add, fault
from faults.plays import closing, stalling, uploads  # noqa: F401 - the first two add what is played here, too
from faults.server import Wire
from raw_server import http

_good = answering(success)
for _context in (
    certificates.self_signed,
    certificates.unknown_authority,
    certificates.wrong_host,
    certificates.expired,
):
    _what = _context.__name__
    _does = f"has a certificate that no client may take: {_what.replace('_', ' ')}"
    add(f"tls_{_what}", _does, over_tls(_good, _context), NOT_SENT, door=tls)
    _play = through(over_tls(_good, _context))
    add(f"tls_{_what}_through_proxy", f"{_does}, behind a proxy", _play, NOT_SENT, door=proxied)

# Nothing else than what goes wrong is different, so that a fault below is not taken for a fault of TLS itself.
for _prefix, _door, _dress in (("tls", tls, over_tls), ("tunnel", proxied, lambda p: through(over_tls(p)))):
    _with = partial(add, door=_door)
    _where = {"tls": "over TLS", "tunnel": "behind a proxy"}[_prefix]
    _whole = {"status": DOCUMENTED, "receipt": True}
    _with(f"{_prefix}_good", f"answers with its success, {_where}", _dress(_good), APPLIED, **_whole)
    for _piece, _truth in (
        (FAULTS["close_after_body"], UNKNOWN),
        (FAULTS["reset_after_body"], UNKNOWN),
        (FAULTS["stall_before_status"], UNKNOWN),
        (FAULTS["stall_mid_body"], APPLIED),
        (FAULTS["reset_mid_body"], APPLIED),
    ):
        _with(f"{_prefix}_{_piece.name}", f"{_piece.does}, {_where}", _dress(_piece.play), _truth)
    _with(
        f"{_prefix}_stops_reading",
        f"stops reading, {_where}",
        _dress(uploads.stops_reading),
        UNKNOWN,
        large=True,
        narrow=True,
    )


@fault(NOT_SENT, door=tls)
def plain_server_at_an_https_url(wire: Wire) -> None:
    """Speaks no TLS: it answers the handshake with a plain 400"""
    wire.receive()
    wire.send(error(400))
    wire.finish()


@fault(NOT_SENT, door=tls)
def tls_silent(wire: Wire) -> None:
    """Does not answer the TLS handshake"""
    wire.hold()


@fault(NOT_SENT, door=tls)
def tls_closed(wire: Wire) -> None:
    """Closes in the TLS handshake"""
    wire.receive()
    wire.finish()


@fault(NOT_SENT, door=tls)
def tls_reset(wire: Wire) -> None:
    """Resets in the TLS handshake"""
    wire.receive()
    wire.reset()


@fault(UNKNOWN, door=tls)
def tls_client_certificate_wanted(wire: Wire) -> None:
    """Wants a client certificate, which TLS 1.3 says after the client may have sent its request"""
    wire.secure(certificates.wants_a_client_certificate())
    _good(wire)


@fault(APPLIED, door=tls, most=1, least=1, status=DOCUMENTED, receipt=True)
def tls_closed_once(wire: Wire) -> None:
    """Closes in the first TLS handshake, and takes the second: nothing was sent, so that it is repeated"""
    if wire.stage.connections == 1:
        tls_closed(wire)
    over_tls(_good)(wire)


@fault(UNKNOWN, door=tls, most=1, least=1)
def tls_closed_once_then_closed(wire: Wire) -> None:
    """Closes in the first TLS handshake, and in the second connection after the request"""
    if wire.stage.connections == 1:
        tls_closed(wire)
    over_tls(FAULTS["close_after_body"].play)(wire)


@fault(APPLIED, door=tls, status=DOCUMENTED)
def tls_cut_without_goodbye(wire: Wire) -> None:
    """Ends a success without a length by closing, without the close_notify of TLS"""
    wire.secure(certificates.good())
    wire.request()
    wire.send(head(wire) + wire.stage.body[:-5])
    wire.finish()


add("proxy_refused", "is a proxy that does not listen", _good, NOT_SENT, door=refused_proxy)

for _status in (301, 400, 403, 407, 429, 502, 503, 504):
    _connect = answering(http(_status, b"no", "text/plain", Retry_After="0"))
    add(f"proxy_{_status}", f"is a proxy that answers {_status} to CONNECT", _connect, NOT_SENT, door=proxied)


add("proxy_closes", "is a proxy that closes on CONNECT", answering(b""), NOT_SENT, door=proxied)
add("proxy_resets", "is a proxy that resets on CONNECT", answering(b"", Wire.reset), NOT_SENT, door=proxied)
add("proxy_silent", "is a proxy that does not answer CONNECT", answering(b"", Wire.hold), NOT_SENT, door=proxied)


@fault(NOT_SENT, door=proxied)
def proxy_garbage(wire: Wire) -> None:
    """Is a proxy that answers CONNECT as a mail server does"""
    wire.request()
    wire.send(b"220 mail.test ESMTP\r\n\r\n")
    wire.finish()


@fault(NOT_SENT, door=proxied)
def proxy_tunnel_closed(wire: Wire) -> None:
    """Is a proxy that makes a tunnel, and closes it in the TLS handshake"""
    wire.request()
    wire.send(b"HTTP/1.1 200 Established\r\n\r\n")
    wire.receive()
    wire.finish()


@fault(NOT_SENT, door=proxied)
def proxy_floods(wire: Wire) -> None:
    """Is a proxy that answers CONNECT with 100s without an end"""
    wire.request()
    while True:
        wire.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 20)
        wire.pause(0.01)
