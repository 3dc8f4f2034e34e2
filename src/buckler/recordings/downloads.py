"""One file from a web server: resumed, checked, tried again.

A download grows in NAME.part, with the server's ETag beside it in NAME.part.etag, and gets its name only when it is
whole: its size is what the server announced, and its MD5 is the ETag where the ETag is one (32 hexadecimal digits, as
S3 gives to objects that were stored in one part). A next attempt, or a next run, asks for the rest only (RFC 9110,
sections 13.1.5 If-Range and 14.2 Range). Answers of 408, 429 and 5xx, time-outs and cut connections are tried again,
with pauses that double.
"""

from __future__ import annotations

import hashlib
import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from buckler import __version__
from buckler.errors import InputError

ATTEMPTS: Final = 5
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
TIMEOUT_S: Final = 30.0
MOST_BYTES: Final = 1_000_000_000
_CHUNK_BYTES: Final = 1 << 16
_MD5: Final = re.compile(r"^[0-9a-f]{32}$")
_TRY_AGAIN: Final = (408, 425, 429)


class NotThereError(Exception):
    """The server answered 404 or 410."""


class _TryAgainError(Exception):
    def __init__(self, message: str, pause_s: float = 0.0) -> None:
        super().__init__(message)
        self.pause_s = pause_s


@dataclass(frozen=True)
class Downloaded:
    """A file that came whole."""

    bytes: int
    md5: str
    checked: str
    """`md5` where the server's ETag was compared, `size` where only the size could be."""
    resumed_from: int
    """Bytes that were there from an earlier attempt."""


def require_web_address(address: str) -> str:
    """An http or https address with a host, without its last slash; InputError otherwise."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{address!r} is not a web address: write one that starts with https:// or http://")
    return address.rstrip("/")


def _opener() -> urllib.request.OpenerDirector:
    """Of http and https only: a redirection to a file or to FTP is not followed."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor, urllib.request.HTTPDefaultErrorHandler, urllib.request.UnknownHandler,
    ):  # fmt: skip
        opener.add_handler(handler())
    return opener


def download(
    address: str, target: Path, *, magic: tuple[bytes, ...] = (), attempts: int = ATTEMPTS,
    timeout_s: float = TIMEOUT_S, sleep: Callable[[float], None] = time.sleep,
) -> Downloaded:  # fmt: skip
    """Fetch an address into a file. `magic`: what the file may begin with.

    NotThereError where the server has no such file; InputError after the last attempt, with the reason and how to go
    on.
    """
    require_web_address(address)
    opener = _opener()
    part = target.with_name(target.name + ".part")
    problem = ""
    for attempt in range(1, attempts + 1):
        try:
            return _attempt(opener, address, target, part, magic, timeout_s)
        except _TryAgainError as error:
            problem = str(error)
            if attempt < attempts:
                sleep(min(max(FIRST_PAUSE_S * 2.0 ** (attempt - 1), error.pause_s), LONGEST_PAUSE_S))
    have = part.stat().st_size if part.exists() else 0
    raise InputError(
        f"{address} did not come in {attempts} attempts: {problem}; {have:,} bytes are kept: run the same command "
        "again to go on from there"
    )


def is_there(address: str, *, timeout_s: float = TIMEOUT_S) -> bool:
    """Whether a server has a file, by one HEAD request; False where it cannot be told."""
    headers = {"User-Agent": f"buckler/{__version__}"}
    request = urllib.request.Request(require_web_address(address), method="HEAD", headers=headers)  # noqa: S310 (as below)
    try:
        with _opener().open(request, timeout=timeout_s) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def _attempt(
    opener: urllib.request.OpenerDirector,
    address: str,
    target: Path,
    part: Path,
    magic: tuple[bytes, ...],
    timeout_s: float,
) -> Downloaded:
    note = part.with_name(part.name + ".etag")
    have = part.stat().st_size if part.exists() else 0
    known = note.read_text(encoding="utf-8") if have and note.exists() else ""
    if not known:
        have = 0
    headers = {"User-Agent": f"buckler/{__version__}", "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": known}
    try:
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 (the opener knows http and https only)
        with opener.open(request, timeout=timeout_s) as answer:
            etag = answer.headers.get("ETag", "")
            announced, start = _extent(answer, have)
            if announced is None:
                raise InputError(
                    f"{address}: the server does not state the size, so that a cut-off file could not be told from a "
                    "whole one"
                )
            total = announced
            if total > MOST_BYTES:
                raise InputError(f"{address} announces {total:,} bytes, which is no elevation tile: check the address")
            _write(part, note, etag, start, answer, total)
    except urllib.error.HTTPError as error:
        _judge(error, address, part, note, have)
    except (TimeoutError, http.client.HTTPException, ConnectionError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        raise _TryAgainError(f"the connection failed ({reason or type(error).__name__})") from error
    size = part.stat().st_size
    if size < total:
        raise _TryAgainError(f"it was cut off at {size:,} of {total:,} bytes")
    md5 = _md5(part)
    plain = etag.removeprefix("W/").strip('"').lower()
    checked = bool(_MD5.match(plain)) and not etag.startswith("W/")
    wrong = ""
    if size > total:
        wrong = f"{size:,} bytes came, {total:,} were announced"
    elif checked and md5 != plain:
        wrong = f"its checksum (MD5) is {md5}, the server's is {plain}"
    elif magic and not _begins(part, magic):
        wrong = "what came is not an elevation tile (a login page of the network, perhaps)"
    if wrong:
        _forget(part, note)
        raise _TryAgainError(wrong)
    try:
        part.replace(target)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from error
    note.unlink(missing_ok=True)
    return Downloaded(size, md5, "md5" if checked else "size", start)


def _extent(answer: http.client.HTTPResponse, have: int) -> tuple[int | None, int]:
    """The size of the whole file as announced, and the byte at which this answer starts."""
    if answer.status == 206:
        match = re.match(r"bytes (\d+)-\d+/(\d+)$", answer.headers.get("Content-Range", ""))
        if not match or int(match[1]) != have:
            raise _TryAgainError(
                f"the server sent another part than was asked for ({answer.headers.get('Content-Range')})"
            )
        return int(match[2]), have
    length = answer.headers.get("Content-Length", "")
    return (int(length) if length.isdigit() else None), 0


def _write(part: Path, note: Path, etag: str, start: int, answer: http.client.HTTPResponse, total: int) -> None:
    """Append what comes to the part; a cut-off keeps what came."""
    try:
        if start == 0:
            note.write_text(etag if etag and not etag.startswith("W/") else "", encoding="utf-8")
        stream = part.open("r+b" if start else "wb", buffering=0)
    except OSError as error:
        raise InputError(f"cannot write {part}: {error.strerror or error}") from error
    with stream:
        stream.seek(start)
        stream.truncate()
        come = start
        while True:
            chunk = answer.read1(_CHUNK_BYTES)
            if not chunk:
                return
            come += len(chunk)
            if come > total:
                raise _TryAgainError("more bytes came than were announced")
            try:
                rest = memoryview(chunk)
                while rest:
                    rest = rest[stream.write(rest) :]
            except OSError as error:
                raise InputError(
                    f"cannot write {part}: {error.strerror or error}; make room and run the same command again to go "
                    "on from there"
                ) from error


def _judge(error: urllib.error.HTTPError, address: str, part: Path, note: Path, have: int) -> None:
    """Raise what an answer other than success means."""
    code = error.code
    pause = error.headers.get("Retry-After", "") if error.headers else ""
    error.close()
    if code in (404, 410):
        raise NotThereError(address) from error
    if code == 416 and have:
        _forget(part, note)
        raise _TryAgainError("the part that was kept no longer fits the server's file") from error
    if code >= 500 or code in _TRY_AGAIN:
        raise _TryAgainError(
            f"the server answered {code} {error.reason}", float(pause) if pause.isdigit() else 0.0
        ) from error
    raise InputError(
        f"{address}: the server refused with {code} {error.reason}: check the address, and whether it needs a login"
    ) from error


def _forget(part: Path, note: Path) -> None:
    part.unlink(missing_ok=True)
    note.unlink(missing_ok=True)


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def md5_of(path: Path) -> str:
    """The MD5 of a file, as the buckets state it."""
    return _md5(path)


def _begins(path: Path, magic: tuple[bytes, ...]) -> bool:
    with path.open("rb") as stream:
        return stream.read(max(map(len, magic))).startswith(magic)
