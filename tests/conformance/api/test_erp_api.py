"""The customers' ERP API behaves as the connector's document describes it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from pipeline.sandbox import folder as folders
from pipeline.sandbox import records, sources
from pipeline.sandbox.customers import add_records
from tests.conformance.customers import api_client, ask_token, bearer


@pytest.fixture
def api(customers):
    """A client without a token, at the staging API's address."""
    with api_client(customers, customers.source("initech")) as client:
        yield client


def token(customers, scope="customers.read rates.read", environment="staging", **changes):
    return ask_token(customers, customers.source("initech", environment), scope, **changes)


def pull(api, headers, resource, **parameters):
    """Every record text and the number of pages, as a connector would walk them."""
    found, pages, cursor = [], 0, None
    while pages == 0 or cursor:
        answer = api.get(resource, headers=headers, params={**parameters, **({"cursor": cursor} if cursor else {})})
        answer.raise_for_status()
        document = json.loads(answer.text, parse_float=Decimal)
        found += document["data"]
        cursor, pages = document["page"]["next"], pages + 1
    return found, pages


def test_all_customers_come_in_forty_pages(customers, api):
    """No record is lost or repeated between pages."""
    found, pages = pull(api, bearer(token(customers)), "/customers", limit=500)
    assert (len(found), pages) == (19_820, 40)
    assert len({customer["CustomerID"] for customer in found}) == 19_820


def test_numbers_have_the_digits_of_the_export(customers, api):
    """An amount is a JSON number, spelled as the ERP spells it: no float came between."""
    headers = bearer(token(customers, scope="purchasing.read"))
    text = api.get("/purchase-orders", headers=headers, params={"limit": 1000}).text
    names, rows = records.rows(records.table("PurchaseOrderHeader"))
    for row in rows[:1000]:
        assert f'"PurchaseOrderID": {row[0]}, ' in text
        assert f'"Freight": {row[names.index("Freight")]}, ' in text


def test_modified_since_is_inclusive(customers, api):
    """A record that was touched at the very instant comes again, also on later pages."""
    found, _ = pull(
        api, bearer(token(customers)), "/currency-rates", limit=500, modified_since="2014-01-02T17:39:45.260Z"
    )
    expected = [r for r in records.rows(records.table("CurrencyRate"))[1] if r[6] >= "2014-01-02 17:39:45.260"]
    assert len(found) == len(expected) > 500
    later, _ = pull(
        api, bearer(token(customers)), "/currency-rates", limit=500, modified_since="2014-01-02T17:39:45.261Z"
    )
    assert len(later) < len(found)


def test_without_a_token_nothing_is_told(api):
    """401, and how to authenticate."""
    answer = api.get("/customers")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_wrong_secret_gets_no_token(customers):
    """401 invalid_client."""
    answer = token(customers, client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_token_of_one_environment_is_worth_nothing_in_the_other(customers, api):
    """Staging and production are two sites."""
    assert api.get("/customers", headers=bearer(token(customers, environment="production"))).status_code == 401


def test_a_scope_that_was_not_asked_for_is_not_held(customers, api):
    """403 insufficient_scope."""
    answer = api.get("/customers", headers=bearer(token(customers, scope="rates.read")))
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_an_unknown_scope_is_refused(customers):
    """400 invalid_scope."""
    assert token(customers, scope="everything").json()["error"] == "invalid_scope"


@pytest.mark.parametrize(
    "parameters",
    [{"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"cursor": "!!"}, {"modified_since": "yesterday"}, {"page": 2}],
)
def test_a_senseless_question_is_told_so(customers, api, parameters):
    """400 invalid_request, never another page than the one meant."""
    answer = api.get("/customers", headers=bearer(token(customers)), params=parameters)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_an_unknown_resource_is_not_found(customers, api):
    """404."""
    assert api.get("/secrets", headers=bearer(token(customers))).status_code == 404


def test_new_records_come_last(customers, api, monkeypatch):
    """What the customer adds is seen at the next question, and moves no page before it."""
    monkeypatch.setenv("ACME_SANDBOX", str(customers.folder.root))
    headers, source = bearer(token(customers)), customers.source("initech")
    path = sources.records_file(customers.folder, source, "currencies")
    before = path.read_bytes()
    add_records(customers.folder.root, "initech", "currencies", ['{"CurrencyCode": "XAC", "Rate": 1.10}'])
    try:
        assert '"Rate": 1.10' in api.get("/currencies", headers=headers, params={"limit": 1000}).text
        found, _ = pull(api, headers, "/currencies", limit=50)
        assert [record["CurrencyCode"] for record in found][-1] == "XAC"
        assert len(found) == 106
    finally:
        folders.write(path, before)
