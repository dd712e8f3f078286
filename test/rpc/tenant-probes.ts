// Which fields of which requests are sent with another tenant's value, made of the descriptors: a method and its fields
// get their probes without a line here, unless a field has a name that says neither that it names a thing nor not.
import type { DescField, DescMethod } from "@bufbuild/protobuf";

/** What a field's value stands for, by its name. */
export type Things = Readonly<
  Record<
    | "task"
    | "receipt"
    | "lease"
    | "session"
    | "schedule"
    | "agent"
    | "acting"
    | "agreement"
    | "node"
    | "enrollment"
    | "rollout"
    | "page",
    string
  >
>;
const thingOf: Readonly<Record<string, keyof Things>> = {
  task_id: "task",
  task_ids: "task",
  taken_by_task_id: "task",
  redrive_of: "task",
  parent: "task",
  root: "task",
  under: "lease",
  receipt_id: "receipt",
  input_id: "receipt",
  parent_receipt_id: "receipt",
  parents: "receipt",
  parent_receipts: "receipt",
  lease_token: "lease",
  lease_tokens: "lease",
  resume_token: "session",
  schedule_id: "schedule",
  agent_id: "agent",
  agent_ids: "agent",
  agent_session_id: "acting",
  binds: "task",
  contract: "agreement",
  node_id: "node",
  node_ids: "node",
  rollout_id: "rollout",
  enrollment_id: "enrollment",
  // The receipt that obliges a node.
  config_version: "receipt",
  page_token: "page",
  cursor: "page",
};

/** Names and words: of nothing, or of things that each tenant has for itself. */
const free = new Set(
  (
    "worker_name version stream channel " +
    "type queue queues capabilities accept_types non_retryable_types idempotency_key request_id instance reason note " +
    "kind media_type id traceparent tracestate message detail details recommended_action json uri target digest " +
    "uri_pattern name evidence_required criteria findings resource prefix " +
    "title text context answer_schema value label description role default_answer answer " +
    "cron time_zone " +
    "display_name domain owns what to include_prefixes include_keys exclude_keys task_type input_schema write_scopes " +
    "url gates keywords superseded_by from_role to_role text capability tool input document execution_name " +
    "node_id_prefix probe_url target_url bearer program_version platform architecture driver memory_by cpus_by " +
    "pids_by workspace_by reasons error effective_hash"
  ).split(" "),
);

/** A new one takes no place in other tenants, and answers like every new one. */
const newIds: Readonly<Record<string, string>> = {
  CreateSchedule: "schedule_id",
  RegisterAgent: "agent_id",
  PutHandOffContract: "name",
};

export type Probe = {
  readonly method: DescMethod;
  /** The way to the field: itself last. */
  readonly fields: readonly DescField[];
  readonly thing: keyof Things;
};

/** A probe for every field that can name a thing of a tenant. Of fields in `unknown`, nothing says what they are. */
export function tenantProbes(methods: readonly DescMethod[]): { probes: readonly Probe[]; unknown: readonly string[] } {
  const unknown: string[] = [];
  const probes = methods.flatMap((method) => [...pathsOf(method, unknown)]);
  return { probes, unknown };
}

/** Ways to every field of a request that can name a thing; two levels of messages are as deep as names lie. */
function* pathsOf(
  method: DescMethod,
  unknown: string[],
  message = method.input,
  above: DescField[] = [],
): Iterable<Probe> {
  for (const field of message.fields) {
    const fields = [...above, field];
    const inner = field.fieldKind === "message" || (field.fieldKind === "list" && field.listKind === "message");
    if (inner && above.length < 2 && field.message !== undefined && !field.message.typeName.startsWith("google.")) {
      yield* pathsOf(method, unknown, field.message, fields);
    }
    const isText = field.proto.typeName === "" && field.proto.type === 9;
    if (!isText || newIds[method.name] === field.name) continue;
    const thing = thingOf[field.name];
    if (thing !== undefined) yield { method, fields, thing };
    else if (!free.has(field.name)) unknown.push(`${method.parent.name}.${method.name} ${field.name}`);
  }
}
