// What the commands of each page need that the page does not show: tasks in a certain state, a worker, a file. It is
// bash, run in the shell of the page. `given` runs a command that must work; ids and lease tokens that it prints are
// what placeholders of the page stand for afterwards.

export type Step = {
  /** How the command begins. */
  readonly command: string;
  readonly given?: string;
  /** It does not end by itself. The page goes on when this holds; `$1` and `$2` are its stdout and stderr so far. */
  readonly goesOn?: string;
  readonly exits?: number;
  readonly prints?: RegExp;
};

export type Scene = {
  /** Tools of this name in `.tools` must be installed. */
  readonly needs?: "python-kit";
  /** Before the first command. */
  readonly given?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Files that are blocks of the page: how the block begins. */
  readonly blocks?: Readonly<Record<string, string>>;
  /** Further placeholders of the page, and the words of bash that they become. */
  readonly fill?: Readonly<Record<string, string>>;
  readonly commands?: readonly Step[];
  /** Blocks that show what a command prints, compared with that. */
  readonly shown?: readonly Shown[];
};

export type Shown = {
  /** How the block begins. */
  readonly starts: string;
  readonly command: string;
  /** Only the first line is: the others are an example. */
  readonly headOnly?: boolean;
};

const keyOf = (name: string) => `export ASYNCGATE_API_KEY=$(asyncgate key ${name})`;
const create = (type: string, more = "") => `given asyncgate create-task '{"type": "${type}"${more}}'`;
const claim = (type: string) => `given asyncgate claim-tasks '{"accept_types": ["${type}"]}'`;
const withLease = (command: string, more: string) =>
  `given asyncgate ${command} '{"lease_token": "'"$LEASE"'", ${more}}'`;
const lines = (...all: string[]) => all.join("\n");

const failed = lines(
  create("broken", ', "max_attempts": 1'),
  claim("broken"),
  withLease("fail-task", '"error": {"type": "Broken", "message": "it broke"}'),
);
const questionOfTask =
  '.open_obligations[].receipt | select(.task_id == $task and .type == "RECEIPT_TYPE_INPUT_REQUESTED").receipt_id';
const asked = lines(
  create("deploy"),
  claim("deploy"),
  withLease(
    "request-input",
    '"question": {"title": "Deploy 1.4?", "options": [{"value": "deploy"}, {"value": "wait"}]}',
  ),
  `INPUT=$(asyncgate list-open-obligations | jq -r --arg task "$ID" '${questionOfTask}')`,
);
const aChild =
  '"create": [{"task": {"type": "chapter.write"}}], "wait": {"all_of": [{"any_of": [{"task": {"item": 0}}]}]}';
const serves = { goesOn: 'grep "server listening" "$2"' };

export const scenes: Readonly<Record<string, Scene>> = {
  "README.md": {
    commands: [
      { command: "bin/asyncgate task create greet", prints: /^[0-9a-f-]{36}\n$/ },
      { command: "bin/asyncgate worker run --type greet -- cat", goesOn: "true" },
      { command: "bin/asyncgate task await <id>", prints: /"name": ?"Ada"/ },
      { command: "bin/asyncgate receipts <id>", prints: /task\.assigned[\s\S]*task\.completed/ },
    ],
  },
  "docs/agents.md": {
    blocks: { "agents.yaml": "# agents.yaml", "contracts.yaml": "# contracts.yaml" },
    files: { "render.sh": "#!/bin/sh\ncat\n" },
    commands: [
      { command: "asyncgate agent route a new drawing of a fox", prints: /painter/ },
      { command: "asyncgate agent route --domain printing", prints: /printer/ },
      { command: "asyncgate agent delegate painter", prints: /[0-9a-f-]{36}/ },
      { command: "asyncgate agent check --capability", prints: /painter|not now/ },
      { command: "asyncgate worker run --type image.render", goesOn: "asyncgate agent session list | grep nightly" },
      { command: "asyncgate agent session list", prints: /nightly/ },
      { command: "asyncgate agent contract list", prints: /research-to-writing/ },
    ],
  },
  "docs/children.md": {
    given: lines(create("book.write"), keyOf("executor"), claim("book.write"), "BOOK=$ID"),
    commands: [
      {
        command: "bin/asyncgate task tree",
        given: lines(
          withLease("suspend-task", aChild),
          'given asyncgate claim-tasks \'{"accept_types": ["chapter.write"], "max_tasks": 2}\'',
          'SECOND=$(jq -r ".tasks[1].lease.token" "$OUT/given")',
          withLease("complete-task", '"result": {"json": 1}'),
          "LEASE=$SECOND",
          withLease("start-task", '"request_id": "start"'),
          "unset ASYNCGATE_API_KEY",
          "ID=$BOOK",
        ),
      },
    ],
    shown: [{ starts: "book.write  BLOCKED", command: "bin/asyncgate task tree" }],
  },
  "docs/command-line.md": {
    files: { "input.json": '{"name": "Ada"}\n' },
    fill: { "https://asyncgate.example": '"$URL"' },
    commands: [
      { command: "asyncgate profile set prod", given: keyOf("tasker") },
      { command: "asyncgate profile list", prints: /\* +prod/ },
      {
        command: "ASYNCGATE_PROFILE=test",
        given: 'given asyncgate profile set test --url "$URL"\nunset ASYNCGATE_API_KEY',
      },
      {
        command: `asyncgate task create greet '{"name": "Ada"}'`,
        given: lines(
          "given asyncgate profile remove prod",
          "given asyncgate profile remove test",
          "beside asyncgate worker run --type greet -- cat",
        ),
      },
      { command: "asyncgate task create greet @input.json --wait", prints: /"name": ?"Ada"/ },
      { command: "jq -n", prints: /^[0-9a-f-]{36}\n$/ },
      { command: "asyncgate task create report --after", given: "DONE=$ID" },
      { command: 'asyncgate task await "$ID"', given: "ID=$DONE", prints: /"name": ?"Ada"/ },
      { command: 'asyncgate task redrive "$ID"', given: failed },
      { command: "asyncgate obligations --watch", goesOn: '[ -s "$1" ]' },
      { command: "asyncgate obligations --of", given: keyOf("operator"), prints: /nothing is open/ },
      { command: "asyncgate obligations answer   ", given: "unset ASYNCGATE_API_KEY" },
      { command: 'asyncgate obligations answer "$ID" --answer', given: asked, prints: /on record/ },
      { command: 'asyncgate receipts trace "$ID" --svg', prints: /^<svg/ },
      {
        command: "asyncgate worker run --type greet --slots 4",
        given: 'kill -- "-$BESIDE"',
        goesOn: "ASYNCGATE_API_KEY=$(asyncgate key tasker) asyncgate task create greet @input.json -w | grep Hello",
      },
    ],
  },
  "docs/explain.md": {
    given: create("text.review", ', "queue": "review", "requirements": {"capabilities": ["review"]}'),
    fill: { "0198a3c1-7e52-7c31-a5b4-2f5f1d0c9e01": '"$ID"' },
    commands: [
      { command: "bin/asyncgate list-tasks", prints: /text\.review/ },
      { command: "bin/asyncgate claim-tasks", prints: /agl1_/ },
    ],
  },
  "docs/handing-over.md": {
    commands: [{ command: "bin/asyncgate hand-off", given: lines(create("report.draft"), claim("report.draft")) }],
  },
  "docs/hello/README.md": {
    needs: "python-kit",
    fill: { ".tools/hello-python/bin/python": "python" },
    commands: [
      { command: "curl http://127.0.0.1:7171/asyncgate", prints: /"taskId":/ },
      { command: "curl http://127.0.0.1:7171/v1/tasks", prints: /"existed": ?false/ },
      { command: "node docs/hello/hello.mjs", prints: /^created [0-9a-f-]{36}\n$/ },
      { command: "PYTHONPATH=gen/python .tools/hello-python", goesOn: 'grep -q "^done " "$1"' },
    ],
  },
  "docs/how-to.md": {
    files: { "render.sh": "#!/bin/sh\ncat\n" },
    commands: [
      { command: "asyncgate task redrive", given: failed },
      { command: "asyncgate worker run --type render", goesOn: "true" },
      { command: "asyncgate task cancel", given: create("unwanted") },
    ],
  },
  "docs/ledger.md": {
    needs: "python-kit",
    given: lines(
      create("report.file"),
      claim("report.file"),
      withLease("release-lease", '"reason": "no ink"'),
      claim("report.file"),
      withLease("complete-task", '"result": {"json": 1}'),
      "TASK_ID=$ID",
      keyOf("tasker"),
    ),
    shown: [
      { starts: "flowchart TD", command: "bin/asyncgate receipts trace" },
      { starts: "6 receipts, the chain is whole", command: "PYTHONPATH=gen/python python3" },
    ],
  },
  "docs/machines.md": {
    files: {
      "writer.sh": '#!/bin/sh\necho \'{"output": {"text": "About tea."}}\'\n',
      "critic.sh": '#!/bin/sh\necho \'{"output": {"good": true}}\'\n',
    },
    commands: [
      { command: "bin/asyncgate machine run", prints: /tea/ },
      { command: "bin/asyncgate machine start", prints: /^[0-9a-f-]{36}\n$/ },
      {
        command: "bin/asyncgate machine show",
        given: lines(
          "beside asyncgate worker run --type agent.writer -- ./writer.sh",
          "beside asyncgate worker run --type agent.critic -- ./critic.sh",
        ),
        prints: /About tea/,
      },
      {
        command: "bin/asyncgate machine retry",
        given: lines(
          "kill -- $(jobs -p | sed s/^/-/)",
          'given asyncgate machine start writer --input \'{"topic": "tea"}\'',
          'given asyncgate task cancel "$ID"',
          'asyncgate task await "$ID" >/dev/null 2>&1',
        ),
      },
    ],
  },
  "docs/mcp.md": {
    given: "given asyncgate admin create-tenant --name hosts",
    fill: { "--tenant acme": '"--tenant hosts"' },
    commands: [{ command: "bin/asyncgate admin create-api-key", prints: /"secret": "ag_/ }],
  },
  "docs/names.md": {
    given: "KEY=$(asyncgate key tasker)",
    commands: [
      { command: "bin/asyncgate get-task name:reports/nightly", prints: /"name": "reports\/nightly"/ },
      { command: "curl", prints: /"name": ?"reports\/nightly"/ },
    ],
  },
  "docs/operations.md": {
    // The server of the check has the same database, at another port.
    given: 'export ASYNCGATE_PORT=0 ASYNCGATE_URL="$URL"',
    fill: { "postgres://user:password@db.example/asyncgate": '"$DATABASE"', "ag_…": '"$SECRET"' },
    commands: [
      { command: "bin/asyncgate serve", ...serves },
      { command: "asyncgate serve", ...serves },
      { command: "DATABASE_URL=", ...serves },
      {
        command: "export ASYNCGATE_API_KEY=ag_…",
        given: `SECRET=$(cat "$OUT"/*.out | grep -o '"secret": "[^"]*"' | cut -d '"' -f 4)`,
      },
    ],
  },
  "docs/output.md": {
    given: lines(create("build"), claim("build")),
    commands: [
      {
        command: "bin/asyncgate task logs",
        given: withLease("complete-task", '"result": {"json": 1}'),
        prints: /^hello\n$/,
      },
    ],
  },
  "docs/pausing.md": {
    given: create("mail.send", ', "queue": "mail"'),
    commands: [
      {
        command: "bin/asyncgate override-wait",
        given: create("report", `, "wait": {"all_of": [{"any_of": [{"time": {"after": "600s"}}]}]}`),
      },
    ],
    shown: [{ starts: "queue    waiting", command: "bin/asyncgate queue list", headOnly: true }],
  },
  "docs/questions.md": {
    given: asked,
    fill: {
      "obligations answer 0198…": '"obligations answer $INPUT"',
      '"input_id": "0198…"': `'"input_id": "'"$INPUT"'"'`,
    },
    commands: [
      { command: "bin/asyncgate obligations answer   ", prints: /^Deploy 1\.4\?/ },
      { command: "bin/asyncgate obligations answer 0198… --answer", prints: /on record/ },
      { command: "bin/asyncgate obligations answer 0198… --decline", given: asked, prints: /on record/ },
      { command: "bin/asyncgate provide-input", given: asked },
    ],
  },
  "docs/rest.md": {
    given: "TASKER=$(asyncgate key tasker)",
    commands: [{ command: "curl http://127.0.0.1:7171/v1/tasks", prints: /"task_id"/ }],
  },
  "docs/schedules.md": {
    given: keyOf("tasker"),
    commands: [
      { command: 'curl -H "Authorization: Bearer $ASYNCGATE_API_KEY"', prints: /nightly-report|run_time/ },
      { command: "asyncgate schedule create", given: "given asyncgate schedule delete nightly-report" },
      { command: "asyncgate schedule list", prints: /nightly-report/ },
    ],
  },
  "docs/spend.md": { given: lines(create("research.call"), claim("research.call")) },
  "docs/traces.md": {
    given: "export ASYNCGATE_PORT=0 OTEL_EXPORTER_OTLP_TIMEOUT=1000",
    fill: { "http://collector:4318": "http://127.0.0.1:9" },
    commands: [
      {
        command: "OTEL_EXPORTER_OTLP_ENDPOINT=",
        goesOn: 'grep "traces are sent" "$2" && grep "server listening" "$2"',
      },
    ],
  },
  "docs/waiting.md": { given: lines(create("weather", ', "idempotency_key": "weather-monday"'), create("sales")) },
};
