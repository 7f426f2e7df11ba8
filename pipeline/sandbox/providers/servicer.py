"""Pulumi's provider protocol over a table of resource types: one servicer a package, many engines at once.

Each provider of each engine dials its own connection, so what `Configure` said is kept by peer. Nothing else is kept: every
other call says all that it needs. `Cancel` is ignored, since other engines work on.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from pipeline.sandbox.providers import wire
from pipeline.sandbox.providers.comparison import differences
from pipeline.sandbox.providers.inputs import checked, outputs_at_preview, read_inputs
from pipeline.sandbox.providers.resource_type import HalfMade, Refused, Type
from pipeline.sandbox.providers.schema import Schema

Config = Mapping[str, Any]
Context = Any  # gRPC's: it ships no types


@dataclass(frozen=True)
class Package:
    """`connect` makes the world that the types' functions are given; equal configurations share one."""

    name: str
    schema: Schema
    types: Mapping[str, Type]
    connect: Callable[[Config], Any]


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """All resource types of one package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._worlds: dict[str, Any] = {}  # by configuration
        self._peers: dict[str, Any] = {}
        self._connecting = threading.Lock()

    def Handshake(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002  the protocol's names
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=False, accept_resources=False, accept_outputs=False
        )

    def Attach(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        return plugin_pb2.PluginInfo(version=self._package.schema.version)

    def CheckConfig(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Context) -> Any:  # noqa: N802, ARG002
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Context) -> Any:  # noqa: N802
        config = {key: _opened(value) for key, value in wire.read(request.args).items()}
        try:
            self._peers[context.peer()] = self._world(config)
        except Refused as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False, supportsPreview=True, acceptResources=False, acceptOutputs=False
        )

    def Check(self, request: Any, context: Context) -> Any:  # noqa: N802
        type_, name = self._type(context, request.urn), _name(request.urn)
        inputs, problems = checked(
            type_, self._package.schema, name, wire.read(request.olds), wire.read(request.news), request.randomSeed
        )
        failures = [provider_pb2.CheckFailure(property=key, reason=reason) for key, reason in problems]
        return provider_pb2.CheckResponse(inputs=wire.write(inputs), failures=failures)

    def Diff(self, request: Any, context: Context) -> Any:  # noqa: N802
        type_ = self._type(context, request.urn)
        old, new = wire.read(request.old_inputs) or wire.read(request.olds), wire.read(request.news)
        replacing = self._package.schema.replaces(type_.token)
        return differences(type_, replacing, old, new, frozenset(request.ignoreChanges))

    def Create(self, request: Any, context: Context) -> Any:  # noqa: N802
        type_, inputs = self._type(context, request.urn), wire.read(request.properties)
        if request.preview:
            outputs = outputs_at_preview(self._package.schema.computed(type_.token), inputs)
            return provider_pb2.CreateResponse(id="", properties=wire.write(outputs))
        world = self._configured(context)
        try:
            identifier = type_.create(world, inputs)
            found = _read_back(type_, world, identifier, inputs)
        except HalfMade as error:
            _abort_half_made(context, error, inputs)
        except Refused as error:
            _abort(context, "creating", request.urn, error)
        return provider_pb2.CreateResponse(id=identifier, properties=wire.write({**inputs, **found}))

    def Read(self, request: Any, context: Context) -> Any:  # noqa: N802
        type_, world = self._type(context, request.urn), self._configured(context)
        known = wire.read(request.inputs)
        try:
            found = type_.read(world, request.id, known)
        except Refused as error:
            _abort(context, "refreshing", request.urn, error)
        if found is None:
            return provider_pb2.ReadResponse(id="")
        inputs = read_inputs(type_, self._package.schema, known, found)
        outputs = {**wire.read(request.properties), **inputs, **found}
        return provider_pb2.ReadResponse(id=request.id, properties=wire.write(outputs), inputs=wire.write(inputs))

    def Update(self, request: Any, context: Context) -> Any:  # noqa: N802
        type_, news = self._type(context, request.urn), wire.read(request.news)
        old_outputs = wire.read(request.olds)
        if request.preview:
            return provider_pb2.UpdateResponse(properties=wire.write({**old_outputs, **news}))
        world = self._configured(context)
        try:
            type_.update(world, request.id, wire.read(request.old_inputs) or old_outputs, news)
            found = type_.read(world, request.id, news) or {}
        except Refused as error:
            _abort(context, "updating", request.urn, error)
        return provider_pb2.UpdateResponse(properties=wire.write({**news, **found}))

    def Delete(self, request: Any, context: Context) -> Any:  # noqa: N802
        type_, world = self._type(context, request.urn), self._configured(context)
        try:
            type_.delete(world, request.id, wire.read(request.old_inputs) or wire.read(request.properties))
        except Refused as error:
            _abort(context, "deleting", request.urn, error)
        return empty_pb2.Empty()

    def _type(self, context: Context, urn: str) -> Type:
        token = urn.split("::")[2].rpartition("$")[2]
        if token not in self._package.types:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"unrecognized resource type (Check): {token}")
        return self._package.types[token]

    def _world(self, config: Config) -> Any:
        key = json.dumps([config, _stamps(config)], sort_keys=True)
        with self._connecting:
            if key not in self._worlds:
                self._worlds[key] = self._package.connect(config)
            return self._worlds[key]

    def _configured(self, context: Context) -> Any:
        if context.peer() not in self._peers:
            context.abort(
                grpc.StatusCode.FAILED_PRECONDITION, "the provider has not been configured on this connection"
            )
        return self._peers[context.peer()]


def _read_back(type_: Type, world: Any, identifier: str, inputs: wire.Values) -> Mapping[str, Any]:
    """What was just made; it stays made where it cannot be read."""
    try:
        return type_.read(world, identifier, inputs) or {}
    except Refused as error:
        raise HalfMade(identifier, str(error)) from error


def _stamps(config: Config) -> list[int]:
    """When the credentials were written: new keys are a new connection."""
    files = [Path(name) for name in config.get("sharedCredentialsFiles") or ()]
    return [path.stat().st_mtime_ns for path in files if path.exists()]


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _opened(value: Any) -> Any:
    """Whatever is no string arrives as JSON."""
    if not isinstance(value, str) or value[:1] not in '[{"tf0123456789':
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _abort(context: Context, doing: str, urn: str, error: Refused) -> None:
    context.abort(grpc.StatusCode.UNKNOWN, f"{doing} {urn}: 1 error occurred:\n\t* {error}\n\n")


def _abort_half_made(context: Context, error: HalfMade, inputs: wire.Values) -> None:
    """The engine keeps what exists in its state, and updates it next time."""
    struct = wire.write(inputs)
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.identifier, properties=struct, inputs=struct, reasons=[error.reason]
    )
    packed = any_pb2.Any()
    packed.Pack(detail)
    message = f"resource partially created but read failed: {error.reason}"
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message, details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, message)
