"""Why something failed, in words that hold nothing of a file's or a request's content."""

import os
import ssl
from errno import errorcode
from socket import gaierror


def reason(error: BaseException) -> str:
    """The operating system's words, or the exception's kind. Its own words may be anything: a file object of the
    caller's raises what it likes.
    """
    if isinstance(error, gaierror | ssl.SSLError) and error.strerror:
        return error.strerror
    if isinstance(error, OSError) and error.errno is not None and error.errno in errorcode:
        return os.strerror(error.errno)
    return type(error).__name__
