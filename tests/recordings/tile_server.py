"""A web server on the loopback address that serves files from memory, and misbehaves as told."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class TileServer:
    """Files by path, and for each path what happens to its next requests."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, deque[str]] = {}
        """`500`, `503`, `403`, `cut` (half of what was announced), `reset` (nothing), `long` (more than announced),
        `corrupt` (a byte altered), `unsized` (no length), `page` (a login page), `elsewhere` (a redirection to a file).
        """
        self.multipart = False
        """ETags that are no MD5, as S3 gives to files stored in parts."""
        self.ranges = True
        self.requests: list[tuple[str, str, str]] = []
        """Method, path and Range of every request."""
        self.address = ""

    def fail(self, path: str, *faults: str) -> None:
        self.faults.setdefault(path, deque()).extend(faults)

    def etag(self, content: bytes) -> str:
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return f'"{md5}-2"' if self.multipart else f'"{md5}"'


@contextmanager
def serving() -> Iterator[TileServer]:
    """A server while the block runs; every connection ends after five seconds at the latest."""
    state = TileServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 5

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, body: bool) -> None:
            state.requests.append((self.command, self.path, self.headers.get("Range", "")))
            queue = state.faults.get(self.path)
            fault = queue.popleft() if queue else ""
            content = state.files.get(self.path)
            self.close_connection = True
            if fault == "reset":
                return
            if fault == "elsewhere":
                self.reply(302, b"", {"Location": "file:///etc/hostname"})
            elif fault.isdigit():
                self.reply(int(fault), b"no", {})
            elif content is None:
                self.reply(404, b"not here", {})
            elif fault == "page":
                self.reply(200, b"<html>please log in</html>", {})
            else:
                self.serve(content, fault, body)

        def serve(self, content: bytes, fault: str, body: bool) -> None:
            headers = {"ETag": state.etag(content), "Accept-Ranges": "bytes"}
            code, part, asked = 200, content, self.headers.get("Range", "")
            if state.ranges and asked and self.headers.get("If-Range") == headers["ETag"]:
                start = int(asked.removeprefix("bytes=").removesuffix("-"))
                if start >= len(content):
                    self.reply(416, b"", {"Content-Range": f"bytes */{len(content)}"})
                    return
                code, part = 206, content[start:]
                headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            if fault == "corrupt":
                part = part[:-1] + bytes([part[-1] ^ 1])
            announced = len(part) - 10 if fault == "long" else len(part)
            if fault == "cut":
                part = part[: len(part) // 2]
            self.reply(code, part if body else b"", headers, None if fault == "unsized" else announced)

        def reply(self, code: int, body: bytes, headers: dict[str, str], length: int | None = -1) -> None:
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            if length is not None:
                self.send_header("Content-Length", str(len(body) if length < 0 else length))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
