"""From what a tenant says to what is deployed: its release, and its settings in one environment.

Takes a tenant that `validate` found nothing against; `KeyError` where a file that one refers to is missing.
"""

from __future__ import annotations

from typing import Any

from pipeline import release
from pipeline.spec import cron, sql_text
from pipeline.spec.model import Model
from pipeline.spec.tenant import Pipeline, TableMapping, Tenant

# what known bytes under another name mean where the pipeline does not say
SAME_BYTES = {"append": "hold", "merge": "skip", "replace": "hold"}


def compile_release(tenant: Tenant) -> release.Release:
    """The tenant's release: the same for the same content, whatever the order of keys and files, comments and line ends."""
    pipelines = tuple(_pipeline(tenant, name, said) for name, said in sorted(tenant.pipelines.items()))
    return release.Release(tenant.name, pipelines)


def settings_document(tenant: Tenant, environment: str) -> dict[str, Any]:
    """{tenant, environment, title, tier, owners, promotion, cell, status, connectors: {name: {endpoint, user, …}}}."""
    head, settings = tenant.head, tenant.environments[environment]
    if head is None:
        raise KeyError("tenant.yaml")
    return {
        "tenant": tenant.name,
        "environment": environment,
        **_plain(head),
        "cell": settings.head.cell,
        "status": settings.head.status,
        "connectors": {name: _plain(part) for name, part in sorted(settings.connectors.items())},
    }


def _plain(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json")


def _pipeline(tenant: Tenant, name: str, said: Pipeline) -> release.Pipeline:
    model = said.model
    if said.fetch is None:
        raise KeyError(model.connector)
    return release.Pipeline(
        name=name,
        connector=_connector(tenant, model.connector),
        fetch=_plain(said.fetch),
        schedule=cron.resolved(model.schedule, tenant.name, name),
        write=model.write,
        version=model.version,
        rows=model.rows,
        same_name=model.same_name,
        same_bytes=model.same_bytes or SAME_BYTES[model.write],  # type: ignore[arg-type]  # the table holds these words alone
        mapping=_mapping(tenant.mappings[name]),
        transform=sql_text.fold(tenant.transforms[name]),
        contract=tenant.contracts[name],
    )


def _connector(tenant: Tenant, name: str) -> release.Connector:
    """`kind` stands beside the options in a release, not among them."""
    said = tenant.connectors[name]
    options = _plain(said.options)
    del options["kind"]
    return release.Connector(name, said.kind.name, options)


def _mapping(said: TableMapping) -> release.FieldMapping:
    fields = tuple(
        release.Field(source, one.column, one.type, one.required, one.parse, one.default)
        for source, one in sorted(said.model.fields.items())
    )
    return release.FieldMapping(_plain(said.format), said.model.unknown_fields, fields, tuple(sorted(said.model.skip)))
