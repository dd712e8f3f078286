// Calls every tool once or more, with arguments as hosts send them, as one agent that hands over work and does it too.
// What one call answers, the next one uses. Fields that are seldom set are set, so that their schemas are tried, too.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** Answers with the structured content of a call that succeeded. */
export type CallTool = (name: string, given: JsonObject) => Promise<JsonObject>;

const payload = { json: { title: "Report", pages: [1, 2], draft: false, note: null }, media_type: "application/json" };
const handedOver = {
  type: "report.write",
  queue: "tools",
  payload,
  labels: { team: "red" },
  priority: 3,
  max_attempts: 3,
  retry: { initial_interval: "0.1s", multiplier: 2, max_interval: "10s", jitter: 0.1, non_retryable_types: ["Fatal"] },
  idempotency_key: "tools-one",
  deadline: "2999-01-01T00:00:00Z",
  attempt_timeout: "600s",
  expected_outcome: { kind: "RESULT", media_type: "application/json" },
  trace_context: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
};
const result = { json: { answer: 42, list: [{ deep: [true, null] }] } };
const artifacts = [
  { kind: "file", uri: "file:///reports/q3.pdf", media_type: "application/pdf", size: 5, metadata: { a: "b" } },
];

function at(value: JsonValue | undefined, ...path: readonly (string | number)[]): string {
  let found: unknown = value;
  for (const name of path) found = Reflect.get(Object(found), name);
  if (typeof found !== "string") throw new Error(`there is no ${path.join(".")} in ${JSON.stringify(value)}`);
  return found;
}

/** What tools about agents need: one that is registered, which is an operator's, and no tool. */
export async function registerReporter(url: string, key: string): Promise<void> {
  const schema = { type: "object", properties: { month: { type: "string" } }, required: ["month"] };
  const tools = [
    { name: "write", title: "Write", description: "A report.", input_schema: schema, task_type: "report.write" },
  ];
  const agent = {
    agent_id: "reporter",
    display_name: "Reporter",
    domain: "reports",
    contract: { owns: ["monthly report"], defers: [{ what: "invoices", to: "billing" }] },
    roles: ["AGENT_ROLE_EXECUTOR"],
    capabilities: ["report"],
    scope: { include_prefixes: ["printer."] },
    tools,
    write_scopes: ["report:monthly"],
    endpoints: [{ url: "https://reporter.example/healthz", expect: 204 }],
    gates: ["reviewed"],
    keywords: ["quarter"],
  };
  await post(`${url}/v1/agents`, key, { agent });
  const { key: psk } = await post(`${url}/v1/node-enrollments`, key, {});
  await post(`${url}/v1/nodes:register`, String(psk), { node_id: "builder", report: { version: 1, slots: 2 } });
}

async function post(url: string, key: string, body: JsonObject): Promise<JsonObject> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as JsonObject;
}

async function withAgents(call: CallTool): Promise<void> {
  await inSession(call);
  await call("agent_list", { statuses: ["ACTIVE"], page_size: 1 });
  await call("agent_info", { agent_id: "reporter" });
  await call("agent_check", { agent_ids: ["reporter"], strict: true });
  await call("agent_tools", {});
  await call("hand_off_contracts", { page_size: 1 });
  await call("agent_route", { query: { text: "the monthly report of May" } });
  await call("agent_route", { query: { capability: "none has it" } });
  const delegated = {
    agent_id: "reporter",
    tool: "write",
    input: { month: "May" },
    queue: "delegated",
    priority: 2,
    preflight: "ADVISORY",
  };
  await call("delegate", { ...delegated, idempotency_key: "tools-delegated" });
  await call("delegate", { route: { domain: "reports" }, input: { month: "June" }, queue: "delegated" });
}

async function inSession(call: CallTool): Promise<void> {
  const scopes = [{ resource: "report:monthly/may", mode: "WRITE" }];
  const asked = { agent_id: "reporter", role: "EXECUTOR", name: "tools", scopes, ttl: "60s", instance: "host:1" };
  const opened = await call("agent_session", { verb: "open", ...asked, request_id: "tools-session" });
  const agent_session_id = at(opened, "session", "agent_session_id");
  await call("agent_session", { verb: "list", agent_id: "reporter", name: "tools", page_size: 1 });
  await call("lease_next", { agent_session_id, queues: ["none"] });
  await call("agent_session", { verb: "keep", agent_session_id });
  await call("agent_session", { verb: "close", agent_session_id, reason: "done" });
}

/** What `registerReporter` registers is there. */
export async function callEveryTool(call: CallTool): Promise<void> {
  await call("get_config", {});
  const created = await call("create_task", handedOver);
  await call("create_task", handedOver);
  const taskId = at(created, "task", "task_id");
  await call("get_task", { task_id: taskId });
  await call("list_tasks", { states: ["QUEUED"], labels: { team: "red" }, page_size: 1 });
  await call("list_tasks", { ready: true, queue: "tools" });
  await call("explain_task", { task_id: taskId });
  await call("get_task_tree", { task_id: taskId, most: 5 });
  await call("await_task", { task_id: taskId, wait: "0s" });
  const open = await call("list_open_obligations", {});
  await call("bootstrap", {});
  await call("explain_obligation", { receipt_id: at(open, "open_obligations", 0, "receipt", "receipt_id") });
  await work(call);
  await call("await_task", { task_id: taskId, wait: "5s" });
  const receipts = await call("list_receipts", { task_id: taskId });
  const list = receipts["receipts"] as JsonObject[];
  for (const receipt of list) await call("get_receipt", { receipt_id: at(receipt, "receipt_id") });
  await call("trace_receipt", { receipt_id: at(list[0], "receipt_id"), depth: 3 });
  const completed = list.find(({ type }) => type === "RECEIPT_TYPE_TASK_COMPLETED");
  await call("ack_receipt", { receipt_id: at(completed, "receipt_id"), note: "seen" });
  await supplyLocator(call);
  const unwanted = await call("create_task", { type: "report.write", queue: "tools" });
  await call("cancel_task", { task_id: at(unwanted, "task", "task_id"), reason: "not wanted" });
  await call("get_task", { task_id: at(unwanted, "task", "task_id") });
  await call("schedule", {
    verb: "preview",
    spec: { cron: ["0 9 * * MON-FRI"], time_zone: "Europe/Berlin" },
    count: 2,
  });
  await call("schedule", { verb: "list" });
  await withAgents(call);
  await call("node", { verb: "list", states: ["REGISTERED"], page_size: 1 });
  for (const verb of ["get", "explain"]) await call("node", { verb, node_id: "builder" });
  await call("machine", { verb: "validate", document: "name: m" });
  await call("machine", { verb: "list" });
  await call("pause_queue", { queue: "tools", reason: "the printer burns" });
  await call("list_queues", { queue: "tools", page_size: 1 });
  await call("resume_queue", { queue: "tools" });
  await call("list_queues", {});
  await call("list_open_obligations", {});
  await call("list_tasks", {});
}

/** One task: returned, failed once, and completed. */
async function work(call: CallTool): Promise<void> {
  const lease = async () => {
    const leased = await call("lease_next", { queues: ["tools"], accept_types: ["report.write"], wait: "5s" });
    return at(leased, "tasks", 0, "lease", "token");
  };
  const first = await lease();
  await call("renew_lease", { lease_tokens: [first] });
  await call("start_task", { lease_token: first });
  const progress = { percent: 40, message: "half of it", detail: { page: 2 } };
  await call("report_progress", { lease_token: first, progress, checkpoint: { json: { page: 2 } }, receipted: true });
  await call("release_lease", { lease_token: first, reason: "another worker is nearer" });
  const wait = { all_of: [{ any_of: [{ name: "nap", time: { after: "0s" } }] }] };
  const all_of = [...wait.all_of, { any_of: [{ name: "word", signal: { channel: "tools/word" } }] }];
  await call("send_signal", { channel: "tools/word", payload: { json: { go: true } }, ttl: "60s", request_id: "word" });
  await call("suspend_task", { lease_token: await lease(), wait: { all_of }, checkpoint: { json: { page: 3 } } });
  const handed = { queue: "tools", requirements: { capabilities: [] } };
  await call("hand_off", { lease_token: await lease(), to: handed, note: "page 3 is next", refs: artifacts });
  await askAndAnswer(call, await lease());
  const scoped = await lease();
  await call("add_scopes", { lease_token: scoped, scopes: [{ resource: "repo:tools/a", mode: "SCOPE_MODE_READ" }] });
  await call("list_scopes", { prefix: "repo:tools", page_size: 1 });
  await call("release_lease", { lease_token: scoped });
  const error = { type: "Flaky", message: "the printer was away", detail: { code: 7 }, retryable: true };
  await call("fail", { lease_token: await lease(), error, retry_after: "0s" });
  await call("complete", { lease_token: await lease(), result, artifacts });
  await call("lease_next", { queues: ["tools"] });
}

/** It asks itself, which it says that it may. */
async function askAndAnswer(call: CallTool, leaseToken: string): Promise<void> {
  const schema = { type: "object", properties: { approve: { type: "boolean" } }, required: ["approve"] };
  const question = { title: "Print it?", text: "All 40 pages.", context: { pages: 40 }, answer_schema: schema };
  const asked = await call("request_input", {
    lease_token: leaseToken,
    question: { ...question, action_digest: "AAEC" },
    not_the_asker: false,
    also_allowed: [{ role: "operator" }, { principal: { kind: "HUMAN", id: "paul" } }],
    expires: { after: "60s", on_expiry: "DEFAULT", default_answer: { approve: false } },
    escalate: { after: "30s", to: { kind: "HUMAN", id: "pia" } },
    checkpoint: { json: { page: 4 } },
    name: "print",
  });
  const named = { task_id: at(asked, "task_id"), input_id: at(asked, "receipt_id") };
  await call("provide_input", { ...named, answer: { approve: true }, action_digest: "AAEC", request_id: "print" });
}

/** A task that is completed without a place where its result is, which is told later. */
async function supplyLocator(call: CallTool): Promise<void> {
  const created = await call("create_task", { type: "report.write", queue: "tools" });
  const leased = await call("lease_next", { task_ids: [at(created, "task", "task_id")] });
  await call("complete", { lease_token: at(leased, "tasks", 0, "lease", "token") });
  const open = await call("list_open_obligations", {});
  const obligation = at(open, "open_obligations", 0, "receipt", "receipt_id");
  const taskId = at(created, "task", "task_id");
  const receipt = { type: "RECEIPT_TYPE_TASK_COMPLETED", task_id: taskId, parents: [obligation], artifacts };
  await call("append_receipt", receipt);
}
