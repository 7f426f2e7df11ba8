"""How an engine starts a provider, or is attached to one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from tests.conformance.providers.engine import Client, urn

REPOSITORY = Path(__file__).resolve().parents[3]


@contextmanager
def started(*arguments):
    """The providers' process and its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.sandbox.providers", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def test_one_process_serves_both_packages_and_ends_at_a_signal():
    """Its first line is the value that attaches an engine; each answers with the version of the real provider."""
    with started() as (process, line):
        ports = dict(part.split(":") for part in line.removeprefix("ready ").split(","))
        versions = {}
        for name, port in ports.items():
            client = Client(int(port))
            client.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"), timeout=10)
            client.stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"), timeout=10)
            versions[name] = client.stub.GetPluginInfo(empty_pb2.Empty(), timeout=10).version
            client.stub.Cancel(empty_pb2.Empty(), timeout=10)
            assert client.stub.GetPluginInfo(empty_pb2.Empty(), timeout=10).version == versions[name]
            client.channel.close()
        assert versions == {"aws": "7.51.1", "snowflake": "2.22.0"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0


def test_an_engine_that_starts_it_reads_the_port_alone():
    """The first line is the port; the engine's address, its last argument, does no harm."""
    with started("--only", "aws", "127.0.0.1:4321") as (_, line):
        client = Client(int(line))
        assert client.stub.GetPluginInfo(empty_pb2.Empty(), timeout=10).version == "7.51.1"
        client.channel.close()


def test_each_connection_has_its_own_configuration(aws_port, config, ministack):
    """Two engines at once, in two regions, do not see each other; a connection without one is refused."""
    token, account = "aws:s3/bucket:Bucket", ministack.place.account
    here, there = Client(aws_port, config), Client(aws_port, {**config, "region": "eu-central-1"})
    try:
        assert here.create(token, {"bucket": f"{account}-here"})[1]["bucketRegion"] == config["region"]
        assert there.create(token, {"bucket": f"{account}-there"})[1]["bucketRegion"] == "eu-central-1"
        stranger = Client(aws_port)
        with pytest.raises(grpc.RpcError, match="not been configured"):
            stranger.read(token, f"{account}-here")
        stranger.channel.close()
    finally:
        here.channel.close()
        there.channel.close()


def test_a_wrong_account_is_refused(aws_port, config):
    """The account that the stack allows is the only one."""
    with pytest.raises(grpc.RpcError, match="account ID not allowed"):
        Client(aws_port, {**config, "allowedAccountIds": '["999999999999"]'})


def test_an_unknown_type_is_refused(engine):
    """A type without a row in the table is an error, never a silent success."""
    with pytest.raises(grpc.RpcError, match="unrecognized resource type"):
        engine.stub.Check(provider_pb2.CheckRequest(urn=urn("aws:ec2/vpc:Vpc")), timeout=10)
