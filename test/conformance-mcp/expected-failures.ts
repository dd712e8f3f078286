// The checks of the conformance program that are expected to fail, by revision, scenario and check, each with its
// reason. A check that fails and is not here fails the run, and so does one that is here and passes.

export type Expected = {
  /** How many scenarios the program has for the revision: none may be lost unnoticed. */
  readonly scenarios: number;
  /** By `scenario:check`. */
  readonly failures: Readonly<Record<string, string>>;
};

const noCompletion = "The bridge offers no completion: the values of its few arguments are not listed anywhere.";
const noLogging = "The bridge sends no log messages to hosts; the revision 2026-07-28 deprecates them.";
const noRequests =
  "Over HTTP the older revision is served without sessions, so the server cannot ask the client anything there.";
const noSessions = "The older revision is served without sessions, so that any replica answers; the check wants one.";
const noSubscription = "Without sessions there is no connection to notify, and the bridge says that it has none.";
const noInput = "A question of a task is answered with provide_input, and is no input that an MCP task requires.";
const noHeaderTool = "No tool of the contract maps an argument to a header, and the library checks only its own tools.";

export const expected: Readonly<Record<string, Expected>> = {
  "2026-07-28": {
    scenarios: 50,
    failures: {
      "completion-complete:completion-complete": noCompletion,
      "http-custom-header-server-validation:sep-2243-server-reject-invalid-param-chars": noHeaderTool,
      "http-custom-header-server-validation:sep-2243-server-reject-param-mismatch": noHeaderTool,
      "http-custom-header-server-validation:sep-2243-server-validate-param-match": noHeaderTool,
      "tasks-dispatch-and-envelope:tasks-result-type-complete-on-non-task-responses": noInput,
      "tasks-lifecycle:sep-2663-tasks-get-status-failed":
        "A task of AsyncGate has no failure of the protocol: work that failed is completed with an error as result.",
      "tasks-mrtr-input:sep-2663-tasks-get-status-input-required": noInput,
      "tasks-mrtr-input:tasks-mrtr-partial-fulfillment": noInput,
      "tasks-mrtr-input:tasks-mrtr-tasks-update-resumes": noInput,
    },
  },
  "2025-11-25": {
    scenarios: 33,
    failures: {
      "completion-complete:completion-complete": noCompletion,
      "elicitation-sep1034-defaults:elicitation-sep1034-general": noRequests,
      "elicitation-sep1330-enums:elicitation-sep1330-general": noRequests,
      "logging-set-level:logging-set-level": noLogging,
      "resources-subscribe:resources-subscribe": noSubscription,
      "resources-unsubscribe:resources-unsubscribe": noSubscription,
      "server-sse-multiple-streams:server-sse-multiple-streams-session": noSessions,
      "server-sse-polling:server-sse-polling-session": noSessions,
      "server-sse-polling:server-sse-priming-event": noSessions,
      "server-sse-polling:server-sse-retry-field": noSessions,
      "tools-call-elicitation:tools-call-elicitation": noRequests,
      "tools-call-sampling:tools-call-sampling": noRequests,
      "tools-call-with-logging:tools-call-with-logging": noLogging,
    },
  },
};
