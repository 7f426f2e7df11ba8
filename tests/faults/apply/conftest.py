"""A staging of the tests' own."""

from __future__ import annotations

import warnings

import pytest

from tests.staging import standing

with warnings.catch_warnings():  # the SDK warns of its own old names when it is loaded
    warnings.simplefilter("ignore", DeprecationWarning)
    import stacks.components.platform  # noqa: F401


@pytest.fixture(scope="session")
def staging(toolset, tmp_path_factory):
    """Staging with its platform, and a committed checkout."""
    with standing(tmp_path_factory.mktemp("staging"), toolset) as made:
        yield made
