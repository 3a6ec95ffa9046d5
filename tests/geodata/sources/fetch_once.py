"""Fetch one file from a fault server; a program, so that it can be killed.

Arguments: one JSON object with ``folder``, ``port``, ``ca``, ``sha256``, ``bytes``, and
perhaps ``aloud``, to say on each line how many bytes are here, ``step``, the number
of the file operation (opening, renaming, removing, shortening, making) at which to
die by SIGKILL, ``largest_file``, the bytes at which the disk is full, or ``trace``, to
say on each line which file was made durable, and which was renamed to what.
"""

import json
import os
import re
import resource
import signal
import socket
import ssl
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from geodata.sources import Connection, obtain
from tests.geodata.sources.fault_server import file_entry, look_up, publication

OPERATIONS = {"open", "os.rename", "os.remove", "os.truncate", "os.mkdir"}


def die_at(step: int, folder: str) -> None:
    count = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event in OPERATIONS:
            subject = arguments[0]
            if isinstance(subject, int) or folder in str(subject):
                count += 1
                if count == step:
                    os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def trace(folder: str) -> None:
    fsync = os.fsync

    def made_durable(handle: int) -> None:
        fsync(handle)
        tell("fsync", Path(f"/proc/self/fd/{handle}").readlink())

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.rename" and folder in str(arguments[0]):
            tell("rename", *arguments[:2])

    def tell(what: str, *paths: Any) -> None:
        names = (os.path.relpath(os.fspath(path), folder) for path in paths)
        sys.stdout.write(re.sub(r"\.[0-9a-f]{16}\.", ".N.", "\t".join((what, *names))))
        sys.stdout.write("\n")

    os.fsync = made_durable
    sys.addaudithook(watch)


def main() -> None:
    wish = json.loads(sys.argv[1])
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.load_verify_locations(wish["ca"])
    socket.getaddrinfo = look_up("127.0.0.1")
    connection = Connection(
        tls=tls, networks=(ip_network("127.0.0.1/32"),), port=wish["port"]
    )
    entry = file_entry(sha256=wish["sha256"], bytes=wish["bytes"])
    if "largest_file" in wish:
        size = wish["largest_file"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    if wish.get("trace"):
        trace(wish["folder"])
    if "step" in wish:
        die_at(wish["step"], wish["folder"])
    obtain(
        publication(entry),
        entry,
        downloads=Path(wish["folder"]),
        connection=connection,
        advance=say if wish.get("aloud") else None,
    )


def say(done: int, total: int) -> None:
    sys.stdout.write(f"{done}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
