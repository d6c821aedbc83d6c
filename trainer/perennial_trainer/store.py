"""Where manifests, pictures, checkpoints and results are: an S3 store, or a folder of the same keys.

S3's requests are signed as AWS describes it (Signature Version 4), which every S3-like store understands; put, get and
head are all that is used.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import http.client
import os
import time
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_TRIES = 5
_SECONDS_MAX = 60


class ObjectMissing(KeyError):
    """There is nothing under the key."""


class StoreUnavailable(RuntimeError):
    """The store did not answer, or refused; worth another try later."""


class ObjectStore(Protocol):
    def get(self, key: str) -> bytes: ...

    def put(self, key: str, data: bytes) -> None: ...


def _checked(key: str) -> str:
    if not key or key.startswith("/") or any(part in ("", ".", "..") for part in key.split("/")):
        raise ValueError(f"{key!r} is not a key")
    return key


class FolderStore:
    """A folder whose files are named by their keys. A key never leads out of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> bytes:
        try:
            return (self._folder / _checked(key)).read_bytes()
        except (FileNotFoundError, IsADirectoryError) as error:
            raise ObjectMissing(key) from error

    def put(self, key: str, data: bytes) -> None:
        path = self._folder / _checked(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        partial.write_bytes(data)
        os.replace(partial, path)


@dataclass(frozen=True)
class S3Settings:
    endpoint: str
    bucket: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"


class S3Store:
    """One bucket. Every call is tried again a few times when the store does not answer."""

    def __init__(self, settings: S3Settings) -> None:
        self._s = settings
        self._url = urllib.parse.urlsplit(settings.endpoint)
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise ValueError("the store's endpoint must be an http or https address")

    def get(self, key: str) -> bytes:
        return self._try("GET", key, b"")

    def put(self, key: str, data: bytes) -> None:
        self._try("PUT", key, data)

    def _try(self, method: str, key: str, body: bytes) -> bytes:
        failure = "it did not answer"
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(min(0.2 * 2**attempt, 3))
            try:
                status, data = self._request(method, _checked(key), body)
            except (OSError, http.client.HTTPException) as error:
                failure = str(error) or type(error).__name__
                continue
            if status == 404:
                raise ObjectMissing(key)
            if status < 300:
                return data
            failure = f"HTTP {status}"
            if status not in (429, 500, 502, 503, 504):
                break
        raise StoreUnavailable(f"the object store could not {method} {key}: {failure}")

    def _request(self, method: str, key: str, body: bytes) -> tuple[int, bytes]:
        path = f"{self._url.path.rstrip('/')}/{self._s.bucket}/{urllib.parse.quote(key, safe='/-_.~')}"
        headers = self._signed(method, path, body)
        make = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = make(self._url.hostname, self._url.port, timeout=_SECONDS_MAX)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        default = 443 if self._url.scheme == "https" else 80
        host = self._url.hostname if self._url.port in (None, default) else f"{self._url.hostname}:{self._url.port}"
        headers = {"host": str(host), "x-amz-content-sha256": digest, "x-amz-date": now}
        names = ";".join(sorted(headers))
        request = "\n".join([method, path, "", *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, digest])
        scope = f"{now[:8]}/{self._s.region}/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()])
        key = f"AWS4{self._s.secret_key}".encode()
        for part in (now[:8], self._s.region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        return {**headers, "authorization": f"AWS4-HMAC-SHA256 Credential={self._s.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"}


class CachedReader:
    """Objects by the hash of their bytes, read through a folder. A file that is not what its hash says is fetched again."""

    def __init__(self, store: ObjectStore, folder: Path) -> None:
        self._store, self._folder = store, folder

    def read(self, key: str, sha256: str) -> bytes:
        """:raises StoreUnavailable: when the store's own bytes do not have the hash."""
        path = self._folder / sha256[:2] / sha256
        if path.is_file():
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest() == sha256:
                return data
        data = self._store.get(key)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreUnavailable(f"{key} does not have the hash that the manifest gives")
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{sha256}.{os.getpid()}.{time.monotonic_ns()}.partial")
        partial.write_bytes(data)
        os.replace(partial, path)
        return data
