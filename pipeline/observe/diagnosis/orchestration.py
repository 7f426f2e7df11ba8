"""Signatures of class `orchestration`: Airflow 2 and 3, Celery, Batch, Lambda, Glue, and what tasks import.

A table, so it is longer than a module of code may be.
"""

from __future__ import annotations

from pipeline.observe.diagnosis.signature import CLEAR, HINT, LIKELY, ROOT, WORD, Signature, signatures

DAG_IMPORT = signatures(
    "dag_import",
    (
        CLEAR,
        r"Broken DAG|Failed to import: |Failed to import .*dags?/|import errors?: [1-9]|"
        r"[1-9]\d* import errors?|ParseImportError|ImportError.*dag file",
    ),
    (
        CLEAR,
        r"could not be found; either it does not exist|dag_id could not be found|"
        r"did not exist or it failed to parse|DagNotFound|DAG (?:with dag_id: )?\S+ (?:was )?not found|"
        r"Dag .* not found (?:in|during)|Unable to (?:load|find) DAG",
    ),
    (
        ROOT,
        r"DagCycle|Cycle detected in DAG|AirflowDagDuplicatedId|DuplicateTaskId|DagInvalid|"
        r"AirflowDagInconsistent|Task id '?\S+'? has already been added|AirflowClusterPolicyViolation",
    ),
    (
        ROOT,
        r"AirflowTimetableInvalid|CroniterBad\w+|not acceptable, out of range|invalid cron|"
        r"not a valid (?:cron|schedule)|Exactly \d.* columns .*cron",
    ),
    (
        ROOT + 2,
        r"DagBag import timeout|processor.*Process timed out|"
        r"Processor for \S+ with PID \d+ started at .* has timed out|DagFileProcessor.*timed? ?out",
    ),
    (ROOT, r"Failed to serialize DAG|SerializationError|cannot be serialized|DAG .* failed to serialize"),
    (CLEAR + 1, r"\b(?:SyntaxError|IndentationError|TabError)\b", r"dags?/|\bDAG\b|dagbag|dag.processor"),
    (
        ROOT,
        r"DAG\.__init__\(\)|got an unexpected keyword argument",
        r"Broken DAG|Failed to import|dagbag|DAG\.__init__|dag.processing",
    ),
    (
        CLEAR,
        r"(?:DAG|dag) ?(?:file|bag|bundle|processor|source)?s? .*(?:cannot|could not|failed|"
        r"unable) .*(?:import|parse|load|read)|"
        r"(?:cannot|could not|failed to|unable to) (?:import|parse|load|process|serialize) (?:the )?DAG|"
        r"Dag\w*(?:Error|Exception|Invalid)|AirflowDag\w+|dag_id .*(?:unknown|not known|missing)|"
        r"unknown dag|no DAG (?:named|with|called)|was not found in (?:the )?(?:dagbag|serialized)|"
        r"DagRunNotFound|Dag not found",
    ),
    (
        CLEAR,
        r"schedule_interval|`provide_context`|Invalid arguments were passed|"
        r"Tried to (?:create|set) relationships? .*(?:outside|different)|"
        r"(?:task_id|dag_id).*(?:must|invalid|illegal|characters)|Jinja.*dags?/|"
        r"start_date .*(?:missing|required)|missing the start_date",
    ),
    (WORD, r"\bparse|\bdagbag\b|dag file|\bimport\b"),
    (
        ROOT + 2,
        r"Timeout, PID|timed out|AirflowTaskTimeout",
        r"Broken DAG|Failed to import: |DagBag import|dag_?processor_timeout|dagbag_import_timeout",
    ),
)

MISSING_DEPENDENCY = signatures(
    "missing_dependency",
    (
        ROOT,
        r"ModuleNotFoundError|No module named|cannot import name|ImportModuleError|Unable to import module|"
        r"DLL load failed|undefined symbol|cannot open shared object|error while loading shared libraries|"
        r"GLIBC\S* not found",
    ),
    (
        ROOT,
        r"command not found|executable (?:file )?not found|not found in \$PATH|"
        r"No such file or directory: '(?:dbt|java|git|sh|bash|psql|aws|sftp|gpg|unzip|sqlcmd|pg_dump|snow|"
        r"duckdb)'|"
        r"not recognized as an internal",
    ),
    (
        ROOT,
        r"conn_id .*(?:isn't|is not|not) (?:defined|found)|CONNECTION_NOT_FOUND|AirflowNotFoundException|"
        r"Connection (?:with id )?\S+ (?:is )?not (?:found|defined)|VARIABLE_NOT_FOUND|"
        r"Variable \S+ (?:does not|doesn't) exist|Variable .* not found",
    ),
    (
        ROOT,
        r"Could not find adapter type|Could not find profile|profile named .* (?:not|isn't)|"
        r"package\(s\) (?:specified|installed)|packages\.yml.*(?:not|only)|depends on (?:a )?package .*not|"
        r"No dbt_project|required package|packages? (?:\S+ )?(?:is|are) (?:not installed|missing)|"
        r"adapter .* not (?:found|installed)",
    ),
    (
        ROOT,
        r"DistributionNotFound|No matching distribution|ResolutionImpossible|Could not find a version|"
        r"ClassNotFoundException|NoClassDefFoundError|NoSuchMethodError|PackageNotFoundError|"
        r"VersionConflict|No driver|Can't load plugin: sqlalchemy|Data source name not found|Can't open lib",
    ),
    (
        ROOT,
        r"Missing optional dependency|Import(?:ing)? \S+ failed|Install \S+ or \S+ for|"
        r"Unable to find a usable engine|needs? the \S+ (?:package|library|extension)|is not installed|"
        r"extension \S+ (?:is )?not (?:found|loaded|installed)|Failed to (?:download|load) extension",
    ),
    (
        ROOT,
        r"can't find the specified secret|secret \S+ (?:does not exist|not found|is missing)|"
        r"ParameterNotFound|Secrets? (?:backend|manager).*(?:not found|ResourceNotFound)|"
        r"GetSecretValue.*ResourceNotFound|ResourceNotFound.*GetSecretValue",
    ),
    (
        ROOT,
        r"(?:environment|env(?:ironment)? var(?:iable)?)\S* .*(?:not set|missing|required but not|"
        r"undefined)|"
        r"Env var required but not provided|os\.environ\[[\s\S]{0,200}KeyError|KeyError: 'AIRFLOW_",
    ),
    (
        ROOT,
        r"\bpip3?\b.*(?:ERROR|failed)|requirements\.txt.*(?:failed|error|not)|ImagePullBackOff|ErrImagePull|"
        r"manifest (?:unknown|for \S+ not found)|CannotPullContainer|image .*not found|No such image",
    ),
    (LIKELY, r"\bImportError\b|AttributeError: (?:partially initialized )?module '"),
    (WORD, r"\bmodule\b|\bpackage|library|installed|\bconnection id\b|variable"),
    (
        CLEAR + 1,
        r"AttributeError: module '|'\w+' is undefined\. This can happen|"
        r"macro .*(?:package|not (?:found|installed))|dbt_utils.* is undefined|"
        r"has no attribute .*(?:version|upgrade)|unsupported (?:python|library) version|"
        r"incompatible (?:python|library|driver|client) version",
    ),
    (ROOT, r"KeyError: '[A-Z][A-Z0-9_]+'", r"environ|getenv|env(?:ironment)? var"),
    (
        ROOT,
        r"Compilation Error|is undefined",
        r"dbt_utils|dbt_expectations|dbt_date|audit_helper|packages\.yml|"
        r"packages? .*not (?:found|installed)|no package named",
    ),
)

TASK_LOST = signatures(
    "task_lost",
    (
        ROOT,
        r"Detected (?:a )?(?:zombie|task instance without a heartbeat)|Detected as zombie|"
        r"zombie (?:job|task)|without (?:a )?heartbeat|(?:TIs|jobs|tasks) without heartbeat",
    ),
    (
        ROOT,
        r"although the task says|Was the task killed externally|"
        r"state .* (?:has been )?externally (?:set|changed|modified)|changed externally|"
        r"Celery command failed",
    ),
    (
        ROOT,
        r"Received SIGTERM|Negsignal|Task received SIGTERM|AirflowTaskTerminated|"
        r"does not match the current pid|Signals\.SIG(?:KILL|TERM)|signal: (?:killed|terminated)|SIGKILL",
    ),
    (
        ROOT,
        r"WorkerLostError|Worker exited prematurely|"
        r"worker (?:\S+ )?(?:was )?(?:lost|gone|went away|disappeared|vanished|died|crashed|terminated|"
        r"offline)|"
        r"lost (?:executor|worker|node|task)|ExecutorLostFailure|Remote RPC client disassociated",
    ),
    (
        ROOT,
        r"Too many failed heartbeats|heartbeat (?:timed out|timeout|missing|lost)|missed heartbeat|"
        r"No heartbeat|heartbeat recovery.*failed|Heartbeat time ?limit exceeded",
    ),
    (
        ROOT,
        r"\bspot\b.*(?:interrupt|reclaim|terminat)|Host EC2|instance .*(?:terminated|retired)|"
        r"pod .*(?:was )?(?:deleted|not found|preempted|disappeared)|"
        r"node .*(?:not ready|NotReady|shut ?down|drained|terminated)|Essential container in task exited|"
        r"Task stopped|scale.?in",
    ),
    (
        CLEAR,
        r"(?:exit(?:ed)?(?: with)?|return)[ _]?(?:code|status)[\"':= <]*(?:-9|-15|137|143|247)\b|Killed\b|"
        r"was terminated|exit_code=-\d+|Segmentation fault|-11\b.*exit|core dumped|SIGSEGV",
    ),
    (
        CLEAR,
        r"Reset the following [1-9]\d* orphaned|[1-9]\d* orphaned tasks|"
        r"task process .*(?:gone|vanished|died)|job runner .*(?:gone|died)|no longer running|"
        r"Task (?:is )?not running",
    ),
    (
        CLEAR,
        r"(?:worker|task|pod|process|container|executor|job|child|supervisor|runner|triggerer|"
        r"node) (?:\S+ ){0,3}(?:is |was |has |been |have )*(?:lost|killed|gone|vanished|disappeared|"
        r"terminated|evicted|crashed|died|preempted|reaped|missing|stopped|exited) ?(?:unexpectedly|"
        r"externally|abruptly|by|with signal|while|before|without|$)|"
        r"(?:killed|terminated|stopped|ended) by (?:signal|the (?:scheduler|supervisor|kernel|host|platform|"
        r"worker|system))|"
        r"Process (?:was )?(?:killed|terminated)|unexpectedly (?:exited|terminated|died)|ungraceful|"
        r"missed heartbeats? from|Task marked as failed externally|server.?side.*(?:409|not running)|"
        r"TASK_(?:LOST|GONE)|invalid_state.*(?:running|task)|ServerResponseError.*(?:409|404)|\bspot\b|"
        r"reclaimed",
    ),
    (WORD, r"\bworker\b|\bsignal\b|heartbeat|\bpid\b"),
    (
        ROOT + 0.5,
        r"shouldn't be running anymore|Cannot start Task Instance in invalid state|state attribute is|"
        r"state-changed-externally|task-state-changed-externally|Task supervision failed|"
        r"no longer in the running state|finished with state failed, but|Essential container in task exited|"
        r"TaskInstance .*not found.*heartbeat",
    ),
    (CLEAR, r"CrashLoopBackOff"),
)

TIMEOUT = signatures(
    "timeout",
    (
        ROOT + 1,
        r"SensorTimeout|Sensor has timed out|AirflowTaskTimeout|Timeout, PID|DagRun .*timed out|"
        r"dagrun_timeout|Run \S+ of \S+ has timed[- ]out|TaskDeferralTimeout|Trigger timeout|"
        r"Deferr\w+ .*timed out",
    ),
    (
        ROOT + 1,
        r"Task timed out after|"
        r"exceeded (?:its )?(?:maximum|max(?:imum)? (?:run|execution)) (?:time|duration)|TimeoutExpired|"
        r"timed out after [\d.,]+ ?(?:s|sec|seconds|minutes|min|hours|h)\b(?!.*connect)|execution_timeout|"
        r"execution (?:time|timeout) (?:limit|exceeded)",
    ),
    (
        ROOT + 1,
        r"has not reached a terminal (?:status|state)|exceeds the specified timeout|"
        r"States\.(?:Heartbeat)?Timeout|attempt duration exceeded|JobRun.*TIMEOUT|"
        r"Job (?:run )?(?:was )?(?:timed out|timeout)|state[\"': =]*TIMEOUT|TIMED_OUT|status=TIMEOUT|"
        r"Max attempts? (?:reached|exceeded).*wait|Waiter \S+ failed: Max attempts",
    ),
    (
        ROOT,
        r"(?:time ?limit|hard time limit|soft time limit|TimeLimitExceeded)|"
        r"deadline (?:of|for) the (?:task|run|job|step)|SLA .*miss|missed (?:its )?SLA|"
        r"ran (?:for )?longer than|run duration|did not (?:finish|complete|end) (?:with)?in|"
        r"still running after",
    ),
    (
        CLEAR,
        r"Timed out waiting for (?:the )?(?:job|task|dag|run|query|file|crawler|cluster|build)|"
        r"(?:job|task|step|run|function|build|crawler|query) .*(?:timed out|time[- ]out reached|"
        r"reached its (?:time )?limit)",
    ),
    (
        CLEAR,
        r"(?:limit|timeout|time-?out|deadline|budget) (?:of )?\d[\d,.:]* ?(?:s|sec|seconds|m|min|minutes|h|"
        r"hours|ms)?\b.*(?:reached|exceeded|passed|over|hit|expired|elapsed)|"
        r"(?:exceeded|reached|hit|passed|over) (?:the |its |a )?(?:\S+ )?(?:timeout|time limit|time-?out|"
        r"deadline|run limit|time budget|wall ?time)|"
        r"(?:still|not) (?:running|finished|done|complete\w*|terminal) after \d|"
        r"(?:waited|polled|poking|waiting) .*(?:\d+ ?(?:s|min|h|seconds|minutes|hours)).*(?:gave up|"
        r"giving up|no longer|stop)|"
        r"\bTIMEOUT\b|timed? ?out",
    ),
    (WORD, r"time-?out|timed out|\blimit\b"),
)

SCHEDULING = signatures(
    "scheduling",
    (
        ROOT,
        r"open slots in pool|Not scheduling since|max_active_(?:tasks|runs)|max_active_tis|parallelism|"
        r"Not executing |core\.parallelism|no (?:open|free|available) (?:executor )?slots|"
        r"\b0 (?:open|free|available) slots|waiting for (?:a )?(?:free )?slot|pool .*(?:full|exhausted|starv)",
    ),
    (
        ROOT,
        r"scheduler does not appear to be running|last scheduler heartbeat|"
        r"scheduler (?:is )?(?:down|unhealthy|not running|has no heartbeat)|"
        r"scheduler[\"' :{]+\S*status[\"': ]+unhealthy|SchedulerJob .*(?:dead|stale)|No running scheduler|"
        r"Exception when executing Scheduler|"
        r"no heartbeat (?:from|of) (?:the |any )?scheduler|last scheduling decision|parsing queue (?:is|has|holds)",
    ),
    (
        ROOT + 1,  # a limit that a task reached in the queue says that nobody took it
        r"stuck in (?:the )?queued|queued .*(?:longer than|for more than|timeout)|task_queued_timeout|"
        r"TaskQueuedTimeout|remained in queued|Task requeue attempts exceeded|stuck in queue|"
        r"No executor (?:configured|found)|never (?:picked|dequeued)",
    ),
    (
        ROOT,
        r"no(?:ne| run)? (?:run )?created|is_paused[=:\"' ]+true|Pausing DAG|DAG .*is paused|paused since|"
        r"max_consecutive_failed|No (?:runs?|tasks?) (?:was|were )?(?:scheduled|started)",
    ),
    (
        ROOT,
        r"Dependencies (?:are )?not met|Task is not able to be run|not (?:yet )?met for .*depends_on_past|"
        r"Deadlock; marking run|DagRun (?:is )?deadlock|dag run .*deadlock|visibility_timeout|"
        r"unmet dependencies",
    ),
    (
        ROOT + 1,
        r"(?:deadlock|lock (?:wait )?timeout|serialize access|QueuePool limit|could not obtain lock|"
        r"canceling statement due to lock)",
        r"task_instance|dag_run|airflow(?:_db|_meta| metadata|\S*database)|metadata (?:database|db)|"
        r"scheduler_job|\bslot_pool\b|dag_version|serialized_dag|\bjob\b.*latest_heartbeat|UPDATE dag\b",
    ),
    (
        CLEAR + 1,
        r"triggerer (?:is )?not running|previous run .*still running|still queued|nothing (?:was )?started|deferred tasks? wait",
    ),
    (
        CLEAR,
        r"backfill .*(?:waits|blocked)|runs? (?:is|are) (?:over)?due|"
        r"(?:broker|redis|rabbitmq|sqs).*(?:backlog|queue (?:depth|length))|"
        r"\bscheduler loop\b.*(?:took|slow)|tasks? wait(?:ing|s)?,? (?:since|oldest)",
    ),
    (HINT, r"\bqueued\b.*(?:since|for)|not started"),
    (
        CLEAR,
        r"triggerer does not appear|"
        r"no (?:alive|healthy|running) (?:triggerer|scheduler|worker|dag.?processor)|"
        r"(?:max|maximum) (?:number of )?(?:active|concurrent|parallel) (?:dag )?(?:runs?|tasks?)|"
        r"(?:active|concurrent) (?:dag )?runs? (?:limit|\(\d|of \d|reached)|concurrency (?:limit|reached)|"
        r"pool \S+ (?:has|is)|\b0 (?:free|open|available)? ?slots|executor .*(?:full|no slots|at capacity)|"
        r"(?:task|run|dag)s? (?:\S+ )?(?:are |is |stay|remain|sit|sits|stuck|have been |"
        r"has been )+ ?(?:in )?(?:queued|scheduled|no_status|state none|pending)|"
        r"(?:not|never) (?:been )?(?:scheduled|queued|dispatched|triggered|picked up|dequeued|"
        r"started)\b.*(?:since|for|run|task|dag)|"
        r"scheduler.*(?:lag|behind|stall|hang|hung|stopped|restart|crash|exited)|"
        r"run .*(?:overdue|late|missed|skipped)|catchup|next_dagrun|stale (?:dag|DAG)|Deactivat\w+ .*DAG|"
        r"nonexistent pool|pool .*(?:does not exist|doesn.t exist)|Tasks using non-existent pool",
    ),
    (WORD, r"\bscheduler\b|\bpool\b|\bslots?\b|\bqueue\b|\bqueued\b"),
    (
        CLEAR,
        r"\b\d+ (?:dag ?)?(?:runs?|tasks?|task instances?) (?:wait|are waiting|queued|pending|are queued|"
        r"due|late|overdue)|"
        r"(?:run|task|dag)s? .*\b(?:cannot|could not|will not) be (?:scheduled|queued|started)|"
        r"heartbeat (?:is )?older than|next_dagrun_create_after",
    ),
)

SIGNATURES: tuple[Signature, ...] = (*DAG_IMPORT, *MISSING_DEPENDENCY, *TASK_LOST, *TIMEOUT, *SCHEDULING)
