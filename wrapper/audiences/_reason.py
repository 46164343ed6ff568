"""Why something failed, in words that show nothing of the content of a file or a request."""

import os
import ssl
from errno import errorcode
from socket import gaierror


class UploadError(OSError):
    """Why a file cannot be sent, or not to its end; the reason names no file."""

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason)


def reason(error: BaseException) -> str:
    """The exception's type, or that it interrupts, and what the operating system, the resolver or TLS said of it, or of
    its cause. The exception's own text is left out, because it may hold anything: asyncio's has the host and the port,
    and a caller's file object may raise what it likes.
    """
    name, seen, said = type(error).__name__ if isinstance(error, Exception) else "interrupted", error, None
    while seen is not None and not (said := _said(seen)):
        seen = seen.__cause__ or seen.__context__  # type: ignore[assignment]
    return f"{name}: {said}" if said else name


def _said(error: BaseException) -> str | None:
    if isinstance(error, ssl.SSLCertVerificationError):
        return getattr(error, "verify_message", None)  # only OpenSSL's has one
    if isinstance(error, gaierror | ssl.SSLError | UploadError):
        return error.strerror
    if isinstance(error, OSError) and error.errno is not None and error.errno in errorcode:
        return os.strerror(error.errno)
    return None
