"""The engine's side of the protocol, for tests: one provider on a port, and a client that speaks as an engine does."""

from __future__ import annotations

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pipeline.sandbox.providers import wire

HALF_MADE = "grpc-status-details-bin"


class Client:
    """A connection, configured or not."""

    def __init__(self, port: int, config: dict[str, str] | None = None) -> None:
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.use_local_subchannel_pool", 1)])
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)
        if config is not None:
            self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(config), acceptSecrets=True), timeout=30)

    def check(self, token, inputs, name="x", olds=None):
        """(inputs with defaults, the reasons of failures)."""
        answer = self.stub.Check(
            provider_pb2.CheckRequest(
                urn=urn(token, name), news=struct(inputs), olds=struct(olds or {}), randomSeed=b"0123456789"
            ),
            timeout=30,
        )
        return wire.read(answer.inputs), [failure.reason for failure in answer.failures]

    def create(self, token, inputs, *, preview=False):
        """(identifier, outputs), after the check that an engine always makes."""
        checked, failures = self.check(token, inputs)
        assert failures == []
        answer = self.stub.Create(
            provider_pb2.CreateRequest(urn=urn(token), properties=struct(checked), preview=preview), timeout=30
        )
        return answer.id, wire.read(answer.properties)

    def read(self, token, identifier, inputs=None):
        """(identifier, inputs, outputs); the identifier is empty where the resource is gone."""
        answer = self.stub.Read(
            provider_pb2.ReadRequest(urn=urn(token), id=identifier, inputs=struct(inputs or {})), timeout=30
        )
        return answer.id, wire.read(answer.inputs), wire.read(answer.properties)

    def diff(self, token, olds, news):
        """(changed inputs, those that replace)."""
        answer = self.stub.Diff(
            provider_pb2.DiffRequest(urn=urn(token), id="i", old_inputs=struct(olds), news=struct(news)), timeout=30
        )
        return list(answer.diffs), list(answer.replaces)

    def update(self, token, identifier, olds, news, *, preview=False):
        request = provider_pb2.UpdateRequest(
            urn=urn(token),
            id=identifier,
            old_inputs=struct(olds),
            olds=struct(olds),
            news=struct(news),
            preview=preview,
        )
        return wire.read(self.stub.Update(request, timeout=30).properties)

    def delete(self, token, identifier, inputs):
        request = provider_pb2.DeleteRequest(
            urn=urn(token), id=identifier, properties=struct(inputs), old_inputs=struct(inputs)
        )
        self.stub.Delete(request, timeout=30)


def struct(values) -> struct_pb2.Struct:
    return wire.write(values)


def urn(token, name="x") -> str:
    return f"urn:pulumi:globex.staging::acme::acme:index:Tenant${token}::{name}"
