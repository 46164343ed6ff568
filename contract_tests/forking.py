"""`python -m forking FACE`: provider objects that are used by threads while the process forks, again and again.

Credentials and URLs come from the environment. Every process says on standard output what came of its creates, as lines
of JSON: [who, outcome]; a child that hangs is killed by an alarm, and says nothing.
"""

import asyncio
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from typing import Any

import audiences
from audiences import aio
from callers import make
from cases import KEYS, case

FORKS = 12


def say(who: str, what: object) -> None:
    os.write(1, f"{json.dumps([who, str(what)])}\n".encode())  # one write, so that lines of processes do not mix


def create(who: str, provider: Any, face: str) -> None:
    draft = case(provider.key).good(name=who)
    try:
        receipt = asyncio.run(provider.create(draft)) if face == "async" else provider.create(draft)
        say(who, receipt.outcome)
    except Exception as error:  # noqa: BLE001  # whatever it is, the test shall show it
        say(who, repr(error))


def in_child(who: str, provider: Any, face: str) -> None:
    signal.alarm(60)
    create(who, provider, face)


def main() -> None:
    face = sys.argv[1]
    module = aio if face == "async" else audiences
    providers = [type(make(key, module))() for key in KEYS]
    stop = threading.Event()

    def busy(place: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            create(f"thread-{place}-{number}", providers[place % len(providers)], face)

    # A fork while OpenSSL is used for the first time, or a module is imported, leaves their locks locked: that is got
    # over here. The first forks then come while threads compile what answers are judged by.
    create("first", providers[0], face)
    for provider in providers:
        prepared = provider.prepare(case(provider.key).good())
        if face == "async":
            asyncio.run(prepared)
    threads = [threading.Thread(target=busy, args=(place,), daemon=True) for place in range(2 * len(providers))]
    for thread in threads:
        thread.start()
    children = []
    for number in range(FORKS):
        time.sleep(0.003 * (number % 5))
        child = os.fork()
        if child == 0:
            in_child(f"child-{number}", providers[number % len(providers)], face)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    context = multiprocessing.get_context("fork")
    for number, provider in enumerate(providers):
        process = context.Process(target=in_child, args=(f"process-{number}", provider, face))
        process.start()
        process.join()
    stop.set()
    for thread in threads:
        thread.join()
    for number, provider in enumerate(providers):
        create(f"parent-{number}", provider, face)


if __name__ == "__main__":
    main()
