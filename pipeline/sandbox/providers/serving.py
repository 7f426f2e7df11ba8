"""Serves a package's provider on a port of the loopback."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pipeline.sandbox.ports import HOST
from pipeline.sandbox.providers.servicer import Package, Provider

THREADS = 64  # engines at once, times what each does in parallel
ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def serve(package: Package, port: int = 0) -> tuple[Any, int]:
    """A started server and its port; 0 picks a free one. A port that somebody else listens on is an error."""
    server = grpc.server(ThreadPoolExecutor(THREADS), options=[*ANY_SIZE, ("grpc.so_reuseport", 0)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(package), server)
    bound = server.add_insecure_port(f"{HOST}:{port}")
    server.start()
    return server, bound
