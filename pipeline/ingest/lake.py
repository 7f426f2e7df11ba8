"""A pipeline's part of the lake: bytes under the name of their content, papers that are written once.

Why it is done so: a key needs the content's hash, which is known only at the end. A file of one part waits for it in memory.
A larger one streams, two parts in flight, to a key of its own below `incoming/`, and is copied inside S3 once its hash is known:
one pass over the customer's line, no disk, bounded memory; a crash leaves nothing under a content key. What a killed run
leaves below `incoming/` bears a tag, by which the bucket's lifecycle rule deletes it, versions too.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pipeline import naming
from pipeline.cloud import failures
from pipeline.errors import Conflict, Denied, Missing

PART = 16 * 2**20
IN_FLIGHT = 2
COPY_PART = 512 * 2**20
Parts = list[dict[str, Any]]


@dataclass(frozen=True)
class Lake:
    """`s3` is a boto3 client of the tenant's own session."""

    s3: Any
    bucket: str
    tenant: str
    pipeline: str

    def read(self, key: str) -> bytes | None:
        """None where it is not there. Without the right to list, S3 says so by a 403; a later write tells a true denial."""
        try:
            with failures(self._where(key)):
                body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except (Missing, Denied):
            return None
        return body

    def manifests(self) -> Iterator[bytes]:
        """The pipeline's manifests, newest first."""
        listed = self._listed(naming.pipeline_manifests_prefix(self.tenant, self.pipeline))
        for one in sorted(listed, key=lambda one: (one["LastModified"], one["Key"]), reverse=True):
            content = self.read(one["Key"])
            if content is not None:
                yield content

    def dismissed(self) -> frozenset[str]:
        """The keys of the papers by which people let go of objects of this pipeline."""
        return frozenset(one["Key"] for one in self._listed(naming.dismissed_prefix(self.tenant, self.pipeline)))

    def _listed(self, prefix: str) -> list[dict[str, Any]]:
        """What stands directly below a prefix."""
        with failures(self._where(prefix)):
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")
            return [one for page in pages for one in page.get("Contents", [])]

    def holds(self, key: str) -> bool:
        try:
            with failures(self._where(key)):
                self.s3.head_object(Bucket=self.bucket, Key=key)
        except (Missing, Denied):
            return False
        return True

    def create(self, key: str, body: bytes) -> bool:
        """False where the key is taken already: it keeps what it has."""
        try:
            with failures(self._where(key)):
                self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, IfNoneMatch="*")
        except Conflict:
            return False
        return True

    def land(self, parts: Iterator[bytes], sha256: Callable[[], str], suffix: str) -> str:
        """Stores parts of `PART` bytes (the last may be shorter) and returns their key. `sha256` is asked after the last."""
        begun = [part for part in (next(parts, None), next(parts, None)) if part is not None]
        if len(begun) < 2:
            return self._put(b"".join(begun), sha256(), suffix)
        incoming = naming.incoming_key(self.tenant, self.pipeline, uuid.uuid4().hex)
        try:
            size = self._upload(incoming, chain(_taken(begun), parts))
            return self._settle(incoming, size, sha256(), suffix)
        finally:
            with failures(self._where(incoming)):
                self.s3.delete_object(Bucket=self.bucket, Key=incoming)

    def _key(self, sha256: str, suffix: str) -> str:
        return naming.landing_key(self.tenant, self.pipeline, sha256, suffix)

    def _put(self, body: bytes, sha256: str, suffix: str) -> str:
        key = self._key(sha256, suffix)
        if not self.holds(key):
            self.create(key, body)
        return key

    def _upload(self, key: str, parts: Iterator[bytes]) -> int:
        sizes: list[int] = []

        def send(upload: str) -> Parts:
            with ThreadPoolExecutor(IN_FLIGHT) as pool:
                pending: deque[Future[dict[str, Any]]] = deque()
                done: Parts = []
                for number, part in enumerate(parts, 1):
                    sizes.append(len(part))
                    if len(pending) == IN_FLIGHT:
                        done.append(pending.popleft().result())
                    pending.append(pool.submit(self._part, key, upload, number, part))
                    del part
                return [*done, *(future.result() for future in pending)]

        self._multipart(key, send, Tagging=f"{naming.INCOMING_TAG}=true")
        return sum(sizes)

    def _part(self, key: str, upload: str, number: int, body: bytes) -> dict[str, Any]:
        with failures(self._where(key)):
            tag = self.s3.upload_part(Bucket=self.bucket, Key=key, UploadId=upload, PartNumber=number, Body=body)[
                "ETag"
            ]
        return {"PartNumber": number, "ETag": tag}

    def _settle(self, incoming: str, size: int, sha256: str, suffix: str) -> str:
        """The incoming bytes under their content's key, copied inside S3 unless they stand there."""
        key = self._key(sha256, suffix)
        if not self.holds(key):
            self._multipart(
                key,
                lambda upload: [
                    self._copied(incoming, key, upload, number, start, min(start + COPY_PART, size))
                    for number, start in enumerate(range(0, size, COPY_PART), 1)
                ],
            )
        return key

    def _copied(self, source: str, key: str, upload: str, number: int, start: int, end: int) -> dict[str, Any]:
        with failures(self._where(key)):
            tag = self.s3.upload_part_copy(
                Bucket=self.bucket,
                Key=key,
                UploadId=upload,
                PartNumber=number,
                CopySource={"Bucket": self.bucket, "Key": source},
                CopySourceRange=f"bytes={start}-{end - 1}",
            )["CopyPartResult"]["ETag"]
        return {"PartNumber": number, "ETag": tag}

    def _multipart(self, key: str, send: Callable[[str], Parts], **begun_with: str) -> None:
        """An upload that is completed whole, or given up. A key that was taken meanwhile holds the same bytes."""
        names = {"Bucket": self.bucket, "Key": key}
        with failures(self._where(key)):
            names["UploadId"] = self.s3.create_multipart_upload(**names, **begun_with)["UploadId"]
        try:
            parts = send(names["UploadId"])
            with failures(self._where(key)):
                self.s3.complete_multipart_upload(**names, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
        except BaseException as error:
            with failures(self._where(key)):
                self.s3.abort_multipart_upload(**names)
            if not (isinstance(error, Conflict) and self.holds(key)):
                raise

    def _where(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"


def _taken(parts: list[bytes]) -> Iterator[bytes]:
    """One after the other, none of them kept."""
    while parts:
        yield parts.pop(0)
