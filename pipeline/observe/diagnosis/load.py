"""Signatures of class `load`: records, files, keys, data tests, SQL of our own, and writers that meet.

A table, so it is longer than a module of code may be.
"""

from __future__ import annotations

from pipeline.observe.diagnosis.signature import CLEAR, HINT, LIKELY, ROOT, WORD, Signature, signatures

BAD_RECORD = signatures(
    "bad_record",
    (
        CLEAR,
        r"(?:Numeric|Date|Timestamp|Time|Boolean|String|Binary|"
        r"Float) (?:value )?'[^']*'? is (?:not recognized|too long|out of range)|"
        r"is out of range|\b1000(?:35|37|38|39|40|69|72|78|96)\b|\b22(?:001|003|007|008|P02|P05)\b",
    ),
    (
        CLEAR,
        r"NULL result in a non-nullable|Error parsing (?:JSON|XML)|JSONDecodeError|"
        r"invalid (?:input syntax|json|date|timestamp|number)|Unterminated string|unfinished string|"
        r"malformed (?:json|record|line|row)|value too long|out of range|"
        r"(?:character|column|string) length (?:limit|maximum)[^.]* exceeded|longer than (?:the )?(?:column|declared)",
    ),
    (
        CLEAR + 1,
        r"(?:line|row|record) \d+:? (?:lacks|misses|has no|without|missing)\b|\d of [\d,]+ records? (?:has|have) no value",
    ),
    (
        CLEAR,
        r"CSV parse error: Row|Expected \d+ fields in line|Error tokenizing|CSV Error on Line|"
        r"End of record reached while expected|field delimiter|unescaped quote|unquoted|bad line|"
        r"ParserError|_corrupt_record|MALFORMED_RECORD|FAILFAST|field larger than field limit",
    ),
    (
        CLEAR,
        r"time data .* (?:does not|doesn't) match|could not convert string|Could not convert string|"
        r"ConversionException|Conversion Error|invalid literal for (?:int|Decimal)|InvalidOperation|"
        r"ConversionSyntax|Unable to parse|day is out of range|month must be|"
        r"ArrowInvalid: .*(?:parse|convert)|unconverted data remains|OutOfBoundsDatetime|"
        r"NumericValueOutOfRange|StringDataRightTruncation|InvalidDatetimeFormat|InvalidTextRepresentation|"
        r"NotNullViolation",
    ),
    (
        CLEAR,
        r"null value in column|violates (?:not-null|check) constraint|cannot be null|Data too long|"
        r"Data truncat|Incorrect \w+ value|is not a valid (?:date|number|UUID|value)|invalid UUID|"
        r"max LOB size|exceeds .* (?:length|size) limit|Item size has exceeded",
    ),
    (LIKELY, r"ValueError|not recognized|could not be parsed|cannot be read|rejected"),
    (
        LIKELY,
        r"one (?:row|record|line|value) |row \d+ (?:alone|only)|"
        r"other (?:rows|lines|records) (?:are |is |parsed|read)",
    ),
    (
        LIKELY,
        r"(?:record|row|line|value|cell|field|entry) (?:no\.? ?|number ?|#)?[\"']?\S+[\"']? .*(?:invalid|"
        r"malformed|broken|unreadable|cannot|not (?:a|an|valid)|does not (?:fit|parse)|too (?:long|large|"
        r"big)|out of|rejected|skipped|bad)|"
        r"bad (?:record|row|line|value)|"
        r"(?:invalid|malformed|broken|unreadable) (?:record|row|line|value|date|number|character)|"
        r"1 (?:row|record|line|value) (?:was |is )?(?:rejected|bad|invalid|failed)|dead.?letter",
    ),
    (WORD, r"\brow \d|\bline \d|\bvalue\b|\brecord\b"),
    (
        CLEAR + 0.6,
        r"\b(?:row|line|record|message|document)(?: no\.?| number)? ?#?\d+\b(?! at position).*(?:missing|"
        r"null|empty|invalid|required|malformed|broken|too long|not a|cannot)|"
        r"(?:missing|null|empty|invalid|malformed|broken) .*\b(?:in|at|of|on) (?:row|line|record|message|"
        r"document)(?: no\.?| number)? ?#?\d+\b",
    ),
    (
        CLEAR,
        r"larger than specified precision|inserted value too large|arithmetic overflow|"
        r"String or binary data would be truncated|ORA-0(?:1438|1722|1830|1861|12899)",
    ),
)

FILE_MISSING = signatures(
    "file_missing",
    (
        ROOT,
        r"NoSuchKey|NoSuchFile|SFTPNoSuchFile|SSH_FX_NO_SUCH_FILE|specified key does not exist|"
        r"Key \"?\S+\"? does not exist|"
        r"(?:HeadObject|GetObject|CopyObject) operation: (?:Not Found|Key|The specified key)|BlobNotFound|"
        r"PATH_NOT_FOUND|Path does not exist",
    ),
    (
        CLEAR,
        r"FileNotFoundError|\[Errno 2\]|No such file|ENOENT|File \S+ not found|file (?:was |is )?not found|"
        r"can(?:'t|not) (?:find|stat|open) (?:the )?(?:file|'|\"|/)|matched no files|"
        r"no (?:matching )?files? (?:found|match|arrived|that match)|FileNotFound",
    ),
    (
        ROOT,
        r"Remote file '.*' was not found|Copy executed with 0 files|no item named .* in the archive|"
        r"There is no item named|not found in (?:the )?archive|filename not matched|"
        r"No files found that match|not in archive|(?:member|entry) .*not found",
    ),
    (
        CLEAR,
        r"(?:404|Not Found).*(?:url: )?\S+\.(?:csv|zip|json|xml|gz|parquet|xlsx|txt)|"
        r"(?:expected|announced|promised|due) .*(?:file|drop|object)s?.*(?:missing|absent|not (?:there|"
        r"found|arrived)|gives 0|0 )|"
        r"file .*(?:missing|has not arrived|never arrived|did not arrive|not (?:been )?delivered)|"
        r"no (?:new )?(?:drop|file|object)s?\b.*(?:of|for|since|in)",
    ),
    (HINT, r"\b404\b|Not Found|0 files"),
    (
        CLEAR,
        r"(?:file|object|key|drop|archive|export|marker|manifest|attachment|path|folder|"
        r"directory) (?:\S+ )?(?:is |was |has |were )?(?:not (?:there|found|present|arrived|delivered|yet)|"
        r"missing|absent|gone|deleted|does not exist|no longer exists|never (?:arrived|came))|"
        r"(?:missing|no such|cannot find|could not find|expected) (?:the )?(?:file|object|key|archive|"
        r"member|path|directory)|"
        r"No such remote|550 .*(?:No such|not found|unavailable)|No objects? (?:found|match)|"
        r"not exist: s3://|s3://\S+ (?:does not exist|not found)",
    ),
    (WORD, r"\bfile\b|\bs3://|\.csv\b"),
    (ROOT, r"specified blob does not exist|\b550 .*(?:open|find|exist|such|file)"),
)

FILE_FORMAT = signatures(
    "file_format",
    (
        ROOT,
        r"not a gzip|Not a gzipped|BadGzipFile|not a zip file|BadZipFile|BadZipfile|"
        r"invalid (?:compressed|block|header|distance|stored)|incorrect (?:header|data) check|"
        r"CRC check failed|Error -[35] while decompressing|zlib\.error|Compressed file ended before|"
        r"unexpected end of (?:file|data|archive|stream)|Truncated|corrupt",
    ),
    (
        ROOT,
        r"(?:UnicodeDecodeError|codec can't decode|Invalid UTF-?8|invalid byte sequence|invalid start byte|"
        r"invalid continuation byte|invalid utf-8|UTF-16|not (?:valid )?UTF-8|encoding (?:error|problem)|"
        r"BOM\b|CharacterNotInRepertoire)",
    ),
    (
        ROOT,
        r"magic (?:bytes|number)|not a Parquet|Not a parquet|Is this a 'parquet'|"
        r"not an? (?:avro|orc|arrow|excel|xlsx?) (?:data )?file|Invalid (?:Parquet|Avro|ORC)|XLRDError|"
        r"Excel file format cannot be determined|InvalidFileException|Unsupported format, or corrupt|"
        r"Expected BOF record|footer|Snappy|not a valid (?:xml|json|csv|parquet|zip) (?:file|document)",
    ),
    (
        ROOT,
        r"instead of record delimiter|Found character .* instead of|"
        r"delimiter .*(?:not found|differs|changed|expected|is now)|separator|"
        r"file format .*(?:mismatch|wrong|differs)|unknown (?:compression|file format|format)|"
        r"UnsupportedCompression|could not (?:detect|determine|sniff) .*(?:delimiter|format|dialect)|"
        r"Sniffing",
    ),
    (
        ROOT,
        r"header (?:row |line )?(?:is |was )?(?:read|loaded|taken|parsed) as data|SKIP_HEADER|"
        r"No columns to parse|EmptyDataError|empty file|file is empty|(?:size|is|of|has|:) 0 bytes|"
        r"zero[- ]byte|not well-formed|ParseError: |mismatched tag|Extra data: line 1 column|"
        r"Expecting value: line 1 column 1",
    ),
    (
        ROOT,
        r"gzip: .*(?:not in gzip format|unexpected end)|"
        r"gpg: .*(?:no valid OpenPGP|decryption failed|invalid packet)|"
        r"tar: .*(?:not look like|Unexpected EOF)|"
        r"ReadError: (?:not a|file could not be opened|unexpected end)|unpack requires a buffer",
    ),
    (
        CLEAR,
        r"(?:file|archive|stream|page|footer|block|payload|body|document|content|header) (?:\S+ )?(?:is |"
        r"was |has |looks |seems )?(?:truncated|corrupt\w*|damaged|incomplete|cut off|not (?:a|an|"
        r"in) \S+ (?:file|format)|unreadable|encrypted|password.protected|binary)|"
        r"(?:wrong|unexpected|unknown|unsupported|different|invalid) (?:file )?(?:format|encoding|"
        r"compression|delimiter|charset|codec|separator|header|quote|line ending)|"
        r"(?:encoding|charset|delimiter|compression|separator) (?:is |was |of |changed|differs|mismatch)|"
        r"first (?:line|row|bytes?) (?:is|are|holds|looks)|"
        r"column names? (?:as|in) (?:the )?(?:data|first row)|\\x[0-9a-f]{2}\\x|"
        r"0x[8-9a-f][0-9a-f]\b.*(?:decode|position|byte)|JSON.*(?:array|object) expected|"
        r"Document is (?:too large|not)|outer array|unexpected content",
    ),
    (LIKELY, r"<html|<!DOCTYPE"),
)

DUPLICATE = signatures(
    "duplicate",
    (
        ROOT,
        r"duplicate (?:key|row|entry|record|file|primary|value|item|id)s?(?! dependenc)|Duplicate entry|"
        r"UniqueViolation|unique constraint|UNIQUE constraint|violates unique|ConstraintException.*uplicate|"
        r"Duplicate row detected|contains duplicates|is not unique|DuplicateKey|E11000",
    ),
    (
        ROOT,
        r"cannot affect row a second time|at most one source row|matched (?:multiple|more than one)|"
        r"MERGE statement (?:matched|attempted).*more than once|"
        r"multiple (?:source )?rows (?:matched|in the source)|loaded (?:twice|already|two times)|"
        r"already (?:been )?(?:loaded|ingested|processed|published)",
    ),
    (
        ROOT,
        r"(?:is|are|occurs?|holds?|there|appears?|came|sent|arrived|stands?) (?:there )?(?:twice|two times|"
        r"2 times|again)|"
        r"same (?:file|key|row|content|checksum|sha256|md5|bytes) (?:as|twice|again|under|loaded)|"
        r"expect_column_values_to_be_unique|expect_compound_columns_to_be_unique|\bunique_\w+|"
        r"duplicate_count|duplicates? (?:found|in)|MERGE_CARDINALITY|CardinalityViolation",
    ),
    (LIKELY, r"\bduplicates?\b|\b23505\b|\b1062\b|\b100090\b"),
    (
        CLEAR,
        r"(?:key|row|id|file|record|batch|object|order|invoice|customer|value|number)s? (?:\S+ ){0,2}(?:is |"
        r"are |was |were |has been )?(?:repeated|duplicated|doubled|already (?:exists?|there|present|in|"
        r"loaded|seen)|seen before|not unique|more than once|present twice)|"
        r"more than one (?:row|record|current|match|entry)|[1-9]\d* duplicate|"
        r"multiple rows (?:for|match|with)|non-?unique|uniqueness|unique test|"
        r"distinct .*(?:differ|less|fewer)|double[- ]?(?:load|count|entry)|row_number\(\)|count\(\*\) > 1|"
        r"having count",
    ),
)

QUALITY = signatures(
    "quality",
    (
        CLEAR,
        r"Failure in (?:data )?test|Got \d+ results?, (?:expected|configured)|\d+/\d+ checks FAILED|"
        r"ERROR STALE|\[FAILED\]|Test failed\. Query|\"success\": ?false|ValidationError.*expectation|"
        r"unexpected_(?:count|percent)|expectation (?:suite )?(?:failed|not met)|expect_\w+",
    ),
    (
        CLEAR,
        r"(?:freshness|row ?count|null_check|value_check|threshold|tolerance|control total|checksum|totals?|"
        r"reconcil\w+|balance|sum) .*(?:FAILED|fail|differs?|mismatch|exceed|below|above|off|not met|"
        r"violated|wrong)",
    ),
    (
        CLEAR,
        r"(?:following tests have failed|data quality|quality (?:check|gate|rule|test)s? (?:failed|not)|"
        r"anomal\w+|drift of|DQ (?:check|rule)|ForeignKeyViolation|violates foreign key|"
        r"foreign key constraint|orphan(?:ed)? (?:row|record|key)s|referential|no such (?:vendor|customer|"
        r"order|product|parent)|not present in table)",
    ),
    (
        CLEAR,
        r"row count .*(?:expected|but|instead|differs|dropped|fell)|"
        r"expected .* rows?,? (?:but )?(?:got|found|have)|(?:rows|lines) .*(?:fewer|more|less) than|"
        r"Rule_\d+.*Fail|(?:Completeness|Uniqueness|ColumnValues|RowCount)\b.*(?:Failed|fail)|"
        r"AssertionError|assertion failed|check(?:s)? failed",
    ),
    (HINT, r"\bFAILED\b|mismatch|stale\b"),
    (
        LIKELY,
        r"(?:check|test|rule|audit|expectation|assertion|validation|monitor|reconciliation|"
        r"control)s? (?:\S+ ){0,3}(?:failed|FAILED|did not pass|not passed|violated|fails)|"
        r"FAIL(?:ED)? \d+|"
        r"(?:expected|actual|source|target|partner|table) ?[:=]? ?[\d.,]+ .*(?:actual|target|got|found|"
        r"table|loaded) ?[:=]? ?[\d.,]+|"
        r"max(?:imum)? age|too old|\bstale\b|freshness|null rate|nulls? .*(?:rose|jumped|share)|out ?lier|"
        r"rows? (?:dropped|fell) (?:by|to)|not in (?:the )?(?:accepted|allowed|agreed) (?:set|values|list)|"
        r"accepted_values|not_null_|relationships_|dbt_expectations|dbt_utils",
    ),
    (WORD, r"\bchecks?\b|\btests?\b|\bthreshold"),
    (
        LIKELY,
        r"(?:below|above|under|over|outside)(?: of)? (?:the )?(?:threshold|limit|minimum|maximum|range|"
        r"tolerance|agreed|expected)",
    ),
    (ROOT + 2, r"failed element-?wise validator|failure cases|failed (?:series|dataframe) (?:or dataframe )?validator"),
)

TRANSFORMATION = signatures(
    "transformation",
    (
        CLEAR + 0.2,
        r"syntax error|Syntax error|ParsingException|ParseException|Parser Error|parse error line|"
        r"PARSE_SYNTAX_ERROR|\b001003\b|\b42601\b|unexpected '(?!\S+\.csv)|(?<!SQL )Compilation Error|"
        r"undefined (?:macro|variable)|is undefined|jinja2",
    ),
    (
        ROOT + 1,
        r"UndefinedError|\bmacro '?[\w.]+'? (?:was |is )?(?:not found|undefined|unknown)|TemplateSyntaxError|"
        r"neither an aggregate nor in the group by|\bgroup by\b.*\bnot (?:valid|allowed)",
    ),
    (
        CLEAR,
        r"Division by zero|ZeroDivisionError|\b22012\b|\b100051\b|ambiguous column|is ambiguous|"
        r"not a valid group by|must appear in the GROUP BY|NOT_AN_AGGREGATE|"
        r"aggregate functions? (?:cannot|are not allowed)|Window function|"
        r"invalid (?:number|argument) of arguments|not enough arguments|too many arguments for function|"
        r"Single-row subquery|more than one row returned by a subquery|subquery .*more than one",
    ),
    (
        CLEAR,
        r"Could not choose a best candidate|NameError|UnboundLocalError|RecursionError|"
        r"AssertionError: (?!.*expect)|NotImplementedError|unsupported operand|'NoneType' object|"
        r"KeyError: '[a-z]'$|unhashable|list index out of range|SettingWithCopyError|"
        r"RuntimeError: (?:generator|dictionary)",
    ),
    (
        CLEAR,
        r"recursive (?:CTE|query)|Binder Error: (?:Ambiguous|GROUP|aggregate)|"
        r"column .* specified more than once|invalid regular expression|re\.error|"
        r"Unsupported (?:subquery|feature)|\b002031\b|\b000979\b|\b001104\b|\b002076\b",
    ),
    (
        ROOT,
        r"(?:not recognized|invalid identifier|does not exist|invalid input)",
        r"START hook|while running on-run|insert into .* values|changed in commit|"
        r"our (?:own )?(?:SQL|model|code|transform)|since commit|typo|merged (?:today|yesterday)|"
        r"was [\w.:]+ before|(?:last|new) (?:commit|release|version) of the (?:model|transform)",
    ),
    (
        LIKELY,
        r"SQL compilation error|Database Error in model|Runtime Error in model|Traceback .*transform|"
        r"TransformationError|\b002140\b|Unknown function",
    ),
    (
        LIKELY,
        r"(?:model|transform|query|select|macro|expression|statement|function|view) (?:\S+ ){0,3}(?:is |"
        r"has )?(?:wrong|invalid|not valid|broken|at fault)|"
        r"invalid (?:expression|argument|operation|use of)|not supported|cannot be (?:used|applied|nested)|"
        r"missing (?:comma|parenthesis|from|join)|incompatible (?:operand|argument)|overflow|"
        r"dependency cycle|Found a cycle|dbt found two|depends on a node|is not defined|cartesian|"
        r"nondeterministic",
    ),
    (WORD, r"\bmodel\b|\bselect\b|\bsql\b|compil"),
    (
        LIKELY,
        r"\bTypeError|\bAttributeError|\bIndexError|No function matches|Invalid argument types|"
        r"Binder Error: Cannot",
    ),
    (LIKELY + 1, r"each \S+ query must have the same number of columns|UNION types|same number of (?:result )?columns"),
    (
        CLEAR,
        r"No function matches|Invalid argument types for function|"
        r"Cannot (?:compare|mix) (?:values of )?types?|operator does not exist: ",
    ),
)

CONCURRENCY = signatures(
    "concurrency",
    (
        ROOT,
        r"deadlock|Deadlock|\b40P01\b|\b40001\b|could not serialize|serialization failure|"
        r"SerializationFailure|"
        r"lock(?:ed)? .*(?:timeout|timed out|not (?:yet )?been released|could not be (?:acquired|obtained)|"
        r"wait)|"
        r"Lock wait timeout|\b55P03\b|could not obtain lock|LockNotAvailable|database is locked|"
        r"Could not set lock|Conflicting lock",
    ),
    (
        ROOT,
        r"number of waiters for this lock|\b000625\b|\b000604\b|\b000630\b|"
        r"Statement reached its statement (?:or warehouse )?timeout|statement timeout|"
        r"canceling statement due to|was aborted because|\b57014\b|QueryCanceled|SQL execution canceled",
    ),
    (
        ROOT,
        r"CommitFailed|ConcurrentModification|Concurrent\w*Exception|"
        r"concurrent (?:update|write|append|transaction|commit|delete)|Transaction conflict|"
        r"TransactionConflict|Conflict on update|\bWriteConflict|Conflicting (?:commit|operation)|"
        r"DELTA_CONCURRENT|has changed: expected|optimistic|serializable isolation violation",
    ),
    (
        ROOT,
        r"ConditionalCheckFailed|PreconditionFailed|pre-?conditions? you specified|\b412\b|"
        r"ConditionalRequestConflict|If-(?:None-)?Match|ETag .*(?:changed|mismatch|differs)|"
        r"another (?:run|writer|process|transaction|load|worker|session)|claim is held|lease is held|"
        r"(?:advisory|table|row|file) lock|held by (?:run|session|transaction|process|pid)",
    ),
    (
        CLEAR,
        r"\block(?:s|ed)? (?:\S+ ){0,4}(?:held|taken|busy|conflict|wait|timeout|expired)|"
        r"(?:conflict|race|collision|contention) (?:\S+ ){0,3}(?:with|between|on|detected)|"
        r"(?:two|2|both|other|another|second|parallel|concurrent|simultaneous) (?:\S+ )?(?:writers?|runs?|"
        r"loads?|sessions?|transactions?|jobs|processes|merges|commits)|"
        r"lost the race|stale (?:snapshot|version|etag|pointer)|version (?:conflict|mismatch)|"
        r"must be retried|try restarting transaction|snapshot .*(?:changed|stale)|base (?:metadata|version)|"
        r"busy",
    ),
)

SIGNATURES: tuple[Signature, ...] = (
    *BAD_RECORD,
    *FILE_MISSING,
    *FILE_FORMAT,
    *DUPLICATE,
    *QUALITY,
    *TRANSFORMATION,
    *CONCURRENCY,
)
