"""Certificates, made when they are first needed: good ones, and ones that no client may accept."""

import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import trustme

_LOCK = threading.Lock()


def _authority() -> trustme.CA:
    with _LOCK:  # `cache` alone may make two
        return _made()


@cache
def _made() -> trustme.CA:
    return trustme.CA()


def trusting() -> ssl.SSLContext:
    """What a client uses that trusts our authority only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _authority().configure_trust(context)
    return context


trust = cache(trusting)
"""The same, for those who do not change it."""


@cache
def good() -> ssl.SSLContext:
    return _serving(_authority().issue_cert("127.0.0.1", "provider.test", "login.test"))


@cache
def wrong_host() -> ssl.SSLContext:
    return _serving(_authority().issue_cert("other.test"))


@cache
def expired() -> ssl.SSLContext:
    now = datetime.now(UTC)
    month, day = timedelta(days=30), timedelta(days=1)
    names = ("127.0.0.1", "provider.test")
    return _serving(_authority().issue_cert(*names, not_before=now - month, not_after=now - day))


@cache
def unknown_authority() -> ssl.SSLContext:
    return _serving(trustme.CA().issue_cert("127.0.0.1", "provider.test"))


@cache
def self_signed() -> ssl.SSLContext:
    """An authority's own certificate, used as a server's."""
    own = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with own.private_key_pem.tempfile() as key, own.cert_pem.tempfile() as certificate:
        context.load_cert_chain(certificate, key)
    return context


@cache
def wants_a_client_certificate() -> ssl.SSLContext:
    context = _serving(_authority().issue_cert("127.0.0.1"))
    _authority().configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@cache
def asking_later() -> ssl.SSLContext:
    """Asks for a client's certificate when it is told to, after the handshake."""
    context = _serving(_authority().issue_cert("127.0.0.1"))
    context.verify_mode, context.post_handshake_auth = ssl.CERT_OPTIONAL, True
    return context


def _serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def offering(*protocols: str) -> Callable[[], ssl.SSLContext]:
    """A good one, that chooses one of these protocols by ALPN."""
    context = _serving(_authority().issue_cert("127.0.0.1"))
    context.set_alpn_protocols(protocols)
    return lambda: context


def authority() -> bytes:
    """Our authority's certificate, as a CA file has it."""
    return _authority().cert_pem.bytes()


@cache
def strangers() -> ssl.SSLContext:
    """What a client uses that trusts another authority only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trustme.CA().configure_trust(context)
    return context
