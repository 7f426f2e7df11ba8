"""The ERP's tables as tenants may want them: plain facts; `fleet.py` makes tenants of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add, mul, sub

from benchmarks.erp_table import Beside, Code, Derived, Family, Field, Filter, number

ID, MONEY, STAMP = "NUMBER(38,0)", "NUMBER(19,4)", "TIMESTAMP_NTZ(3)"


def _computed(column: str, kind: str, operator: str, *needs: str, secret: bool = False) -> Derived:
    """A sum, difference or product of columns, cast to its type."""
    sql = f"({f' {operator} '.join(needs)})::{kind.replace(',', ', ')}"
    work = {"+": add, "-": sub, "*": mul}[operator]
    return Derived(
        column, kind, sql, lambda row: reduce(work, (number(row, one) for one in needs)), needs, secret=secret
    )


def _key(source: str, column: str, kind: str = ID) -> Field:
    return Field(source, column, kind, key=True)


def _free(source: str, column: str, kind: str, *, required: bool = True, secret: bool = False) -> Field:
    return Field(source, column, kind, required=required, secret=secret, free=True)


STATUS = (
    ("pending", "approved", "rejected", "complete"),
    ("open", "released", "refused", "closed"),
    ("offen", "frei", "abgelehnt", "erledigt"),
    ("en_attente", "valide", "refuse", "clos"),
)
CREDIT = (
    ("superior", "excellent", "above_average", "average", "below_average"),
    ("aaa", "aa", "a", "bbb", "bb"),
    ("one", "two", "three", "four", "five"),
)

FAMILIES: Sequence[Family] = (
    Family(
        "orders",
        "PurchaseOrderHeader",
        (
            _key("PurchaseOrderID", "order_id"),
            Field("RevisionNumber", "revision", "NUMBER(3,0)"),
            Field("VendorID", "vendor_id", ID),
            _free("EmployeeID", "buyer_id", ID, secret=True),
            _free("ShipMethodID", "ship_method_id", ID),
            Field("OrderDate", "ordered_on", "DATE"),
            _free("ShipDate", "shipped_on", "DATE", required=False),
            Field("SubTotal", "sub_total", MONEY, secret=True),
            Field("TaxAmt", "tax", MONEY),
            Field("Freight", "freight", MONEY),
        ),
        derived=(
            _computed("total_due", MONEY, "+", "sub_total", "tax", "freight", secret=True),
            _computed("charges", MONEY, "+", "tax", "freight"),
            Derived(
                "is_shipped", "BOOLEAN", "shipped_on IS NOT NULL", lambda r: bool(r["shipped_on"]), ("shipped_on",)
            ),
        ),
        filter=Filter("sub_total > 0", lambda r: number(r, "sub_total") > 0, ("sub_total",)),
        code=Code("status", "status_code", "Status", STATUS),
        version="revision",
        total=("vendor_id", "sub_total"),
        rule="sub_total < 0",
    ),
    Family(
        "order_lines",
        "PurchaseOrderDetail",
        (
            _key("PurchaseOrderID", "order_id"),
            _key("PurchaseOrderDetailID", "line_id"),
            _free("DueDate", "due_on", "DATE"),
            Field("OrderQty", "ordered", "NUMBER(5,0)"),
            Field("ProductID", "product_id", ID),
            Field("UnitPrice", "unit_price", MONEY, secret=True),
            Field("ReceivedQty", "received", "NUMBER(8,2)"),
            Field("RejectedQty", "rejected", "NUMBER(8,2)"),
        ),
        derived=(
            _computed("line_total", MONEY, "*", "ordered", "unit_price", secret=True),
            _computed("stocked", "NUMBER(8,2)", "-", "received", "rejected"),
            _computed("missing", "NUMBER(8,2)", "-", "ordered", "received"),
        ),
        filter=Filter("ordered >= 3", lambda r: number(r, "ordered") >= 3, ("ordered",)),
        total=("product_id", "received"),
        rule="received < 0",
        beside=Beside("orders", "order_id", "vendor_id", ID),
    ),
    Family(
        "vendors",
        "Vendor",
        (
            _key("BusinessEntityID", "vendor_id"),
            Field("AccountNumber", "account_number", "VARCHAR(15)", secret=True),
            Field("Name", "vendor_name", "VARCHAR(100)"),
            _free("PreferredVendorStatus", "is_preferred", "BOOLEAN"),
            Field("ActiveFlag", "is_active", "BOOLEAN"),
            _free("PurchasingWebServiceURL", "web_service_url", "VARCHAR(1024)", required=False),
            Field("ModifiedDate", "modified_at", STAMP),
        ),
        derived=(
            Derived(
                "label",
                "VARCHAR(120)",
                "(vendor_name || ' ' || vendor_id)::VARCHAR(120)",
                lambda r: f"{r['vendor_name']} {r['vendor_id']}",
                ("vendor_name", "vendor_id"),
            ),
        ),
        code=Code("credit", "credit_rating", "CreditRating", CREDIT),
        version="modified_at",
    ),
    Family(
        "sources",
        "ProductVendor",
        (
            _key("ProductID", "product_id"),
            _key("BusinessEntityID", "vendor_id"),
            Field("AverageLeadTime", "lead_days", "NUMBER(4,0)"),
            Field("StandardPrice", "price", MONEY, secret=True),
            _free("LastReceiptCost", "last_cost", MONEY, required=False, secret=True),
            _free("LastReceiptDate", "received_on", "DATE", required=False),
            Field("MinOrderQty", "order_min", "NUMBER(6,0)"),
            Field("MaxOrderQty", "order_max", "NUMBER(6,0)"),
            _free("OnOrderQty", "on_order", "NUMBER(6,0)", required=False),
            Field("UnitMeasureCode", "unit", "VARCHAR(3)"),
            Field("ModifiedDate", "modified_at", STAMP),
        ),
        derived=(
            _computed("order_span", "NUMBER(7,0)", "-", "order_max", "order_min"),
            _computed("least_value", MONEY, "*", "order_min", "price", secret=True),
        ),
        filter=Filter("lead_days <= 60", lambda r: number(r, "lead_days") <= 60, ("lead_days",)),
        version="modified_at",
        total=("vendor_id", "price"),
        beside=Beside("vendors", "vendor_id", "vendor_name", "VARCHAR(100)"),
        rule="order_max < order_min",
    ),
    Family(
        "products",
        "Product",
        (
            _key("ProductID", "product_id"),
            Field("Name", "product_name", "VARCHAR(100)"),
            Field("ProductNumber", "product_number", "VARCHAR(25)"),
            Field("MakeFlag", "is_made", "BOOLEAN"),
            _free("FinishedGoodsFlag", "is_sold", "BOOLEAN"),
            _free("Color", "color", "VARCHAR(15)", required=False),
            _free("SafetyStockLevel", "safety_stock", "NUMBER(5,0)"),
            _free("ReorderPoint", "reorder_point", "NUMBER(5,0)"),
            Field("StandardCost", "cost", MONEY, secret=True),
            Field("ListPrice", "list_price", MONEY),
            _free("Size", "size_code", "VARCHAR(5)", required=False),
            _free("Weight", "weight", "NUMBER(8,2)", required=False),
            _free("DaysToManufacture", "days_to_make", "NUMBER(5,0)"),
            _free("ProductLine", "line", "VARCHAR(2)", required=False),
            _free("Class", "class", "VARCHAR(2)", required=False),
            _free("SellStartDate", "sold_from", "DATE"),
            _free("SellEndDate", "sold_until", "DATE", required=False),
            Field("ModifiedDate", "modified_at", STAMP),
        ),
        derived=(
            _computed("margin", MONEY, "-", "list_price", "cost", secret=True),
            Derived("paint", "VARCHAR(15)", "COALESCE(color, 'none')", lambda r: r["color"] or "none", ("color",)),
        ),
        filter=Filter("is_made", lambda r: r["is_made"] == "True", ("is_made",)),
        version="modified_at",
        rule="list_price < 0",
    ),
    Family(
        "inventory",
        "ProductInventory",
        (
            _key("ProductID", "product_id"),
            _key("LocationID", "location_id", "NUMBER(6,0)"),
            _free("Shelf", "shelf", "VARCHAR(10)"),
            _free("Bin", "bin", "NUMBER(3,0)"),
            Field("Quantity", "quantity", "NUMBER(9,0)"),
            Field("ModifiedDate", "modified_at", STAMP),
        ),
        derived=(Derived("is_stocked", "BOOLEAN", "quantity > 0", lambda r: number(r, "quantity") > 0, ("quantity",)),),
        filter=Filter("quantity > 100", lambda r: number(r, "quantity") > 100, ("quantity",)),
        version="modified_at",
        total=("location_id", "quantity"),
        rule="quantity < 0",
    ),
    Family(
        "customers",
        "Customer",
        (
            _key("CustomerID", "customer_id"),
            Field("PersonID", "person_id", ID, required=False, secret=True),
            Field("StoreID", "store_id", ID, required=False),
            _free("TerritoryID", "territory_id", ID),
            Field("AccountNumber", "account_number", "VARCHAR(10)", secret=True),
            Field("ModifiedDate", "modified_at", STAMP),
        ),
        derived=(Derived("is_store", "BOOLEAN", "store_id IS NOT NULL", lambda r: bool(r["store_id"]), ("store_id",)),),
        filter=Filter("person_id IS NOT NULL", lambda r: bool(r["person_id"]), ("person_id",)),
    ),
    Family(
        "rates",
        "CurrencyRate",
        (
            _key("CurrencyRateDate", "rate_date", "DATE"),
            _key("FromCurrencyCode", "from_currency", "VARCHAR(3)"),
            _key("ToCurrencyCode", "to_currency", "VARCHAR(3)"),
            Field("AverageRate", "average_rate", MONEY),
            Field("EndOfDayRate", "end_of_day_rate", MONEY),
            Field("ModifiedDate", "modified_at", STAMP),
        ),
        derived=(_computed("drift", MONEY, "-", "end_of_day_rate", "average_rate"),),
        filter=Filter(
            "from_currency <> to_currency",
            lambda r: r["from_currency"] != r["to_currency"],
            ("from_currency", "to_currency"),
        ),
        version="modified_at",
        rule="average_rate <= 0",
    ),
    Family(
        "currencies",
        "Currency",
        (
            _key("CurrencyCode", "currency", "VARCHAR(3)"),
            Field("Name", "currency_name", "VARCHAR(50)"),
            _free("ModifiedDate", "modified_at", STAMP),
        ),
        derived=(
            Derived("symbol", "VARCHAR(3)", "LOWER(currency)", lambda r: (r["currency"] or "").lower(), ("currency",)),
        ),
    ),
)
