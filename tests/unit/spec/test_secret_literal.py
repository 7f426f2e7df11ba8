"""A secret in clear is found by its form or by the key beside it, and never repeated."""

import pytest

from pipeline.spec import secret_literal
from pipeline.spec.document import parse

FILE = "tenants/globex/environments/staging.yaml"


@pytest.mark.parametrize(
    "line",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        "xoxb-123456789012-abcdefgh",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
        "postgres://acme:s3cret@db.example/x",
        "password: Tr0ub4dor&3-horse",
        'client_secret = "8f3Kx92mQp7LwZ1v"',
    ],
)
def test_a_known_form_is_found_anywhere(line):
    """In comments and test records too."""
    (finding,) = secret_literal.in_text(FILE, f"a: 1\n# {line}\n")
    assert finding.where.line == 2
    assert line[-8:] not in finding.sentence()


@pytest.mark.parametrize(
    "line",
    [
        "secret: erp_drop",
        "host_keys: [SHA256:2mG0bTDNoYgUu0uJt5o4Yk6cQxO1cHn1rLw2o1Z5zGk]",
        "the secret then holds {client_id, client_secret}",
        "release: 9f3c1e0b7a5d42c8f6e1d0a9b8c7f6e5d4c3b2a1908f7e6d5c4b3a2918070605",
        "token_url: https://login.example/oauth2/token",
    ],
)
def test_names_fingerprints_and_digests_are_no_secrets(line):
    """What these files are full of."""
    assert list(secret_literal.in_text(FILE, line)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("secret: erp_drop", False),
        ("secret: Hunter-2!", True),
        ("api_key: abc def", True),
        ("a: {password: X1}", True),
        ("token_url: https://login.example/token", False),
        ("secret: 12", False),
        ("secret: acme/staging/initech/erp_api", False),
        ("secret: 3rd/9fKq2/Zz", True),
    ],
)
def test_a_value_beside_such_a_key_is_a_name(text, found):
    """Or it is taken for the secret itself."""
    document, _ = parse(FILE, text)
    assert bool(list(secret_literal.in_document(document))) is found
