"""A desk on a bucket, against a server that speaks S3 on the loopback: moto's, where it is there.

``pip install 'moto[server]'`` brings it: it is too large for the development lock.
"""

from __future__ import annotations

import logging
import os
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from cache.facts.errors import StoreError
from cache.store.bucket import connect
from cache.store.desk_copy import CopyReader, upload
from cache.store.manifest import object_names
from cache.store.store import Store
from tests.torture import steps
from tests.torture.processes import start
from tests.torture.report import Row, judged

ADDRESS: Final = "s3://desk/internals"
NOW: Final = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
NOT_RUN: Final = "not run: pip install 'moto[server]' 'internals[cloud]'"


def buckets(folder: Path, small: bool) -> Iterator[Row]:
    """Kills, publishers beside one another, a reader, throttling, credentials, damage."""
    if find_spec("moto") is None or find_spec("obstore") is None:
        yield Row("a desk on a bucket", "moto's server on the loopback", "-", NOT_RUN, True)
        return
    with served() as (endpoint, client):
        yield killed(folder / "killed", 5 if small else 60)
        yield together(folder / "together", 2 if small else 15, 4)
        yield throttled(folder / "throttled", endpoint, 0.3 if small else 0.5)
        yield damaged(folder / "damaged", client)
        yield locked_out(folder / "out", endpoint)


@contextmanager
def served() -> Iterator[tuple[str, Any]]:
    """A server, its bucket, and the environment in which the program speaks to it."""
    import boto3
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    with patch.dict(
        os.environ,
        {
            "AWS_ENDPOINT_URL": endpoint, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "desk", "AWS_SECRET_ACCESS_KEY": "secret",
        },
    ):  # fmt: skip
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket="desk")
        try:
            yield endpoint, client
        finally:
            running.stop()


def publisher(home: Path) -> subprocess.Popen[str]:
    return start("tui", "--home", home, "publish", ADDRESS)


def filled(home: Path, step: int) -> Store:
    """A store brought to a step."""
    store = Store(home / "market")
    for n in range(1, step + 1):
        steps.commit(store, n)
    return store


def step_of(place: Path) -> int:
    """The step that a new reader of the bucket sees; it raises where that is a mixture."""
    CopyReader(connect(ADDRESS), place).bring()
    return steps.reached(place / "market")


def killed(folder: Path, times: int) -> Row:
    """Kill -9 of a publisher at a random moment, a reader after each."""
    store, chance = Store(folder / "home" / "market"), random.Random(1)
    steps.commit(store, 1)
    assert publisher(folder / "home").wait() == 0
    shown, cut, wrong = 1, 0, list[str]()
    for n in range(2, times + 2):
        steps.commit(store, n)
        process = publisher(folder / "home")
        time.sleep(chance.uniform(0.3, 1.6))
        process.kill()
        process.communicate()
        seen = step_of(folder / "reader")
        if not shown <= seen <= n:
            wrong.append(f"step {seen} after {shown}")
        cut += seen < n
        shown = seen
    assert publisher(folder / "home").wait() == 0
    if step_of(folder / "reader") != times + 1:
        wrong.append("the publication after the kills is not there")
    return judged(
        "kill -9 of `publish s3://...`",
        f"{times} times at a random moment, a reader after each",
        "the generation before or the new one, whole; the next publication mends what is left",
        f"0 mixtures in {times}; {cut} were cut off before the pointer",
        wrong,
    )


def together(folder: Path, rounds: int, count: int) -> Row:
    """Publishers of stores of their own at one moment, and a reader that never stops."""
    homes = [folder / f"p{n}" for n in range(count)]
    wrong, stop, seen = list[str](), threading.Event(), set[int]()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(step_of(folder / "reader"))
            except (StoreError, AssertionError) as error:
                wrong.append(f"{error}")

    for n, home in enumerate(homes):
        filled(home, n + 1)
    assert publisher(homes[0]).wait() == 0
    reader = threading.Thread(target=read)
    reader.start()
    refused = 0
    for _ in range(rounds):
        running = [publisher(home) for home in homes]
        ends = [(one.communicate()[1], one.returncode) for one in running]
        refused += sum(code == 2 and "somebody else" in err for err, code in ends)
        wrong += [err for err, code in ends if code and "somebody else" not in err]
        if all(code for _, code in ends):
            wrong.append("nobody came through")
    stop.set()
    reader.join()
    return judged(
        f"{count} publishers of {count} stores at one moment",
        f"{rounds} rounds, a reader beside them without end",
        "one of them stands whole, the others are told; the reader sees no mixture",
        f"{refused} of {rounds * count} were told; the reader saw {len(seen)} generations whole",
        wrong,
    )


@contextmanager
def slow_down(endpoint: str, share: float) -> Iterator[tuple[str, list[int]]]:
    """A server in front of another that turns a share of the requests away: 503, SlowDown."""
    chance, told = random.Random(2), [0, 0]

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told[0] += 1
            if chance.random() < share:
                told[1] += 1
                status, headers = 503, []
                data = b"<Error><Code>SlowDown</Code><Message>reduce</Message></Error>"
            else:
                onward = HTTPConnection(endpoint.removeprefix("http://"))
                onward.request(self.command, self.path, body, dict(self.headers))
                answer = onward.getresponse()
                data, status, headers = answer.read(), answer.status, answer.getheaders()
                onward.close()
            self.send_response_only(status)
            for name, value in headers:
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_HEAD = do_POST = handle_one  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Front) as front:
        threading.Thread(target=front.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{front.server_port}", told
        front.shutdown()


def throttled(folder: Path, endpoint: str, share: float) -> Row:
    """A publication and a reader while the server turns requests away."""
    store = filled(folder / "home", 3)
    with (
        slow_down(endpoint, share) as (front, told),
        patch.dict(os.environ, {"AWS_ENDPOINT_URL": front}),
    ):
        try:
            upload(store, folder, connect(ADDRESS), NOW)
            seen, words = step_of(folder / "reader"), ""
        except StoreError as error:
            seen, words = 0, f"{error}"
    return Row(
        "a server that throttles",
        f"{share:.0%} of the requests are answered 503, SlowDown",
        "asked again after a while; published and read whole",
        words or f"{told[1]} of {told[0]} turned away, step {seen} of 3 read",
        seen == 3,
    )


def damaged(folder: Path, client: Any) -> Row:
    """A flipped bit in each object, one after another, before a new reader and one that has all."""
    store = filled(folder / "home", 4)
    upload(store, folder, connect(ADDRESS), NOW)
    assert step_of(folder / "held") == 4
    keys = [one["Key"] for one in client.list_objects_v2(Bucket="desk")["Contents"]]
    taken, refused = 0, 0
    (manifest,) = (folder / "held" / "market" / "generations").iterdir()
    needed = object_names(store._newest()[0]) | {
        f"{sha256(manifest.read_bytes()).hexdigest()}.json"
    }
    needed |= {"published.json"}
    for key in keys:
        if key.rpartition("/")[2] not in needed:
            continue
        whole = client.get_object(Bucket="desk", Key=key)["Body"].read()
        client.put_object(Bucket="desk", Key=key, Body=whole[:-1] + bytes([whole[-1] ^ 1]))
        try:
            CopyReader(connect(ADDRESS), folder / f"new{refused + taken}").bring()
            taken += 1
        except StoreError:
            refused += 1
        taken += step_of(folder / "held") != 4
        client.put_object(Bucket="desk", Key=key, Body=whole)
    return Row(
        "an object damaged on the bucket",
        "a bit of each object of the generation flipped, one after another",
        "a new reader refuses it by name; one that holds the generation shows it",
        f"{refused} of {len(needed)} refused, {taken} taken",
        taken == 0 and refused == len(needed),
    )


def locked_out(folder: Path, endpoint: str) -> Row:
    """Keys that the server does not know, to publish with and to read with."""
    store, words = filled(folder / "home", 1), list[str]()
    host = endpoint.removeprefix("http://")
    asking = HTTPConnection(host)
    asking.request("POST", "/moto-api/reset-auth", b"0")
    asking.getresponse().read()
    for act in (
        lambda: upload(store, folder, connect(ADDRESS), NOW),
        lambda: CopyReader(connect(ADDRESS), folder / "reader").bring(),
    ):
        try:
            act()
        except StoreError as error:
            words.append(f"{error}")
    good = [text for text in words if "does not let these credentials in" in text]
    return Row(
        "wrong credentials",
        "keys that the server does not know, to publish and to read",
        "one sentence that says so, nothing kept, no secret in it",
        f"{len(good)} of 2 sentences" + "".join(f"; {w[:120]}" for w in words if w not in good),
        len(good) == 2 and not any("secret" in text for text in words),
    )
