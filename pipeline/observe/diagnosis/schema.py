"""Signatures of class `schema`: the source, the table or the contract is not shaped as it was.

A table, so it is longer than a module of code may be.
"""

from __future__ import annotations

from pipeline.observe.diagnosis.signature import CLEAR, HINT, LIKELY, ROOT, WORD, Signature, signatures

# How messages count columns, the known number and the one that came.
_COUNTS = (
    r"Has (?P<came>\d+), expected (?P<known>\d+)",
    r"found (?P<came>\d+) (?:columns|fields|names),? (?:but )?expected (?P<known>\d+)",
    r"Number of columns in file \((?P<came>\d+)\) does not match that of the corresponding table "
    r"\((?P<known>\d+)\)",
    r"expecting (?P<known>\d+) but got (?P<came>\d+)",
    r"Expected axis has (?P<came>\d+) elements, new values have (?P<known>\d+)",
    r"declared (?P<known>\d+) column\(s\), but view query produces (?P<came>\d+)",
    r"has (?P<known>\d+) columns but (?P<came>\d+) values",
    r"(?P<known>\d+) columns expected,? (?:but )?(?:got |found |have )?(?P<came>\d+)",
    r"expected (?P<known>\d+) (?:columns|fields),? ?(?:in (?:the )?header )?(?:but|and)? ?(?:got|found|"
    r"saw|has|have) (?P<came>\d+)",
    r"(?P<known>\d+) columns passed, passed data had (?P<came>\d+) columns",
    r"header (?:has|with|of) (?P<came>\d+) (?:columns|names|fields)\D{1,40}(?P<known>\d+)",
)
# A count of one line is that line's fault.
_ONE_LINE = r"Row #\d+: Expected|in line \d+, saw|fields in line \d+"

COUNTED = tuple(
    signature
    for pattern in _COUNTS
    for signature in (
        Signature("unexpected_column", CLEAR + 0.5, pattern, unless=_ONE_LINE, counts="more"),
        Signature("missing_column", CLEAR + 0.5, pattern, unless=_ONE_LINE, counts="fewer"),
    )
)

MISSING_COLUMN = signatures(
    "missing_column",
    (
        CLEAR,
        r"invalid identifier|Referenced column .* not found|UndefinedColumn|Unknown column|No such column|"
        r"UNRESOLVED_COLUMN|cannot resolve '|Unrecognized name|Invalid column name|"
        r"Column '?\S+'? (?:cannot be|could not be) (?:found|resolved)",
    ),
    (
        CLEAR,
        r"column \S+ (?:(?:of relation|in|of) \S+ )?(?:does not exist|not found|is missing|was not found|"
        r"has disappeared|is gone|no longer exists)|"
        r"ColumnNotFound|missing (?:required )?(?:column|field|header)s?|"
        r"(?:columns?|fields?|headers?) (?:are |is )?(?:missing|absent|not present|not found)",
    ),
    (
        CLEAR,
        r"not in index|None of \[Index|not found in axis|Usecols do not match|"
        r"Missing column provided to 'parse_dates'|No match for FieldRef|"
        r"does not have (?:a )?(?:field|column)|has no (?:column|field)|FieldNotFound|no field named|"
        r"KeyError: \"?\[?'?\w+'?\]? not",
    ),
    (
        ROOT,
        r"expect_column_to_exist|Target columns not in source: \[[^\]]|"
        r"Column\(s\) .* (?:not found|missing|do not exist)|"
        r"(?:lost|dropped|removed|without) (?:the |its )?(?:column|field)|"
        r"(?:column|field) \S+ (?:was |has been )?(?:removed|dropped|renamed)|"
        r"header .*(?:lacks|without|no longer)",
    ),
    (
        ROOT,
        r"(?:column|field) [\"'`]?\w+[\"'`]? (?:is |was )?"
        r"(?:missing|absent|not in (?:the )?(?:data ?frame|batch|file|source|schema))",
    ),
    (LIKELY, r"KeyError: '[a-z_ ]+'", r"pandas|frame\[|df\[|get_loc|header|columns|record\[|row\["),
    (LIKELY, r"\b000904\b|\b42703\b|renamed|lacks (?:the )?(?:column|field)"),
    (HINT, r"KeyError: '"),
    (
        CLEAR,
        r"(?:column|field|header|attribute|property|key)s? [\"'`\[(]?[\w. ]+[\"'`\])]? (?:which |"
        r"that )?(?:is |are |was |were )?(?:required |expected )?(?:but )?(?:not (?:found|present|there|"
        r"in the|available|exist)|missing|absent|gone|unknown|does not exist|no longer)|"
        r"(?:expected|required|mapped|needed) (?:column|field|header)s? .*(?:not|missing|absent)|"
        r"(?:misses|lacks|lost|without|missing|no) (?:the )?(?:mandatory |required |expected |"
        r"mapped )?(?:column|field|header)|"
        r"columns? (?:missing|lost|removed|dropped)|ColumnNotFoundError|SchemaFieldNotFound|"
        r"not found in (?:the )?(?:header|schema|columns|file schema|data ?frame|result)|"
        r"Unable to find column|could not find column|"
        r"AnalysisException: .*(?:cannot be resolved|cannot resolve)|"
        r"A column or function parameter with name",
    ),
    (WORD, r"\bcolumns?\b|\bheader\b"),
    (
        ROOT,
        r"in BatchData does not exist|"
        r"columns? (?:\"[^\"]+\"|'[^']+'|`[^`]+`|\S+) (?:of relation \S+ )?(?:does not exist|do not exist)|"
        r"NOT_ENOUGH_DATA_COLUMNS|not enough data columns|Missing columns? in|"
        r"required columns? .*(?:missing|absent|not (?:found|present))",
    ),
)

TYPE_CHANGE = signatures(
    "type_change",
    (
        ROOT,
        r"incompatible (?:data )?types|types don't match|types? (?:do|does) not match|CANNOT_MERGE_SCHEMAS|"
        r"Failed to merge|Unable to merge: Field|Failed to cast variant|"
        r"Cannot cast (?:variant|\S+ (?:to|as))",
    ),
    (
        ROOT,
        r"expression type does not match column|but expression is of type|Expected type|datatype mismatch|"
        r"DatatypeMismatch|Parquet column cannot be converted|SchemaColumnConvertNotSupported|"
        r"column type mismatch|type mismatch|Type (?:change|conflict)|conflicting types",
    ),
    (
        ROOT,
        r"expect_column_values_to_be_(?:of_type|in_type_list)|changed (?:its )?type|type (?:has )?changed|"
        r"has changed type|(?:is|was) (?:of type )?\S+,? (?:but )?(?:expected|before|until)|"
        r"New column types: \[[^\]]|incompatible with (?:the )?(?:column|table|type)|"
        r"cannot (?:safely )?(?:cast|convert|coerce) (?:column|from|array|type)",
    ),
    (
        ROOT,
        r"has type \S+ but|"
        r"expected \S+(?: type)?,? (?:but )?(?:got|found|is) (?:a |an )?(?:string|int|integer|float|double|"
        r"object|array|struct|list|timestamp|date|bool|number|varchar|decimal)|"
        r"inferred (?:type )?\S+ .*(?:declared|expected)|dtype .*(?:object|changed|expected)",
    ),
    (
        ROOT,
        r"(?:not recognized|invalid input syntax|could not convert|Could not convert|ConversionException|"
        r"bad input|Unparseable|cannot (?:be )?parsed?|failed to (?:cast|parse|convert))",
        r"(?:\b([\d,]{2,}) of \1\b|\ball (?:[\d,]+ )?(?:rows|values|records|lines|files)\b|\bevery (?:row|"
        r"value|line|record)\b|\b100(?:\.0+)? ?%|whole column|each (?:row|value|line) (?:of|has|holds))",
    ),
    (
        CLEAR,
        r"now (?:holds|comes as|is an?|sent as|text|string|varchar|number|object)|"
        r"(?:is|are) (?:now|suddenly) (?:text|strings?|numbers?|dates?|objects?|arrays?|VARCHAR)|"
        r"instead of (?:a )?(?:number|string|integer|date|object|array)",
    ),
    (LIKELY, r"\b42804\b|\b002023\b|ArrowTypeError|ArrowNotImplementedError: Unsupported cast"),
    (
        CLEAR,
        r"(?:type|dtype|datatype|data type) (?:of )?\S* ?(?:is |was |has )?(?:changed|differs|mismatch|"
        r"drift|conflict|does not match|not compatible|incompatible)|"
        r"(?:schema|column|field) \S+ .*(?:changed|differs?) .*(?:from|to) \S*(?:int|string|varchar|number|"
        r"date|double|float|decimal|bool|timestamp|object|array)|"
        r"(?:int\w*|bigint|string|varchar|number|date|double|float\w*|decimal|bool\w*|"
        r"timestamp\w*)(?:\([\d, ]+\))? (?:to|->|→|vs\.?|instead of|but (?:found|got)|became|"
        r"is now) (?:int\w*|bigint|string|varchar|number|text|date|double|float\w*|decimal|bool\w*|"
        r"timestamp\w*|object|array|struct|list)\b|"
        r"schema mismatch|mismatched (?:input )?types?|Expected .{1,40} type .{1,40}(?:got|found)|"
        r"Conversion Error.*(?:column|all)|is of type \S+ (?:but|and)|variant column|"
        r"cannot be (?:implicitly )?(?:cast|converted) to|Could not convert .* with type|"
        r"tried to convert to|could not be converted|merge .*schemas|"
        r"is (?:now )?(?:a |an )?(?:OBJECT|ARRAY|VARCHAR|STRING|TEXT) in ([\d,]+) of \1",
    ),
    (WORD, r"\btypes?\b|\bdtype\b|\bcast\b"),
    (
        CLEAR + 0.5,
        r"cannot be (?:promoted|coerced)|operand types? .*incompatible",
    ),
    (
        ROOT,
        r"Conversion failed for column|tried to convert to (?:double|int|bool|float)|"
        r"cannot be converted to (?:int|float|double|date|bool)|"
        r"Expected (?:integer|bytes|float|string|bool|date), got|object of type <class|"
        r"Cannot change column type|INCOMPATIBLE_DATA_FOR_TABLE|CAST_INVALID_INPUT.*column|"
        r"Invalid comparison between dtype|Can only use \\.(?:dt|str) accessor",
    ),
    (
        CLEAR + 0.5,
        r"No function matches .*VARCHAR|Invalid argument types for function|"
        r"Cannot (?:compare|mix) (?:values of )?types?|operator does not exist: ",
        r"\b(?:now|since|until|were|before|changed|yesterday|newest|today)\b",
    ),
    (
        ROOT,
        r"(?:values?|rows?|records?) (?:do|does) not (?:parse|fit|convert|cast)",
        r"\b([\d,]{2,}) of \1\b|\ball\b|\bevery\b",
    ),
)

UNEXPECTED_COLUMN = signatures(
    "unexpected_column",
    (
        ROOT,
        r"extra data after last expected column|unexpected (?:new )?(?:column|field|header|key)s?|"
        r"extra (?:column|field|header)s?|additional (?:column|field)s?|"
        r"(?:column|field)s? not (?:expected|known|in (?:the )?(?:spec|schema|table|target|mapping))|"
        r"not in spec",
    ),
    (
        ROOT,
        r"Source columns not in target: \[[^\]]|"
        r"unknown (?:column|field|header|key)s?(?! ?'\S+' in '(?:field list|where|order))|"
        r"(?:new|undeclared|unmapped|undocumented) (?:column|field|name|header)s?|no such field: |"
        r"schema evolution|ADD_COLUMN|more (?:columns|fields|values) than|"
        r"too many (?:columns|fields|values to unpack)",
    ),
    (
        CLEAR,
        r"Error: column count|out of sync!|UnknownField|UnrecognizedPropertyException|Unrecognized field|"
        r"could not find (?:matching )?column in (?:the )?(?:target|table)|"
        r"(?:holds|has|brings|sends|ends with) (?:a |one )?(?:new|more|extra) (?:column|field)",
    ),
    (
        CLEAR,
        r"(?:column|field|header|attribute|property|key)s? [\"'`\[(]?[\w. ,'\"]+[\"'`\])]? (?:is |are |was |"
        r"were )?(?:not (?:expected|declared|mapped|allowed|known|defined|in (?:the )?(?:model|target|table|"
        r"spec|mapping|schema|contract))|unexpected|unknown|undeclared|unmapped|new|additional|extra)|"
        r"(?:found|got|has|have|with) \d+ (?:new|extra|additional|unknown|unexpected|unmapped)|"
        r"(?:values|names|columns) supplied for \d+|more (?:target columns|expressions|columns)|"
        r"extra(?:_columns| fields not permitted)|too many (?:columns|values)|"
        r"additional(?:Properties| propert)|Invalid (?:field|column)s?.*(?:target|destination)|"
        r"Column count doesn.t match|does not exist in (?:the )?(?:target|destination|table schema)|"
        r"Found new column|has \d+ (?:column|field)s? too many",
    ),
    (ROOT, r"INSERT has more expressions|Column count doesn.t match|more target columns|more expressions than"),
    (
        ROOT,
        r"TOO_MANY_DATA_COLUMNS|too many data columns|wrong column count|"
        r"number of supplied values does not match|Extra column\(s\)|found more fields than defined|"
        r"got an unexpected keyword argument",
        "row|record|column|field|csv|payload|\\*\\*",
    ),
    (
        CLEAR - 0.5,
        r"(?:now|since \S+) (?:has|have|with|ends? with|carries|includes|delivers|sends|brings)|appeared in|"
        r"(?:was|were) added|one more (?:column|field|value|name)",
        r"columns?\b|fields?\b|header",
    ),
)

MISSING_OBJECT = signatures(
    "missing_object",
    (
        ROOT,
        r"does not exist or not authorized|Object does not exist, or operation cannot|\b00200[3]\b|"
        r"\b002043\b|relation \"\S+\" does not exist|UndefinedTable|UndefinedFunction|UndefinedObject|"
        r"InvalidSchemaName|TABLE_OR_VIEW_NOT_FOUND|SCHEMA_NOT_FOUND",
    ),
    (
        ROOT,
        r"(?:Table|View|Database|Schema|Stage|Sequence|Pipe|Stream|Warehouse|File format|Integration|"
        r"Procedure|Macro) (?:with name )?(?:'|\"|`)?[\w$.@\"]+(?:'|\"|`)? (?:does not exist|doesn't exist|"
        r"not found|is not found|cannot be found|was not found)|"
        r"no such table|Not found: (?:Table|Dataset|Project)",
    ),
    (
        ROOT,
        r"Catalog Error: (?:Table|View|Scalar|Schema|Macro|Type|Function)|EntityNotFoundException|"
        r"Entity Not Found|Unknown (?:database|table|function|user-defined function)|Invalid object name|"
        r"(?:function|type|schema|database) \S+ does not exist|NoSuchTable|NoSuchNamespace|NoSuchDatabase",
    ),
    (
        ROOT,
        r"does not have a current (?:schema|database)|no (?:current )?(?:schema|database) (?:is )?selected|"
        r"No database selected|Cannot perform \w+\. This session|UNDEFINED_FUNCTION|Table or view not found|"
        r"NoSuchBucket|bucket does not exist|Index not found|"
        r"ResourceNotFoundException.*(?:Table|GetItem|Query)",
    ),
    (
        CLEAR,
        r"'[\w.$]+\.[\w.$]+' does not exist|"
        r"depends on a (?:node|source|model) named .* (?:which )?(?:was )?not found|"
        r"missing (?:table|view|schema|database|stage|function)s?\b",
    ),
    (
        CLEAR,
        r"(?:table|view|schema|database|stage|function|sequence|pipe|stream|file format|object|relation|"
        r"dataset|catalog|macro|procedure|namespace)s? (?:named )?[\"'`\[(]?[\w.$@\"-]+[\"'`\])]? (?:is |"
        r"was |are )?(?:missing|absent|gone|unknown|not (?:found|there|present|visible|known)|dropped|"
        r"removed|does not exist|doesn.t exist|cannot be found|could not be found)|"
        r"(?:missing|unknown|no such|cannot find|could not find|unable to find) (?:the )?(?:table|view|"
        r"schema|database|stage|function|object|relation|dataset|namespace)|"
        r"not found: table|\b42P01\b|\b42883\b|\b3F000\b|\b1146\b|\b1049\b|\b208\b.*Invalid object|ORA-00942",
    ),
)

CONTRACT = signatures(
    "contract",
    (
        ROOT + 2,
        r"enforced contract|"
        r"contract (?:on \w+ )?(?:with .{0,40})?(?:is |was )?(?:violated|broken|failed|breach)|"
        r"violat\w+ (?:of )?(?:the )?(?:data )?contract|contract (?:violation|test|check|breach|error)|"
        r"ContractError|ContractViolation|DataValidationError|"
        r"does not (?:meet|match|satisfy) (?:the |its )?contract",
    ),
    (
        ROOT + 2,
        r"data ?contract|datacontract|breaking (?:schema )?change.*contract|contract_mode|schema_contract|"
        r"contract.*(?:fail|reject|refuse)",
    ),
    (
        ROOT + 1,
        r"Provided Schema does not match|jsonschema\S*\.?(?:exceptions\.)?ValidationError|Failed validating|"
        r"Additional properties are not allowed|is a required property|SchemaErrors?\b.*pandera|"
        r"pandera\S*SchemaError|schema registry|IncompatibleSchema|"
        r"not compatible with .*(?:earlier|previous|latest) schema|"
        r"(?:BACKWARD|FORWARD|FULL)(?:_TRANSITIVE)?\b.*compatib",
    ),
    (
        ROOT,
        r"expect_table_columns_to_match|schema(?: check)? \[FAILED\]|Schema check|expect_table_column_count|"
        r"columns are frozen",
    ),
    (
        ROOT + 1,
        r"incompatible with (?:an |the )?(?:earlier|previous|existing|latest|registered)|"
        r"Schemas validity error|XMLSchema\w*Error|\bcvc-|validation errors? for [A-Z]\w+|"
        r"\bis not of type '|is not one of \[|does not match '\^|schema validation (?:failed|error)|"
        r"(?:fails?|failed|violates?) (?:the )?(?:declared |agreed |published )?schema|"
        r"required column missing|forbidden column present|schema mismatch detected when writing|"
        r"column .* not in dataframe|non-nullable series|expected series|\bODCS\b|breaking change|"
        r"compatib\w+ (?:check|level|mode)",
    ),
    (LIKELY, r"\bcontract\b|frozen"),
    (
        ROOT + 2,
        r"Please ensure the name, data_type|assert_columns_equivalent|mismatch_reason|"
        r"missing in (?:contract|definition)|contracted model",
    ),
    (
        ROOT + 2,
        r"column_type_mismatch|missing_column_names|schema_missing_column|forbidden_present|schema_measured|"
        r"wrong column type|when (?:required|forbidden|wrong) column|when mismatching",
    ),
)

SIGNATURES: tuple[Signature, ...] = (
    *COUNTED,
    *MISSING_COLUMN,
    *TYPE_CHANGE,
    *UNEXPECTED_COLUMN,
    *MISSING_OBJECT,
    *CONTRACT,
)
