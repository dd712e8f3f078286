// The rooms of the house: what each folder of src/ is for and what it may use. The only place that says so: a test
// holds every import to it, and docs/architecture.md is made from it. Loosening it is a decision, not a fix.

export type Room = "cli" | "rpc" | "loops" | "mcp" | "engine" | "store" | "core" | "kit" | "contract" | "log" | "build";

export type RoomRule = {
  /** What lives there, in a few words for the picture. */
  readonly holds: string;
  /** What the room promises. */
  readonly keeps: string;
  /** Rooms whose files it may import, beside its own. */
  readonly rooms: readonly Room[];
  /** Packages, and builtin modules of Node, that it may import. `node:*` is every builtin; `*` is anything. */
  readonly packages: readonly string[];
};

const protobuf = "@bufbuild/protobuf";
const everyBuiltin = "node:*";

export const rooms: Readonly<Record<Room, RoomRule>> = {
  cli: {
    holds: "main.ts, config.ts, commands",
    keeps: "Builds, starts and stops; alone reads the environment.",
    rooms: ["rpc", "loops", "mcp", "engine", "store", "core", "contract", "log"],
    packages: ["*"],
  },
  rpc: {
    holds: "the door: protocols, interceptors, services",
    keeps: "One engine call a method; alone knows Connect and HTTP.",
    rooms: ["engine", "core", "contract", "log"],
    packages: [protobuf, "@connectrpc/connect", "@connectrpc/connect-node", "jose", "prom-client", everyBuiltin],
  },
  loops: {
    holds: "what runs by itself",
    keeps: "Enters the engine like any caller.",
    rooms: ["engine", "core", "log"],
    packages: [everyBuiltin],
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
    rooms: ["core", "store", "contract", "log"],
    packages: [protobuf, "node:crypto"],
  },
  store: {
    holds: "SQL, transactions, Postgres",
    keeps: "Alone knows SQL; decides nothing.",
    rooms: ["core", "contract", "log"],
    packages: ["pg", protobuf, everyBuiltin],
  },
  core: {
    holds: "the rules",
    keeps: "No input or output, no clock, no randomness.",
    rooms: ["contract"],
    packages: [protobuf, "node:crypto", "node:zlib"],
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
    rooms: ["cli", "rpc", "loops", "mcp", "engine", "store", "core", "contract", "log"],
    packages: ["*"],
  },
};

const files: Readonly<Record<string, Room>> = {
  "src/main.ts": "cli",
  "src/config.ts": "cli",
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

/** What is wrong with an import of a file of `from`: of the file `to`, or of the package `to`. */
export function importFault(
  from: Room,
  to: { readonly path: string } | { readonly package: string },
): string | undefined {
  if ("package" in to) return packageFault(from, to.package);
  const target = roomOf(to.path);
  if (target === undefined) return `${to.path} is in no room`;
  if (target === from || rooms[from].rooms.includes(target)) return undefined;
  return `${from} may not import ${target}`;
}

function packageFault(from: Room, name: string): string | undefined {
  const allowed = rooms[from].packages;
  const isBuiltin = name.startsWith("node:");
  const isAllowed = allowed.some(
    (one) => one === "*" || one === name || name.startsWith(`${one}/`) || (one === everyBuiltin && isBuiltin),
  );
  return isAllowed ? undefined : `${from} may not import the package ${name}`;
}
