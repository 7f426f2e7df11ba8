"""Which SQL a tenant may write: node types, clauses and functions, all by allow-list.

Everything here depends on nothing but its arguments, so the same landed rows always give the same table.
"""

from __future__ import annotations

from functools import cache
from typing import Final

# Snowflake's scalar, conditional, text, date, number, semi-structured, aggregate and window functions, as they are written
FUNCTIONS: Final = frozenset(
    """
    abs add_months approx_count_distinct array_agg array_size array_to_string ascii as_array as_boolean as_date
    as_decimal as_double as_integer as_number as_object as_real as_varchar avg base64_decode_string base64_encode bitand
    bitnot bitor bitxor bool_and bool_or boolxor booland boolor boolnot cast cbrt ceil chr charindex coalesce collate concat
    concat_ws contains count count_if cume_dist date date_from_parts date_part date_trunc dateadd datediff dayname
    dayofmonth dayofweek dayofweekiso dayofyear day decode dense_rank div0 div0null editdistance endswith equal_null exp
    extract first_value floor get get_path greatest greatest_ignore_nulls hash_agg hex_encode hour iff ifnull initcap
    is_array is_boolean is_date is_decimal is_integer is_null_value is_object is_real is_varchar jarowinkler_similarity lag
    last_day last_value lead least least_ignore_nulls left length len like listagg ln log lower lpad ltrim max max_by md5
    median min min_by minute mod mode month monthname months_between next_day nth_value ntile nullif nullifzero nvl nvl2
    object_construct parse_ip parse_json percent_rank percentile_cont percentile_disc position pow power previous_day
    quarter rank ratio_to_report regexp_count regexp_instr regexp_like regexp_replace regexp_substr regr_slope repeat
    replace reverse right rlike round row_number rpad rtrim second sha1 sha2 sign split split_part sqrt square startswith
    stddev stddev_pop stddev_samp strtok substr substring sum time time_from_parts time_slice timeadd timediff timestamp_from_parts
    timestamp_ntz_from_parts timestampadd timestampdiff to_array to_binary to_boolean to_char to_date to_decimal to_double
    to_json to_number to_numeric to_object to_time to_timestamp to_timestamp_ntz to_timestamp_tz to_varchar to_variant
    translate trim trunc truncate try_cast try_parse_json try_to_boolean try_to_date try_to_decimal try_to_double
    try_to_number try_to_numeric try_to_time try_to_timestamp try_to_timestamp_ntz try_to_timestamp_tz typeof unicode upper
    var_pop var_samp variance weekiso week width_bucket year yearofweek yearofweekiso zeroifnull
    """.split()  # noqa: SIM905  a page of words reads better than a page of quotes
)
# words of the grammar after which a parenthesis may follow
_GRAMMAR: Final = frozenset(
    """
    all and any as between by case distinct else end exists from group having ilike in is join like not on or over partition
    qualify select then using when where with within union
    binary boolean char decimal double float integer int bigint number numeric string text varchar variant
    timestamp_ntz timestamp_tz timestamp_ltz timestamp datetime
    """.split()  # noqa: SIM905
)
# what would give another answer at another time, place or for another session
UNSTEADY: Final = frozenset(
    """
    any_value current_account current_client current_database current_date current_ip_address current_region current_role
    current_schema current_session current_statement current_time current_timestamp current_transaction current_user
    current_version current_warehouse getdate last_query_id localtime localtimestamp rand random randstr seq1 seq2 seq4 seq8
    sysdate systimestamp uniform uuid_string zipf
    """.split()  # noqa: SIM905
)


# how other dialects call what is here; the word to write instead
ELSEWHERE: Final = {
    "isnull": "coalesce",
    "convert": "cast",
    "try_convert": "try_cast",
    "try_parse": "try_cast",
    "isnumeric": "try_to_number",
    "date_format": "to_char",
    "format": "to_char",
    "str_to_date": "to_date",
    "datepart": "date_part",
    "date_add": "dateadd",
    "date_sub": "dateadd",
    "string_agg": "listagg",
    "group_concat": "listagg",
    "instr": "position",
    "locate": "position",
    "lcase": "lower",
    "ucase": "upper",
    "substring_index": "split_part",
    "if": "iff",
    "hash": "md5",
    "to_timestamp_ltz": "to_timestamp_ntz",
}


def is_function(name: str) -> bool:
    return name.lower() in FUNCTIONS


def may_open_parenthesis(name: str) -> bool:
    return name.lower() in FUNCTIONS or name.lower() in _GRAMMAR


SELECT_CLAUSES: Final = frozenset(
    {"expressions", "from_", "joins", "where", "group", "having", "qualify", "distinct", "with_", "order"}
)
JOIN_PARTS: Final = frozenset({"this", "side", "kind", "on", "using"})


@cache
def node_types() -> tuple[type, ...]:
    """Every kind of expression that may stand in a statement."""
    from sqlglot import exp

    return (
        *(
            exp.Select,
            exp.From,
            exp.Join,
            exp.Where,
            exp.Group,
            exp.Having,
            exp.Qualify,
            exp.With,
            exp.CTE,
            exp.Distinct,
        ),
        *(exp.Order, exp.Ordered, exp.Window, exp.WindowSpec, exp.Subquery, exp.WithinGroup, exp.Table, exp.TableAlias),
        *(
            exp.Column,
            exp.Identifier,
            exp.Alias,
            exp.Literal,
            exp.Boolean,
            exp.Null,
            exp.Star,
            exp.Var,
            exp.Paren,
            exp.Tuple,
        ),
        *(
            exp.Cast,
            exp.DataType,
            exp.DataTypeParam,
            exp.Case,
            exp.Interval,
            exp.Between,
            exp.In,
            exp.Unary,
            exp.Binary,
        ),
        *(exp.Func, exp.JSONPath, exp.JSONPathPart, exp.Bracket, exp.Extract, exp.IgnoreNulls, exp.RespectNulls),
    )


@cache
def refused_nodes() -> tuple[type, ...]:
    """Of those, what only looks like one of them."""
    from sqlglot import exp

    names = (
        "Dot",
        "PropertyEQ",
        "Kwarg",
        "Explode",
        "Unnest",
        "Lateral",
        "TableFromRows",
        "DynamicIdentifier",
        "Parameter",
    )
    return tuple(getattr(exp, name) for name in names if hasattr(exp, name))
