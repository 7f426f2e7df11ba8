"""Signatures of class `infrastructure`: identity, rights, network, limits, machines, provisioning, the other side.

A table, so it is longer than a module of code may be.
"""

from __future__ import annotations

from pipeline.observe.diagnosis.signature import CLEAR, HINT, LIKELY, ROOT, WORD, Signature, signatures

CREDENTIAL = signatures(
    "credential",
    (ROOT, r"\bAuthentication (?:\(\w[\w-]*\) )?failed|\bAuthenticationException|AuthenticationFailed"),
    (
        ROOT,
        r"Permission denied \((?:publickey|password|keyboard|gssapi|hostbased)|"
        r"Permission denied for user \S+ on host",
    ),
    (
        ROOT,
        r"asyncssh\S*\.PermissionDenied|Too many authentication failures|"
        r"No (?:supported )?authentication methods? available",
    ),
    (
        ROOT,
        r"host key verification failed|HostKeyNotVerifiable|no trusted server host keys|"
        r"REMOTE HOST IDENTIFICATION HAS CHANGED",
    ),
    (
        ROOT,
        r"not found in known_hosts|BadHostKey|Host key (?:for|of) .*(?:does not match|mismatch|changed)|"
        r"No (?:\S+ )?host key is known",
    ),
    (
        ROOT,
        r"(?:No such file|not found|cannot (?:open|read)).*(?:known_hosts|id_rsa|id_ed25519|private[_ ]?key|"
        r"\.pem\b|\.p8\b)",
    ),
    (
        ROOT,
        r"not a valid \S+ private key|PasswordRequiredException|Private key file is encrypted|"
        r"KeyImportError|bad decrypt|invalid private key",
    ),
    (
        ROOT,
        r"Unable to load (?:private )?key|Load key .*(?:invalid format|error in libcrypto)|"
        r"UNPROTECTED PRIVATE KEY|incorrect passphrase",
    ),
    (
        ROOT,
        r"Incorrect username or password|password authentication failed|"
        r"Access denied for user .*using password|invalid (?:user ?name|password|login)",
    ),
    (
        ROOT,
        r"JWT token is invalid|390144|390100|390114|390318|390303|394300|Authentication token has expired|"
        r"password has expired|account is locked|user temporarily locked",
    ),
    (
        ROOT,
        r"\bExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|InvalidAccessKeyId|"
        r"\bAuthFailure|IncompleteSignature|RequestTimeTooSkewed|RequestExpired",
    ),
    (
        ROOT,
        r"security token included in the request is (?:invalid|expired)|InvalidIdentityToken|"
        r"TokenRefreshRequired|IDPRejectedClaim",
    ),
    (
        ROOT,
        r"Unable to locate credentials|NoCredential|PartialCredentials|CredentialRetrievalError|"
        r"No valid credential sources|could not find default credentials|DefaultCredentialsError|"
        r"RefreshError",
    ),
    (
        ROOT,
        r"passphrase must be set|PULUMI_ACCESS_TOKEN must be set|invalid access token|could not decrypt|"
        r"fernet\S*InvalidToken|secrets manager: .*passphrase",
    ),
    (
        ROOT,
        r"invalid_client|invalid_grant|invalid_token|invalid[_ ]api[_ ]?key|bad credentials|AADSTS\d+|"
        r"SASL authentication|login (?:failed|incorrect)|not logged in|530 Login",
    ),
    (
        ROOT,
        r"(?:access|bearer|refresh|session|oauth|auth\w*|id|api)?[ _-]?token (?:has |is |was )?(?:expired|"
        r"revoked|invalid|rejected)|"
        r"expired (?:access |api )?token|(?:api )?key (?:was |is )?(?:expired|revoked)",
    ),
    (
        ROOT,
        r"no pg_hba\.conf entry|no basic auth credentials|WWW-Authenticate|"
        r"client certificate (?:required|expired|unknown)|(?:bad|unknown) certificate alert|"
        r"certificate required",
    ),
    (CLEAR, r"\bUnauthori[sz]ed(?:Error)?\b(?! ?Operation)|UnauthorizedException"),
    (CLEAR, r"(?:status(?:[ _]code)?|HTTP/\d\S*|answered|HTTP Error|HTTP|returned|->|=>|error)[ :=(\"']*401\b"),
    (CLEAR, r"HMAC|signature (?:mismatch|is not valid|verification failed)|invalid signature"),
    (LIKELY, r"\b401\b"),
    (
        ROOT,
        r"(?:credential|password|passphrase|secret|api ?key|token|certificate|client secret|key pair|"
        r"private key|public key|fingerprint)s? (?:\S+ )?(?:is |are |was |has |have |were )?(?:not (?:valid|"
        r"trusted|accepted|recogni[sz]ed)|wrong|rejected|refused|revoked|mismatch|does not match|incorrect|"
        r"expired)",
    ),
    (
        CLEAR,
        r"(?:authenticat\w+|login|logon|sign-?in|handshake auth) (?:\S+ )?(?:error|failure|failed|rejected|"
        r"refused|denied|required)|"
        r"could not (?:authenticate|log ?in|verify .* (?:identity|signature))|"
        r"invalid (?:token|credential|key|signature|assertion|jwt)|not (?:been )?authenticated",
    ),
    (WORD, r"credential|password|\bauth\b|known_hosts|host key|token\b"),
)

PERMISSION = signatures(
    "permission",
    (
        ROOT,
        r"not authorized to perform|explicit deny|no identity-based policy allows|UnauthorizedOperation|"
        r"no (?:session|permissions boundary) policy allows",
    ),
    (ROOT, r"\bAccessDenied|AccessDeniedException|Access ?Denied\b|AllAccessDisabled|KMS\S* .*denied"),
    (
        ROOT,
        r"Insufficient privileges|SQL access control error|\b42501\b|permission denied (?:for|to) (?!user)|"
        r"must be (?:owner|superuser)|command denied to user|InsufficientPrivilege",
    ),
    (
        ROOT,
        r"SFTPPermissionDenied|SSH_FX_PERMISSION_DENIED|\[Errno 13\]|\bEACCES\b|"
        r"remote (?:open|mkdir|readdir|rename|delete|setstat)\S*.*permission denied",
    ),
    (
        ROOT,
        r"insufficient[_ ]scope|PERMISSION_DENIED|"
        r"lacks? (?:the )?(?:privilege|permission|right|grant|scope)|"
        r"does not have (?:the )?(?:privilege|permission|\S+ (?:access|permission)|access)|"
        r"missing (?:required )?(?:privilege|permission|scope)",
    ),
    (
        ROOT,
        r"is not allowed to access|IP(?:/Token)? .* not allowed|not permitted to|operation not permitted|"
        r"\bEPERM\b|Read-only file system",
    ),
    (
        CLEAR,
        r"PermissionError|No active warehouse selected|no USAGE on|cannot (?:be )?(?:assume|assumed)|"
        r"NotAuthorized|AuthorizationError|AuthorizationException",
    ),
    (LIKELY, r"\bForbidden\b|[( :=]403\b"),
    (LIKELY, r"Permission denied|not authori[sz]ed(?! or)"),
    (WORD, r"\bgrant|\bdenied|\brole\b|privilege|\bpolicy\b"),
)

NETWORK = signatures(
    "network",
    (
        CLEAR,
        r"Connect(?:ion)?Timeout(?:Error)?|\bRead(?:Timeout|TimeoutError)\b|Read timed out|"
        r"connect timed? ?out|connection timed out|operation timed out|WriteTimeout|PoolTimeout",
    ),
    (
        CLEAR,
        r"Connection refused|ECONNREFUSED|Connection reset|ECONNRESET|Connection aborted|"
        r"ConnectionResetError|RemoteDisconnected|BrokenPipe|Broken pipe|"
        r"\[Errno (?:101|104|110|111|113|32)\]",
    ),
    (
        ROOT,
        r"Name or service not known|name resolution|getaddrinfo|NXDOMAIN|could not translate host|"
        r"UnknownHostException|NameResolutionError|Could not resolve host|no such host|"
        r"nodename nor servname|SERVFAIL",
    ),
    (
        CLEAR,
        r"No route to host|Network is unreachable|EndpointConnectionError|Could not connect to the endpoint|"
        r"EHOSTUNREACH|ENETUNREACH|ConnectionClosedError",
    ),
    (
        CLEAR,
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerification|"
        r"certificate (?:has expired|verify failed|is not (?:yet )?valid)|"
        r"handshake (?:failure|failed|timeout|timed)|SSL SYSCALL|WRONG_VERSION_NUMBER|UNEXPECTED_EOF|"
        r"TLS alert|x509:",
    ),
    (
        CLEAR,
        r"reading SSH protocol banner|kex_exchange_identification|Unable to connect to port|ConnectionLost|"
        r"Connection lost|NoValidConnectionsError|Server connection dropped|Socket is closed|"
        r"no matching (?:key exchange|host key|cipher|mac)",
    ),
    (
        CLEAR,
        r"Server disconnected|RemoteProtocolError|IncompleteRead|ChunkedEncodingError|"
        r"Connection (?:was )?closed (?:by|unexpectedly|before)|closed the connection|"
        r"ResponseStreamingError|peer closed connection|premature(?:ly)? (?:end|closed)|unexpected EOF while",
    ),
    (
        CLEAR,
        r"i/o timeout|dial tcp|TLS handshake timeout|SocketTimeoutException|ConnectTimeoutException|"
        r"Connection to \S+ timed out|could not connect to server|could not connect to (?:host|\S+:\d+)|"
        r"Failed to establish a new connection",
    ),
    (
        CLEAR,
        r"\b25000[13]\b.*(?:Failed to (?:connect|execute)|Could not connect)|ProxyError|"
        r"Tunnel connection failed|curl: \((?:5|6|7|18|28|35|52|55|56|60)\)|gone away|Lost connection to|"
        r"URLError|NewConnectionError",
    ),
    (
        LIKELY,
        r"\b(?:TimeoutError|socket\.timeout|ConnectionError|ConnectError|ReadError|TransportError|"
        r"OperationalError: \(2\d{3})|"
        r"Max retries exceeded|\b08(?:001|006|S01)\b",
    ),
    (HINT, r"timed out|no answer|unreachable|context deadline exceeded|EOFError|did not answer"),
    (
        LIKELY,
        r"\bETIMEDOUT\b|\bECONN\w+|\bEPIPE\b|\bEAI_AGAIN\b|\bENOTFOUND\b|"
        r"connection (?:to \S+ )?(?:was |is |has been )?(?:lost|closed|dropped|broken|interrupted|failed|"
        r"terminated)|"
        r"cannot connect|could not connect|unable to connect|failed to connect|proxy (?:error|refused)|DNS",
    ),
    (WORD, r"socket|\btcp\b|\btls\b|\bssl\b|connect(?:ion)?\b|\bhost\b|\bport\b"),
    (ROOT + 0.5, r"CERTIFICATE_VERIFY_FAILED|SSLCertVerification|certificate has expired|certificate verify failed"),
    (ROOT, r"\bTNS:|RFC_COMMUNICATION_FAILURE|\bno listener\b|not reached|no route\b"),
)

THROTTLING = signatures(
    "throttling",
    (
        ROOT + 1,
        r"\bThrottl(?:ing|ed)|ThrottlingException|\bSlow ?Down\b|RequestLimitExceeded|"
        r"ProvisionedThroughputExceeded|TooManyRequests|Too ?Many ?Requests|BandwidthLimitExceeded|"
        r"EC2Throttled",
    ),
    (
        ROOT + 1,
        r"\brate[ _-]?(?:limit|exceeded|limited|is too high)|reduce your request rate|"
        r"RateLimit-Remaining[\"']?: ?[\"']?0|ConcurrentInvocationLimit|PriorRequestNotComplete|"
        r"RequestThrottled|rateLimitExceeded",
    ),
    (
        ROOT + 1,
        r"MaxStartups|Not allowed at this time|"
        r"(?:connections?|logins?|requests|calls|sessions)(?: \S+){0,3} (?:per|a|/) ?(?:second|minute|hour|"
        r"user|ip|day)|"
        r"too many (?:concurrent |simultaneous |open )?(?:connections|sessions|logins) (?:from|for)",
    ),
    (
        ROOT,
        r"(?:status(?:[ _]code)?|HTTP/\d\S*|answered|HTTP Error|HTTP|returned|->|error)[ :=(\"']*429\b|"
        r"\b429\b.*(?:Client Error|retry|quota|limit)",
    ),
    (
        CLEAR,
        r"\b429\b|RESOURCE_EXHAUSTED.*(?:rate|minute)|quota exceeded.*(?:per|rate|minute)|penalt(?:y|ies)|"
        r"throughput",
    ),
    (
        CLEAR,
        r"try again later.*(?:limit|requests)|back ?off .*(?:limit|429)|"
        r"(?:exceeded|over|reached|hit) (?:the |its |your |our )?(?:\S+ )?(?:request|call|api|rate|"
        r"connection|session|login)s? (?:limit|quota|rate|allowance)|"
        r"REQUEST_LIMIT_EXCEEDED|(?:daily|hourly|minute) (?:api )?(?:limit|quota|allowance)|retry_after|"
        r"retry after \d|quota_exceeded|QPS|\bburst\b",
    ),
    (LIKELY, r"Retry-After"),
    (ROOT, r"\b421 .*too many|too many connections.*(?:this IP|your IP|per IP|internet address)"),
)

CAPACITY = signatures(
    "capacity",
    (
        ROOT,
        r"MemoryError|OutOfMemory|\bOOM|Cannot allocate memory|Unable to allocate|out of memory|"
        r"Java heap space|GC overhead|memory limit (?:exceeded|reached)|exceed\w* (?:the )?memory|"
        r"due to memory",
    ),
    (
        ROOT,
        r"No space left|\bENOSPC\b|disk (?:is )?full|disk quota|StorageFull|"
        r"could not (?:extend|write) .*space|database or disk is full|not enough (?:disk|free) space|"
        r"too many open files|\bEMFILE\b",
    ),
    (
        ROOT,
        r"resource monitor|credit quota|credits? (?:are |is |have been )?(?:used up|exhausted|exceeded)|"
        r"exceeded (?:its|the|your) (?:credit|quota|storage)|has exceeded its quota|"
        r"account (?:is|has been) suspended|trial (?:has )?(?:ended|expired)",
    ),
    (
        ROOT,
        r"InsufficientInstanceCapacity|Insufficient\w*Capacity|Capacity is unavailable|"
        r"insufficient (?:capacity|CPU|memory|free addresses)|InsufficientFreeAddresses|"
        r"unable to place a task|no container instance|nodes are available|FailedScheduling|\bEvicted\b|"
        r"low on resource",
    ),
    (
        ROOT,
        r"LimitExceeded(?:Exception|Fault)?\b|QuotaExceeded|ServiceQuota|VcpuLimit|"
        r"quota (?:of|for) .*(?:reached|exceeded)|Cannot exceed quota|"
        r"(?:limit|quota)(?: of \S+)? (?:was |has been )?(?:reached|exhausted)|"
        r"maximum number of (?:addresses|roles|buckets|instances|\S+ per account)",
    ),
    (
        ROOT,
        r"too many clients already|remaining connection slots|can't start new thread|pthread_create|"
        r"fork.*Resource temporarily unavailable|Out of swap|shared memory segment",
    ),
    (
        ROOT,
        r"(?:memory|heap|disk|storage|swap|inodes?|credits?)\b.* (?:exceeds?|exceeded|above|over|beyond|at (?:9\d|100)) .*"
        r"(?:quota|threshold|limit|maximum)|exceeds? (?:the |its )?\w+ quota",
    ),
    (ROOT, r"Memory Size: (\d+) MB\s+Max Memory Used: \1 MB"),
    (LIKELY, r"\bquota\b.*exce|ResourceExhausted|RESOURCE_EXHAUSTED"),
    (
        CLEAR,
        r"(?:memory|heap|disk|volume|storage|space|inodes?|swap|credits?|quota|workers?|slots?|"
        r"file descriptors?) (?:\S+ )?(?:is |are |was |has |have )?(?:full|used up|exhausted|exceeded|"
        r"insufficient|not enough|too (?:low|small|big))|"
        r"not enough (?:memory|space|disk|capacity|resources)|"
        r"no (?:space|capacity|free (?:space|memory|disk))|100% (?:used|full)|\bcode (?:137|134)\b.*memory|"
        r"OverloadedException|over ?limit|RESOURCE_LIMIT|local disk|remote storage|spill|MaximumStorage",
    ),
    (WORD, r"\bmemory\b|\bdisk\b|\bGiB\b|quota|capacity|\bcredits?\b"),
    (
        ROOT,
        r"exceeded storage allocation|insufficient storage|\b507 |snapshot too old|"
        r"unable to extend (?:table|index|segment|temp)",
    ),
)

PROVISIONING = signatures(
    "provisioning",
    (
        ROOT + 1,
        r"stack is currently locked|acquiring the state lock|state lock|lock file|ConcurrentUpdateError|"
        r"conflict: Another update|pending operations?|snapshot integrity|"
        r"state (?:file )?(?:is )?(?:stale|corrupt)|plan is stale",
    ),
    (
        CLEAR + 1,
        r"DependencyViolation|DeleteConflict|BucketNotEmpty|bucket you tried to delete|MalformedPolicy|"
        r"scheduled for deletion|ResourceInUse|OperationAborted|InvalidParameterCombination|"
        r"InvalidParameterValue|DBInstance\w+State",
    ),
    (
        CLEAR + 1,
        r"(?:Entity|Bucket|Resource|Queue|Role|Db\w*|Log\w*|Topic|Function)\w*Already(?:Exists|Owned)\w*|"
        r"AlreadyExistsException|ResourceExistsException|ResourceConflictException|"
        r"Object '[^']+' already exists|\b002002\b|InvalidGroup\.Duplicate",
    ),
    (
        CLEAR + 1,
        r"Plugin did not respond|inconsistent (?:final plan|result)|"
        r"(?:no|find|load|install) (?:resource )?plugin|failed to (?:load|install) plugin|"
        r"provider (?:crashed|plugin)|unknown resource type|Failed to query available provider|"
        r"Inconsistent dependency lock",
    ),
    (CLEAR + 1, r"still (?:UPDATING|CREATING|DELETING)\b|\bpending (?:creates?|deletes?)\b|lock held by"),
    (
        CLEAR + 1,
        r"ROLLBACK_(?:COMPLETE|FAILED|IN_PROGRESS)|CREATE_FAILED|UPDATE_FAILED|DELETE_FAILED|"
        r"marked for protection|prevent_destroy|"
        r"ResourceNotReady|waiting for (?:successful resource state|state to become|"
        r".* to be(?:come)? (?:created|deleted|available|ready))|unexpected state",
    ),
    (
        CLEAR + 1,
        r"(?:Unsupported|Missing required|Invalid) (?:argument|block|attribute|index|count|for_each)|"
        r"Reference to undeclared|Cycle: |Duplicate resource|duplicate resource URN|Duplicate URN",
        r"pulumi|terraform|opentofu|cloudformation|\.tf\b|│|\bstack\b|snowflake:index",
    ),
    (
        LIKELY + 1,
        r"\*\*(?:creating|updating|deleting|replacing|reading|importing) failed\*\*|"
        r"error: (?:update|preview|destroy|refresh) failed|"
        r"Error: (?:creating|updating|deleting|reading|importing|waiting)|"
        r"(?:creating|updating|deleting) urn:pulumi|urn:pulumi\S+: ",
    ),
    (
        LIKELY,
        r"Planning failed|error applying|apply failed|"
        r"resource (?:creation|deletion|update) (?:failed|cancelled)|terraform .*error|pulumi .*error",
    ),
    (
        CLEAR + 1,
        r"syntax error|SQL compilation error",
        r"urn:pulumi|\*\*(?:creating|updating|deleting|replacing) failed\*\*|^│ Error|on \S+\.tf line",
    ),
    (
        CLEAR + 1,
        r"error: (?:the current deployment has|resource .* has|stack .* (?:already|not found)|"
        r"could not (?:find|read) (?:current )?(?:project|stack)|no stack named)|"
        r"Missing required configuration|Unable to delete|unable to validate AWS|RequestError.*provider|"
        r"is not a valid (?:name|value) for (?:property|attribute)",
        r"pulumi|terraform|opentofu|cloudformation|\.tf\b|│|\bstack\b|snowflake:index",
    ),
    (
        CLEAR + 1,
        r"cannot be (?:deleted|removed|updated|replaced|imported|created)|"
        r"timeout while (?:waiting|creating|deleting)|InvalidRequest.*(?:bucket|role|policy)|NoSuchEntity|"
        r"ValidationError.*(?:stack|template)|No updates are to be performed|"
        r"stack .* is in (?:the )?\w+ state|IllegalLocationConstraint|InvalidBucketName|requires replac|"
        r"already (?:managed|in state)|Resource (?:not found|already managed)|ConflictException|"
        r"error refreshing|checkpoint",
        r"pulumi|terraform|opentofu|cloudformation|\.tf\b|│|\bstack\b|snowflake:index",
    ),
    (
        LIKELY,
        r"\b(?:aws|snowflake|random|kubernetes|azure|gcp|google|docker|tls):\w+[/:][\w/]+:?\w* .*(?:failed|"
        r"error)|"
        r"^\s*error: |│ Error: |on \S+\.tf line",
        r"pulumi|terraform|opentofu|cloudformation|\.tf\b|│",
    ),
    (WORD, r"pulumi|terraform|cloudformation|stack\b|provider"),
    (
        ROOT + 1.2,
        r"deadlock|\block(?:ed|s)?\b.*(?:held|acquir|by|fail)|ConditionalCheckFailed|"
        r"Conflict(?:Exception)?\b|OperationAborted",
        r"\bterraform\b|tfstate|urn:pulumi|\bpulumi (?:up|stack|preview|refresh|destroy)|pulumi:pulumi|"
        r"\*\*(?:creating|updating|deleting) failed|snowflake:index:|cloudformation",
    ),
    (
        ROOT,
        r"interrupted while (?:creating|updating|deleting)|post-step event returned|cannot re-use a name|"
        r"cannot create already existing",
    ),
)

SERVICE = signatures(
    "service",
    (
        CLEAR,
        r"\b50[0-9] (?:Server Error|Internal|Bad Gateway|Service|Gateway|Backend)|HTTP/\d\S* 5\d\d|"
        r"(?:status(?:[ _]?code)?|answered|HTTP Error|HTTP|returned|->|=>|got)[\"']?[ :=(\"']*5\d\d\b|"
        r"\b52[0-7]: ",
    ),
    (
        CLEAR,
        r"Internal ?(?:Server|Service)? ?(?:Error|Failure)|InternalFailure|ServiceUnavailable|"
        r"Service (?:is )?(?:temporarily |currently )?Unavailable|Bad Gateway|Gateway Time-?out|"
        r"ServiceException|backendError",
    ),
    (
        CLEAR,
        r"internal error|SQL execution internal error|\b370001\b|\b300002\b|incident \d+|"
        r"unexpected server error|under maintenance|maintenance (?:mode|window)|"
        r"temporarily unavailable.*(?:try|later)|UNAVAILABLE: ",
    ),
    (
        CLEAR,
        r"Connection reset by .*50[234]|upstream connect error|no healthy upstream|SSH_FX_FAILURE|"
        r"SFTPFailure|server side|XX000",
    ),
    (HINT, r"\b50[0234]\b|\(5\d\d\)"),
    (
        LIKELY,
        r"(?:server|service|backend|upstream|platform|region|endpoint|api) (?:\S+ )?(?:is |was |reports? |"
        r"returned )?(?:an? )?(?:down|unavailable|degraded|failing|error|outage|overloaded|failed|"
        r"not available)|"
        r"outage|unknown (?:server )?error|unexpected (?:condition|error)|Oops|something went wrong|"
        r"we are (?:sorry|working)|INTERNAL\b",
    ),
)

SIGNATURES: tuple[Signature, ...] = (
    *CREDENTIAL,
    *PERMISSION,
    *NETWORK,
    *THROTTLING,
    *CAPACITY,
    *PROVISIONING,
    *SERVICE,
)
