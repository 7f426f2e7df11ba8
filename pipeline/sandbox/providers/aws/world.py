"""One AWS account as its deployer sees it. What AWS refuses is `Refused`, worded as the real provider words it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from pipeline import cloud
from pipeline.errors import AcmeError
from pipeline.sandbox.providers.resource_type import Refused
from pipeline.settings import Environment, Snowflake

DEPLOYER = "deployer"


class World:
    """Clients are made once and shared by all threads."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._session = cloud.session(environment, DEPLOYER)
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()  # a session makes one client at a time

    @property
    def region(self) -> str:
        return self._environment.region

    def client(self, service: str) -> Any:
        with self._making:
            if service not in self._clients:
                self._clients[service] = cloud.client(self._environment, self._session, service)
            return self._clients[service]

    def call(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        """The answer of an operation; parameters of None are left out."""
        from botocore.exceptions import BotoCoreError, ClientError

        given = {key: value for key, value in parameters.items() if value is not None}
        try:
            answer: Mapping[str, Any] = getattr(self.client(service), operation)(**given)
        except ClientError as error:
            raise _refused(service, error) from error
        except BotoCoreError as error:
            raise Refused(f"{service}: {operation}: {error}") from error
        return answer

    def find(self, service: str, operation: str, *missing: str, **parameters: Any) -> Mapping[str, Any] | None:
        """The same, or None where AWS answers with one of the codes `missing`."""
        try:
            return self.call(service, operation, **parameters)
        except Refused as error:
            if error.code in missing:
                return None
            raise


def _refused(service: str, error: Any) -> Refused:
    told, answer = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    code, text = told.get("Code", ""), " ".join(told.get("Message", "").split())
    return Refused(
        f"operation error {service}: {error.operation_name}, https response error "
        f"StatusCode: {answer.get('HTTPStatusCode', 0)}, RequestID: {answer.get('RequestId', '')}, {code}: {text}",
        code,
    )


def connect(config: Mapping[str, Any]) -> World:
    """As the provider's arguments say: region, profile, credentials file, endpoint, and the accounts that it may touch."""
    endpoints, files = config.get("endpoints") or [{}], config.get("sharedCredentialsFiles") or [None]
    profile = config.get("profile")
    environment = Environment(
        name="",
        region=config["region"],
        account="",
        snowflake=Snowflake(""),
        sandbox=True,
        aws_endpoint=endpoints[0].get("s3"),
        credentials=files[0],
        profiles={DEPLOYER: profile} if profile else {},
    )
    try:
        world = World(environment)
        account = world.call("sts", "get_caller_identity")["Account"]
    except AcmeError as error:
        raise Refused(str(error)) from error
    allowed = [str(each).zfill(12) for each in config.get("allowedAccountIds") or [account]]
    if account not in allowed:
        raise Refused(f"AWS account ID not allowed: {account}")
    return world
