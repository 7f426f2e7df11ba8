"""The files behind an external stage, read with the AWS role of its storage integration and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pipeline import cloud
from pipeline.sandbox.snowflake import problem
from pipeline.sandbox.snowflake.account import Account

REGION = "eu-west-1"
OWN_AWS_ACCOUNT = "999999999999"  # where the stand-in for Snowflake's own IAM users lives
_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 2}, s3={"addressing_style": "path"})


@dataclass(frozen=True)
class File:
    bucket: str
    key: str
    etag: str

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def client(account: Account, service: str, **keys: Any) -> Any:
    import boto3

    made: Any = boto3.session.Session(botocore_session=cloud.bare_session(None)).client
    return made(service, endpoint_url=account.aws_endpoint, region_name=REGION, config=_CONFIG, **keys)


def own_identity(account: Account) -> dict[str, str]:
    """The IAM user that assumes the roles of integrations: made once, kept in the catalogue. {arn, id, secret}."""
    found = account.catalogue.find("IDENTITY", "AWS")
    if found is None:
        iam = client(account, "iam", aws_access_key_id=OWN_AWS_ACCOUNT, aws_secret_access_key="test")  # noqa: S106  ministack's root of that account
        name = f"snowflake-{account.name}"
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        may = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
        iam.put_user_policy(UserName=name, PolicyName="assume", PolicyDocument=json.dumps(may))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        found = {"arn": arn, "id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        account.catalogue.put("IDENTITY", "AWS", found)
    return found


class Source:
    """One stage. Every failure of AWS is an error of the statement."""

    def __init__(self, account: Account, name: str) -> None:
        body = account.catalogue.find("STAGE", name) or {}
        self.file_format: dict[str, Any] = body.get("FILE_FORMAT", {})
        url = str(body.get("URL", ""))
        if not url.startswith("s3://"):
            raise problem.unsupported("stages other than s3://")
        self.bucket, _, self.prefix = url.removeprefix("s3://").partition("/")
        integration = account.catalogue.find("INTEGRATION", str(body.get("STORAGE_INTEGRATION", "")).upper())
        if integration is None or not integration.get("ENABLED", True):
            raise problem.Problem(
                3168, "42501", f"The storage integration of stage '{name}' does not exist or is not enabled."
            )
        self._s3 = self._assumed(account, integration)

    def _assumed(self, account: Account, integration: dict[str, Any]) -> Any:
        own = own_identity(account)
        sts = client(account, "sts", aws_access_key_id=own["id"], aws_secret_access_key=own["secret"])
        try:
            keys = sts.assume_role(
                RoleArn=integration["STORAGE_AWS_ROLE_ARN"],
                RoleSessionName="snowflake",
                ExternalId=integration["STORAGE_AWS_EXTERNAL_ID"],
                DurationSeconds=900,
            )["Credentials"]
        except (ClientError, BotoCoreError) as error:
            raise problem.Problem(3167, "42501", f"Error assuming AWS_ROLE: {error}") from error
        return client(
            account, "s3", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )  # fmt: skip

    def named(self, path: str, names: Sequence[str]) -> list[File]:
        """FILES = (…)."""
        if len(names) > 1000:
            raise problem.Problem(1795, "42601", "SQL compilation error: FILES lists more than 1000 files.")
        return [self._head(f"{self.prefix}{path}{name}") for name in names]

    def _head(self, key: str) -> File:
        try:
            return File(self.bucket, key, self._s3.head_object(Bucket=self.bucket, Key=key)["ETag"])
        except (ClientError, BotoCoreError) as error:
            raise _failed(key, error) from error

    def below(self, path: str) -> list[File]:
        try:
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=f"{self.prefix}{path}"
            )
            return [File(self.bucket, one["Key"], one["ETag"]) for page in pages for one in page.get("Contents", ())]
        except (ClientError, BotoCoreError) as error:
            raise _failed(f"{self.prefix}{path}", error) from error

    def download(self, file: File, to: Path) -> None:
        try:
            self._s3.download_file(self.bucket, file.key, str(to))
        except (ClientError, BotoCoreError) as error:
            raise _failed(file.key, error) from error


def _failed(key: str, error: Exception) -> problem.Problem:
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    if code in ("404", "NoSuchKey"):
        return problem.Problem(91016, "22000", f"Remote file '{key}' was not found.")
    return problem.Problem(
        91003 if code in ("403", "AccessDenied") else 91001, "42501", f"Failure using stage area: {key}: {error}"
    )
