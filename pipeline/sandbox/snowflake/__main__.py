"""Starts one account: `--account acme-staging --port N --database-file F --aws-endpoint URL`; secrets by environment."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

PASSWORD_VARIABLE = "ACME_SNOWFLAKE_ADMIN_PASSWORD"  # noqa: S105  the name, not the password
FAULT_TOKEN_VARIABLE = "ACME_SNOWFLAKE_FAULT_TOKEN"  # noqa: S105  the name, not the token


def main() -> None:
    import uvicorn

    from pipeline.sandbox.snowflake.account import Account
    from pipeline.sandbox.snowflake.server import Server

    parser = argparse.ArgumentParser(prog="pipeline.sandbox.snowflake")
    for option in ("--account", "--database-file", "--aws-endpoint"):
        parser.add_argument(option, required=True)
    parser.add_argument("--port", required=True, type=int)
    given = parser.parse_args()
    password, token = os.environ.pop(PASSWORD_VARIABLE, ""), os.environ.pop(FAULT_TOKEN_VARIABLE, "")
    account = Account(given.account, Path(given.database_file), given.aws_endpoint)
    app = Server(account, password, token).app()
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="warning", timeout_graceful_shutdown=3)


if __name__ == "__main__":
    main()
