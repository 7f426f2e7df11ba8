"""What must stand before the first deployment, as an account's owner would make it once: identities, buckets, queues.

Each step looks first and changes only what is missing, so it may run again at any time; with nothing to do it takes one
call an environment. Writes the credentials file of the platform's identities.
"""

from __future__ import annotations

import configparser
import io
import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.naming import Place
from pipeline.sandbox import identities, parts, ports, snowflake_account
from pipeline.sandbox.folder import Folder, write
from pipeline.sandbox.parts import PLACES
from pipeline.sandbox.ports import HOST

DEAD_LETTERS_AFTER = 5
RETENTION_S = 14 * 24 * 3600

ONE_AT_A_TIME = threading.Lock()  # a session makes one client at a time
KEY_NAMES = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")

Keys = dict[str, tuple[str, str]]  # {profile: (access key, secret key)}


@dataclass(frozen=True)
class Account:
    """One AWS account as its root sees it. Root's keys stay in this module: no part and no identity ever holds them."""

    place: Place
    endpoint: str

    def client(self, service: str, keys: tuple[str, ...] = ()) -> Any:
        """A client of the account's root, or of whoever holds these keys: (access key, secret key[, session token])."""
        from botocore.config import Config

        given = dict(zip(KEY_NAMES, keys or (self.place.account, "unchecked"), strict=False))
        with ONE_AT_A_TIME:
            return _session().client(
                service,
                endpoint_url=self.endpoint,
                region_name=self.place.region,
                config=Config(
                    connect_timeout=5, read_timeout=20, retries={"max_attempts": 3}, s3={"addressing_style": "path"}
                ),
                **given,
            )


@cache
def _session() -> Any:
    """One for all clients: it keeps the parsed service models, which cost more than anything else here."""
    import boto3

    return boto3.session.Session()


def bootstrap(folder: Folder) -> None:
    """Every account is ready for the platform."""
    known = ports.kept(folder)
    accounts = [Account(place, f"http://{HOST}:{known['aws']}") for place in PLACES.values()]
    old = read_credentials(folder)
    with ThreadPoolExecutor(max_workers=len(accounts)) as pool:
        keys = {name: pair for made in pool.map(lambda a: prepare(a, old), accounts) for name, pair in made.items()}
        list(pool.map(lambda place: _prepare_snowflake(folder, place, known), PLACES.values()))
    if keys != old:
        write_credentials(folder, keys)


def _prepare_snowflake(folder: Folder, place: Place, known: Mapping[str, int]) -> None:
    port = known[parts.snowflake_name(place.environment)]
    snowflake_account.prepare(folder, place, parts.account_name(place.environment), HOST, port)


def prepare(account: Account, old: Keys) -> Keys:
    """The account's buckets, queues and identities stand; returns the keys of the identities."""
    ensure_state_bucket(account)
    ensure_queues(account)
    return ensure_identities(account, old)


def ensure_state_bucket(account: Account) -> None:
    """Pulumi's state: versioned. The other buckets are the platform stack's."""
    s3, name = account.client("s3"), account.place.state_bucket
    if name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": account.place.region})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def ensure_queues(account: Account) -> None:
    """The events' queue, and where events go that nobody could take."""
    sqs, name = account.client("sqs"), account.place.events_queue
    retention = {"MessageRetentionPeriod": str(RETENTION_S)}
    sqs.create_queue(QueueName=account.place.events_dead_letters, Attributes=retention)
    target = identities.queue_arn(account.place, account.place.events_dead_letters)
    redrive = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": DEAD_LETTERS_AFTER})
    sqs.create_queue(QueueName=name, Attributes={**retention, "RedrivePolicy": redrive})


def ensure_identities(account: Account, old: Keys) -> Keys:
    """Each identity exists with its policy of today, and with keys that work."""
    iam = account.client("iam")
    known = {user["UserName"] for user in iam.list_users()["Users"]}
    keys: Keys = {}
    for part, policy in identities.policies(account.place).items():
        name = account.place.identity(part)
        if name not in known:
            iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="platform", PolicyDocument=json.dumps(policy))
        keys[name] = _keys(iam, name, old.get(name))
    return keys


def _keys(iam: Any, name: str, old: tuple[str, str] | None) -> tuple[str, str]:
    """The old pair where the account still knows it (a killed AWS forgets), else a new one in place of all others."""
    known = [key["AccessKeyId"] for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]]
    if old and old[0] in known:
        return old
    for stale in known:
        iam.delete_access_key(UserName=name, AccessKeyId=stale)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def read_credentials(folder: Folder) -> Keys:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(folder.credentials)
    return {
        name: (parser[name]["aws_access_key_id"], parser[name]["aws_secret_access_key"]) for name in parser.sections()
    }


def write_credentials(folder: Folder, keys: Keys) -> None:
    """AWS's own format, one profile an identity."""
    parser = configparser.ConfigParser(interpolation=None)
    for name, (access, secret) in sorted(keys.items()):
        parser[name] = {"aws_access_key_id": access, "aws_secret_access_key": secret}
    text = io.StringIO()
    parser.write(text)
    write(folder.credentials, text.getvalue().encode())
