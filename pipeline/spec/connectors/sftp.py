"""`sftp`: files that the customer drops into a directory of an SSH server."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from pipeline.spec.connectors import Kind
from pipeline.spec.fields import Host, SecretName, pattern
from pipeline.spec.model import Model, refused

HostKey = Annotated[
    str, pattern(r"SHA256:[A-Za-z0-9+/]{43}", "a host key is a fingerprint of `ssh-keygen -lf`: SHA256:…")
]
Directory = Annotated[
    str,
    pattern(r"/(?:[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*)?", "a directory is absolute, without blanks: /outbound/orders"),
]
UserName = Annotated[str, pattern(r"[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}", "a user name is letters, digits and `._@-`")]


def _inside(directory: str) -> str:
    if {".", ".."} & set(directory.split("/")):
        raise refused(
            "document.path", "the directory walks by `.` or `..`.", "it must be readable as it stands.", "write it out"
        )
    return directory


def _glob(text: str) -> str:
    if text.count("*") > 4:
        raise refused(
            "document.pattern", "the pattern has more than 4 stars.", "it is matched against every name.", "narrow it"
        )
    return text


Glob = Annotated[
    str,
    pattern(r"[A-Za-z0-9._*?-]{1,128}", "a file pattern is a name with `*` and `?`: Orders_*.csv.gz"),
    AfterValidator(_glob),
]


class Complete(Model):
    """How a finished file is told from one that is still being written: by rest, or by a second file."""

    size_stable_s: Annotated[int, Field(ge=1, le=3600)] | None = None
    marker: Glob | None = None

    @model_validator(mode="after")
    def one_of_both(self) -> Complete:
        if (self.size_stable_s is None) == (self.marker is None):
            raise refused(
                "document.choice",
                "`complete_when` needs one of `size_stable_s` and `marker`.",
                fix="keep one of the two",
            )
        return self


class Options(Model):
    kind: Literal["sftp"]
    directory: Annotated[Directory, AfterValidator(_inside)]
    complete_when: Complete = Complete(size_stable_s=30)


class Endpoint(Model):
    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] = 22


class Settings(Model):
    endpoint: Endpoint
    user: UserName
    secret: SecretName
    host_keys: Annotated[tuple[HostKey, ...], Field(strict=False, min_length=1, max_length=8)]


class Fetch(Model):
    """`files`: which names of the connector's directory are this pipeline's."""

    files: Glob


KIND = Kind("sftp", Options, Settings, Fetch)
