"""Certificates are checked, with one TLS context, and nothing turns that off by accident."""

import os
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

import processes
from audiences import ConfigurationError, NotSentError, Receipt, RetryPolicy
from callers import FACES, created, make
from cases import body_of, case, headers
from faults import certificates
from faults.answers import answering, over_tls, success
from faults.server import Stage
from long import long

ONCE = RetryPolicy(attempts=1)

COUNTING = """
import asyncio, gc, ssl, sys, threading

def contexts():
    return sum(isinstance(each, ssl.SSLContext) for each in gc.get_objects())

import audiences
from audiences import Audience, AudiencesError, Batch, RetryPolicy, aio

counts = [contexts()]
options = {"api_key": "k", "project": "p", "base_url": sys.argv[1], "create_policy": RetryPolicy(attempts=1)}
draft = Audience(name="VIP", provider_fields={"batch": {"type": "emails"}})
objects = [Batch(**options) for _ in range(8)]
others = [aio.Batch(**options) for _ in range(8)]
counts.append(contexts())
together = threading.Barrier(16)

def call(one):
    together.wait()
    try:
        one.create(draft)
    except AudiencesError:
        pass

async def all_at_once(several):
    await asyncio.gather(*(each.create(draft) for each in several), return_exceptions=True)

def loop(several):
    together.wait()
    asyncio.run(all_at_once(several))

threads = [threading.Thread(target=call, args=(each,)) for each in objects]
threads += [threading.Thread(target=loop, args=([each, each],)) for each in others]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(*counts, contexts())
"""

TRUSTING = """
import sys
from audiences import Audience, AudiencesError, Batch, RetryPolicy

for given in ({}, {"verify": sys.argv[2]}):
    batch = Batch(api_key="k", project="p", base_url=sys.argv[1], create_policy=RetryPolicy(attempts=1), **given)
    try:
        result = batch.create(Audience(name="VIP", provider_fields={"batch": {"type": "emails"}}))
    except AudiencesError as error:
        result = error
    print(result.outcome)
"""


def stage(key: str, context: Callable[[], ssl.SSLContext]) -> Stage:
    return Stage(over_tls(answering(success), context), case(key).SUCCESS, body_of(key), headers(key))


def test_a_process_has_one_tls_context_made_at_the_first_call(tmp_path: Path) -> None:
    script = tmp_path / "counting.py"
    script.write_text(COUNTING)
    with stage("batch", certificates.good) as server:
        url = f"https://127.0.0.1:{server.port}"
        done = processes.run([sys.executable, script, url], check=True)
    assert done.stdout.split() == ["0", "0", "1"]


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        (certificates.self_signed, "self-signed certificate"),
        (certificates.unknown_authority, "unable to get local issuer certificate"),
        (certificates.wrong_host, "certificate is not valid for '127.0.0.1'"),
        (certificates.expired, "certificate has expired"),
    ],
)
def test_a_certificate_that_cannot_be_trusted_is_not_sent_to_and_the_message_says_why(
    key: str, face: BlockingPortal | None, context: Callable[[], ssl.SSLContext], reason: str
) -> None:
    with stage(key, context) as server:
        url = f"https://127.0.0.1:{server.port}"
        error = created(key, url, face, verify=certificates.trust(), create_policy=ONCE)
    assert isinstance(error, NotSentError)
    assert reason in str(error)
    assert server.requests == []


def test_a_server_is_told_why_its_certificate_is_refused(face: BlockingPortal | None) -> None:
    with stage("batch", certificates.unknown_authority) as server:
        assert isinstance(created("batch", f"https://127.0.0.1:{server.port}", face, create_policy=ONCE), NotSentError)
        server.settle()
    assert any("ALERT_UNKNOWN_CA" in line for line in server.log)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", *map(long, ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))])
def test_a_ca_file_of_the_environment_is_trusted_only_if_it_is_given(variable: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(certificates.authority())
    script = tmp_path / "trusting.py"
    script.write_text(TRUSTING)
    with stage("batch", certificates.good) as server:
        command = [sys.executable, str(script), f"https://127.0.0.1:{server.port}", str(file)]
        environment = {**os.environ, variable: str(file)}
        done = processes.run(command, env=environment, check=True)
    assert done.stdout.split() == ["not_sent", "applied"]


@pytest.mark.parametrize("give", [str, Path, lambda _: certificates.trust()], ids=["text", "path", "context"])
def test_a_ca_file_or_a_context_is_trusted_instead(
    key: str, face: BlockingPortal | None, give: Callable[[Path], Any], tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(certificates.authority())
    with stage(key, certificates.good) as server:
        assert isinstance(created(key, f"https://127.0.0.1:{server.port}", face, verify=give(file)), Receipt)


def test_a_context_of_the_callers_is_not_changed_and_nothing_is_sent_in_a_protocol_that_it_offers(
    face: BlockingPortal | None,
) -> None:
    offers = certificates.offering("h2")
    with stage("batch", offers) as server:
        verify = certificates.trusting()
        verify.set_alpn_protocols(["h2", "http/1.1"])
        error = created("batch", f"https://127.0.0.1:{server.port}", face, verify=verify, create_policy=ONCE)
        with (
            socket.create_connection(("127.0.0.1", server.port)) as own,
            verify.wrap_socket(own, server_hostname="127.0.0.1") as secure,
        ):
            assert secure.selected_alpn_protocol() == "h2"
    assert isinstance(error, NotSentError)
    assert "offers another protocol" in str(error)
    assert server.requests == []


def test_a_context_may_judge_the_certificate_itself_after_the_handshake(face: BlockingPortal | None) -> None:
    """As truststore does, with which the system's certificates are judged on macOS and Windows."""

    class Judging(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            super().do_handshake(block)
            assert self.getpeercert()
            raise ssl.SSLCertVerificationError

    verify = certificates.trusting()
    verify.sslsocket_class = Judging
    with stage("batch", certificates.good) as server:
        error = created("batch", f"https://127.0.0.1:{server.port}", face, verify=verify, create_policy=ONCE)
    assert isinstance(error, NotSentError)
    assert server.requests == []


@FACES
@pytest.mark.parametrize("wrong", [False, True, "", 0, 1, b"ca.pem", [], object()])
def test_verification_is_turned_off_by_no_value(face: object, wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="cannot be turned off"):
        make("batch", face, verify=wrong)


@FACES
def test_a_ca_file_that_cannot_be_loaded_is_refused_with_the_reason(face: object, tmp_path: Path) -> None:
    text, broken = tmp_path / "text", tmp_path / "broken.pem"
    text.write_text("no certificate")
    broken.write_bytes(certificates.authority()[:-100] + b"\n-----END CERTIFICATE-----\n")
    for file, reason in (
        (tmp_path / "missing.pem", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (text, "no certificates in PEM format"),
        (broken, "no certificates in PEM format"),
        ("a\0b", "ValueError"),
    ):
        with pytest.raises(ConfigurationError, match=reason) as caught:
            make("batch", face, verify=file)
        assert "the CA file cannot be loaded" in str(caught.value)


@FACES
@pytest.mark.parametrize(
    "options", [{"verify": "ca.pem"}, {"proxy": "http://127.0.0.1:9"}, {"proxy": "environment"}, {"verify": False}]
)
def test_a_transport_of_ones_own_is_refused_beside_verify_and_proxy(face: object, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="a transport brings its own verify and proxy"):
        make("batch", face, transport=object(), **options)
    assert make("batch", face, transport=None, proxy="environment")
