// The folders within the larger rooms: what each is for, and which others of the same room it may import.

/** A folder of a room, or a file beside its folders, by the file's name without the ending. */
export type InnerRoomRule = {
  readonly holds: string;
  /** The other folders of the same room that it may import. */
  readonly rooms: readonly string[];
};

export const engineRooms: Readonly<Record<string, InnerRoomRule>> = {
  index: {
    holds: "one table of all operations",
    rooms: [
      "bind",
      "tasks",
      "children",
      "claims",
      "leases",
      "questions",
      "sessions",
      "ledger",
      "signals",
      "admin",
      "queues",
      "agents",
      "agent-sessions",
      "machines",
      "nodes",
      "node-rollouts",
      "maintenance",
      "waits",
      "output",
      "engine",
      "caller",
    ],
  },
  bind: {
    holds: "binds operations to a server's engine, and turns trouble with the database into refusals",
    rooms: ["tasks", "claims", "sessions", "tx", "runtime", "engine", "caller"],
  },
  tasks: {
    holds: "operations of task creators: create, read, list, explain, cancel, wait, watch",
    rooms: ["scopes", "claims", "conditions", "health", "views", "waits", "tx", "runtime", "engine", "caller"],
  },
  children: {
    holds: "trees of tasks: what holders create by their calls, cancellation going down, pictures",
    rooms: ["tasks", "conditions", "tx", "runtime", "engine", "caller"],
  },
  claims: {
    holds: "finds eligible tasks and grants them to those who claim or wait",
    rooms: ["scopes", "conditions", "health", "views", "tx", "runtime", "engine", "caller"],
  },
  verification: {
    holds: "what reports and verdicts on them need and write, and the sweep's part of it",
    rooms: ["children", "tasks", "conditions", "tx", "runtime", "engine", "caller"],
  },
  leases: {
    holds: "operations of lease holders: renew, report, suspend, hand off, end; write scopes",
    rooms: ["scopes", "claims", "children", "verification", "conditions", "views", "tx", "runtime", "engine", "caller"],
  },
  questions: {
    holds: "questions of holders: ask, answer",
    rooms: ["leases", "tx", "runtime", "engine", "caller"],
  },
  sessions: {
    holds: "worker sessions, their streams and heartbeats",
    rooms: ["scopes", "claims", "leases", "views", "tx", "runtime", "engine", "caller"],
  },
  ledger: {
    holds: "receipts and obligations: read, append, trace, verify",
    rooms: ["views", "waits", "tx", "runtime", "engine", "caller"],
  },
  admin: {
    holds: "tenants, API keys, credentials, audit records",
    rooms: ["views", "tx", "runtime", "engine", "caller"],
  },
  queues: {
    holds: "operations of operators: list, pause and resume queues, pause tasks, override waits",
    rooms: ["admin", "views", "tx", "runtime", "engine", "caller"],
  },
  agents: {
    holds: "the registry of agents: register, read, list, route, delegate",
    rooms: ["admin", "tasks", "health", "views", "tx", "engine", "caller"],
  },
  "agent-sessions": {
    holds: "sessions of agents: open, keep, close, list",
    rooms: ["agents", "sessions", "leases", "claims", "admin", "scopes", "views", "tx", "runtime", "engine", "caller"],
  },
  health: {
    holds: "whether agents are well, and what claims make of it",
    rooms: ["runtime", "engine"],
  },
  machines: {
    holds: "documents of machines: keep, read, list",
    rooms: ["admin", "views", "tx", "engine", "caller"],
  },
  nodes: {
    holds: "nodes: keys and credentials, configurations, reports, what is in the way of work",
    rooms: ["node-rollouts", "node-configs", "admin", "waits", "views", "tx", "runtime", "engine", "caller"],
  },
  "node-rollouts": {
    holds: "roll-outs of a configuration to many nodes: start, change, read, what answers and time make of them",
    rooms: ["node-configs", "admin", "views", "tx", "engine", "caller"],
  },
  "node-configs": {
    holds: "what nodes, and roll-outs to them, have in common: nodes by id, issued configurations, receipts",
    rooms: ["views", "tx", "runtime", "engine", "caller"],
  },
  scopes: {
    holds: "write scopes: what is in the way of tasks, what leases hold, what goes on when they end",
    rooms: ["runtime", "engine"],
  },
  output: {
    holds: "what tasks print: appends, reads that follow, room",
    rooms: ["leases", "tx", "runtime", "engine", "caller"],
  },
  signals: {
    holds: "signals: send, list",
    rooms: ["views", "tx", "runtime", "engine", "caller"],
  },
  conditions: {
    holds: "what tasks wait for: facts before a wait begins, circles, results for the next holder",
    rooms: ["views", "tx", "caller"],
  },
  maintenance: {
    holds: "what the server does on its own: sweep, retention, partitions, checks",
    rooms: [
      "ledger",
      "node-rollouts",
      "scopes",
      "children",
      "verification",
      "conditions",
      "questions",
      "tx",
      "runtime",
      "engine",
    ],
  },
  waits: { holds: "waiting for a change without holding a connection", rooms: ["runtime", "engine"] },
  views: { holds: "builds messages of the contract from rows", rooms: ["caller"] },
  tx: {
    holds: "what operations share inside a transaction: locks, replay, record",
    rooms: ["scopes", "runtime", "engine", "caller"],
  },
  caller: { holds: "the caller of an operation, as its credential describes it", rooms: [] },
  engine: { holds: "the dependencies of every operation, its first argument", rooms: ["runtime"] },
  runtime: { holds: "what a server keeps in memory: semaphores, caches, hints, quotas, ids", rooms: ["caller"] },
};

export const rpcRooms: Readonly<Record<string, InnerRoomRule>> = {
  services: {
    holds: "one file per service, one engine call per method",
    rooms: ["schedules", "machines", "server", "interceptors", "call", "rules"],
  },
  schedules: {
    holds: "schedules as the tasks that they are: checks, views, commands that are waited for",
    rooms: [],
  },
  machines: {
    holds: "machines: documents that calls bring, executions as the tasks that they are",
    rooms: ["rules"],
  },
  server: {
    holds: "the port: builds everything below and starts it",
    rooms: ["web", "protocol", "net", "admission", "interceptors", "call", "rules", "health", "reflection", "metrics"],
  },
  web: {
    holds: "REST, its reference page, and the path of MCP",
    rooms: ["protocol", "net"],
  },
  protocol: {
    holds: "from an HTTP request to a call and back: gRPC by hand, the rest by the Connect library",
    rooms: ["admission", "net", "interceptors", "call", "rules"],
  },
  admission: {
    holds: "what is decided before a body is read: which calls may enter, and in which order",
    rooms: ["interceptors", "call"],
  },
  credentials: {
    holds: "tokens and certificates, and the principals they stand for",
    rooms: ["interceptors", "net"],
  },
  net: { holds: "sockets, TLS, plain HTTP paths, protection against floods", rooms: ["health", "metrics"] },
  health: { holds: "the gRPC health protocol", rooms: ["interceptors"] },
  interceptors: { holds: "what every call goes through, in order", rooms: ["call", "rules", "metrics"] },
  call: { holds: "a call, and the share of the server that it uses", rooms: [] },
  rules: { holds: "the contract's field rules as compiled checks", rooms: [] },
  reflection: { holds: "the gRPC reflection protocol", rooms: [] },
  metrics: { holds: "what the server counts", rooms: [] },
  "metrics-sum": { holds: "what the processes of a server have counted together", rooms: [] },
};

export const schedulerRooms: Readonly<Record<string, InnerRoomRule>> = {
  worker: { holds: "takes the tasks that are schedules, and does what the rules decide", rooms: ["rules"] },
  rules: { holds: "what a pass over a schedule decides, as pure functions", rooms: ["calendar"] },
  calendar: { holds: "when a schedule fires: pure functions of its spec, its id and a moment", rooms: [] },
};

export const machinesRooms: Readonly<Record<string, InnerRoomRule>> = {
  runner: {
    holds: "takes executions, makes one step, ends with one call; agents from scripts",
    rooms: ["interpreter", "validation", "document", "expressions"],
  },
  interpreter: {
    holds: "a machine, a snapshot and an event to the next snapshot and one effect: pure functions",
    rooms: ["document", "expressions"],
  },
  validation: {
    holds: "every fault of a document",
    rooms: ["interpreter", "document", "expressions"],
  },
  graph: { holds: "machines as pictures", rooms: [] },
  document: { holds: "documents as text and JSON: reading, short forms, places, hashes", rooms: [] },
  expressions: { holds: "CEL with its bounds; templates", rooms: [] },
};

export const nodeRooms: Readonly<Record<string, InnerRoomRule>> = {
  program: {
    holds: "a node: its configuration, whether it is ready, and its worker",
    rooms: ["push", "jobs", "sandbox"],
  },
  push: { holds: "what a node serves at its own address, for dispatchers", rooms: ["jobs"] },
  dispatcher: { holds: "takes jobs, and gives them to nodes at their addresses", rooms: ["jobs"] },
  jobs: { holds: "a job from its payload to its result, over restarts of the node", rooms: ["sandbox"] },
  sandbox: { holds: "ways to run a program of which nothing is known", rooms: [] },
};
