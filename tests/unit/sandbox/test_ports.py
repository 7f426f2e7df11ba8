"""Ports are free, kept, and changed only where somebody else took them."""

from __future__ import annotations

import socket

from pipeline.sandbox import ports
from pipeline.sandbox.folder import Folder


def test_ports_are_kept(tmp_path):
    """The same names get the same ports again, and no two get the same."""
    first = ports.choose(Folder(tmp_path), ["a", "b"], running=set())
    assert first["a"] != first["b"]
    assert ports.choose(Folder(tmp_path), ["a", "b", "c"], running=set()).items() >= first.items()


def test_a_taken_port_is_changed_unless_our_own_part_holds_it(tmp_path):
    """Somebody else on it means another port; our running part keeps its own."""
    folder = Folder(tmp_path)
    port = ports.choose(folder, ["a"], running=set())["a"]
    with socket.create_server((ports.HOST, port)):
        assert ports.choose(folder, ["a"], running={"a"})["a"] == port
        assert ports.choose(folder, ["a"], running=set())["a"] != port
