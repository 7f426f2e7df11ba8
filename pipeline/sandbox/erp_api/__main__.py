"""`python -m pipeline.sandbox.erp_api FOLDER PORT`: the customers' ERP APIs on a loopback port."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from pipeline.sandbox.erp_api.app import create
from pipeline.sandbox.folder import Folder
from pipeline.sandbox.ports import HOST

uvicorn.run(
    create(Folder(Path(sys.argv[1]))),
    host=HOST,
    port=int(sys.argv[2]),
    access_log=False,
    timeout_graceful_shutdown=1,  # a client that keeps its connection open does not keep us
)
