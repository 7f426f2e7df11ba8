"""A staging of the tests' own."""

from __future__ import annotations

import pytest

from tests.staging import standing


@pytest.fixture(scope="session")
def staging(toolset, tmp_path_factory):
    """Staging with its platform, and a committed checkout."""
    with standing(tmp_path_factory.mktemp("staging"), toolset) as made:
        yield made
