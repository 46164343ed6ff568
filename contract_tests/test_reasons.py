"""Why something failed is told in the words of the operating system, the resolver or TLS, and in no others."""

import socket
import ssl

import pytest

from audiences._reason import reason

AT = "Connect call failed ('10.1.2.3', 4711)"


def after(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(111, AT), "ConnectionRefusedError: Connection refused"),
        (OSError(0, AT), "OSError"),
        (OSError(10061, AT), "OSError"),
        (OSError(f"Multiple exceptions: {AT}"), "OSError"),
        (after(ValueError(AT), after(OSError(AT), OSError(111, AT))), "ValueError: Connection refused"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "gaierror: Name or service not known"),
        (after(OSError(AT), ssl.SSLError(1, "wrong version number")), "OSError: wrong version number"),
        (ssl.SSLCertVerificationError("4711"), "SSLCertVerificationError"),
        (KeyError("4711"), "KeyError"),
    ],
)
def test_only_words_of_the_system_are_told_and_never_the_host_and_port_that_asyncio_names(
    error: Exception, words: str
) -> None:
    assert reason(error) == words
