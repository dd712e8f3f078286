// The architecture: every import follows the table of rooms, and rules that no compiler checks are checked here. A
// finding is fixed in the code; an exception is listed below with its reason, and removed when it is not needed.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  isGenerated,
  openingComment,
  packageOf,
  readSource,
  readSources,
  type Source,
  targetOf,
} from "../../src/build/generate-docs-source.ts";
import { importFault, innerRoomOf, roomOf, rooms } from "../../src/build/rooms.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = readSources(root);
const written = sources.filter(({ path }) => !isGenerated(path));
const filesMax = 20;
const linesMax = 400;
const columnsMax = 120;

type Exceptions = Readonly<Record<string, string>>;

/** Files that may read the environment. */
const environmentReaders: Exceptions = {
  "src/main.ts": "the one reader: it hands the environment on",
  "src/cli/demo/worker.ts": "a program of its own, as short as a worker can be",
  "src/cli/demo/task.ts": "its programs inherit PATH and the rest from it",
  "src/cli/demo/agents.ts": "its programs inherit PATH and the rest from it",
  "src/cli/demo/executor.ts": "a program of its own",
  "src/cli/demo/orchestrator.ts": "a program of its own",
  "src/cli/demo/verifier.ts": "a program of its own",
  "src/postgres/embedded-postgres-process.ts": "Postgres is given PATH, and nothing else of the environment",
  "src/postgres/scratch-postgres.ts": "TEST_DATABASE_URL and TEST_POSTGRES belong to tests, not to the server",
  "src/postgres/scratch-place.ts": "TMPDIR belongs to tests and generators, not to the server",
};

/** Files that may use a clock or randomness. Rules and operations get both as arguments. */
const clocksAndDice: Exceptions = {
  "clients/typescript/src/backoff.ts": "those who failed together come back at different times",
  "clients/typescript/src/client-calls.ts": "ids of calls, which no other process may make",
  "clients/typescript/src/grpc-js-transport.ts": "its library wants deadlines as moments",
  "clients/typescript/src/worker.ts": "the part of request ids that no other process has",
  "src/cli/doctor.ts": "how long a certificate is still valid",
  "src/cli/task/create.ts": "a person says how long from now a deadline is",
  "src/main.ts": "the clock of log lines",
  "src/node/jobs/supervise-main.ts": "when a job has begun and ended",
  "src/node/push/bearer.ts": "when the bearer ends, which the service says as a time",
  "src/node/program/credential.ts": "when the credential ends, which the service says as a time",
  "clients/typescript/src/output.ts": "when a handler has printed something",
  "src/server/run-server.ts": "the one home of both: everything else is given them from here",
  "src/server/engine-from-config.ts": "the engine is given its dice and the time of its start",
  "src/engine/runtime/ids.ts": "the one home of ids: their random part",
  "src/postgres/embedded-postgres-cluster.ts":
    "the password of an embedded Postgres, and names that no other start uses",
  "src/postgres/embedded-postgres-programs.ts": "a folder's name that no other start uses",
  "src/store/transaction.ts": "rivals of a conflict wait for different times; decides nothing",
};

function faults(check: (source: Source) => Iterable<string>, among: readonly Source[] = written): string[] {
  return among.flatMap((source) => [...check(source)].map((fault) => `${source.path}${fault}`));
}

function* importFaults({ path, imports }: Source): Iterable<string> {
  if (roomOf(path) === undefined) return yield " is in no room of src/build/rooms.ts";
  for (const { specifier, line } of imports) {
    if (specifier === undefined) {
      yield `:${line} imports something computed, which cannot be checked`;
      continue;
    }
    const target = targetOf(path, specifier);
    const fault = importFault(path, target === undefined ? { package: packageOf(specifier) } : { path: target });
    if (fault !== undefined) yield `:${line} ${fault} (${specifier})`;
  }
}

function* matches({ code }: Source, pattern: RegExp, what: string): Iterable<string> {
  for (const [index, line] of code.split("\n").entries()) if (pattern.test(line)) yield `:${index + 1} ${what}`;
}

function* except(exceptions: Exceptions, source: Source, found: Iterable<string>): Iterable<string> {
  if (!Object.hasOwn(exceptions, source.path)) yield* found;
}

function unused(exceptions: Exceptions, pattern: RegExp): string[] {
  const lines = (path: string) => sources.find((one) => one.path === path)?.code.split("\n") ?? [];
  return Object.keys(exceptions).filter((path) => !lines(path).some((line) => pattern.test(line)));
}

const environment = /\bprocess\.env\b/;
const clockOrDie = /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|^import \{.*\brandom[A-Z]\w+|\bgetRandomValues\b/;
const outside = /(?<![.\w])(process|console|fetch|performance|setTimeout|setInterval|setImmediate|globalThis)\b(?!:)/;
const anyType = /(?<![.\w$])any(?![\w$:(]|\s*=)/;
const sqlText = /^\s*(select\s[\s\S]*\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|create\s+table\s)/i;

describe("the rooms", () => {
  test("what is said of them has room in their picture", () => {
    const shown = Object.entries(rooms).filter(([name]) => !["cli", "log", "build"].includes(name));
    expect(shown.filter(([, { holds, keeps }]) => holds.length > 46 || keeps.length > 66)).toEqual([]);
  });

  test("no file imports what its room may not import", () => {
    expect(faults(importFaults, sources)).toEqual([]);
  });

  test("every import is seen: there are as many as lines that look like one", () => {
    for (const { path, text, imports } of sources) {
      const lines =
        text.match(/^(import\b.*|export\b.*|\} )from "|^import "|^\} from "|\bawait import\(/gm)?.length ?? 0;
      expect(imports.length, path).toBeGreaterThanOrEqual(lines);
    }
  });

  test("rooms that a room may use never lead back to it, and neither do its folders", () => {
    type Table = Readonly<Record<string, { readonly rooms: readonly string[] }>>;
    const reaches = (table: Table, from: string, seen: Set<string>): Set<string> => {
      for (const next of table[from]?.rooms ?? []) if (!seen.has(next)) reaches(table, next, seen.add(next));
      return seen;
    };
    const circles = (table: Table) => Object.keys(table).filter((room) => reaches(table, room, new Set()).has(room));
    for (const table of [rooms, ...Object.values(rooms).flatMap(({ inner }) => (inner ? [inner] : []))]) {
      expect(circles(table)).toEqual([]);
    }
    expect(circles({ a: { rooms: ["b"] }, b: { rooms: ["a"] } })).toEqual(["a", "b"]);
  });

  test(`keeps folders to ${filesMax} files where a room has folders`, () => {
    const counts = new Map<string, number>();
    for (const { path } of sources) {
      const inner = innerRoomOf(path);
      if (inner !== undefined)
        counts.set(`${roomOf(path)}/${inner}`, (counts.get(`${roomOf(path)}/${inner}`) ?? 0) + 1);
    }
    expect([...counts].filter(([, count]) => count > filesMax)).toEqual([]);
    expect(counts.size).toBeGreaterThan(0);
  });

  test("every import that the table allows between folders is used", () => {
    const used = new Set<string>();
    for (const { path, imports } of sources) {
      for (const { specifier } of imports) {
        const target = specifier && targetOf(path, specifier);
        if (target && roomOf(target) === roomOf(path)) {
          used.add(`${roomOf(path)}: ${innerRoomOf(path)} ${innerRoomOf(target)}`);
        }
      }
    }
    const unusedArrows = Object.entries(rooms).flatMap(([room, { inner = {} }]) =>
      Object.entries(inner).flatMap(([from, rule]) =>
        rule.rooms.map((to) => `${room}: ${from} ${to}`).filter((arrow) => !used.has(arrow)),
      ),
    );
    expect(unusedArrows).toEqual([]);
  });

  test.each([
    ["src/core/some-rule.ts", `import pg from "pg";`, "core may not import the package pg"],
    [
      "src/core/some-rule.ts",
      `import { readFile } from "node:fs/promises";`,
      "core may not import the package node:fs",
    ],
    ["src/core/some-rule.ts", `import type {\n  Pool,\n} from "../store/pool.ts";`, "core may not import store"],
    ["src/core/some-rule.ts", `export { log } from "../log.ts";`, "core may not import log"],
    ["src/rpc/net/a.ts", `const store = await import("../../store/pool.ts");`, "rpc may not import store"],
    ["src/rpc/net/a.ts", "const store = await import(path);", "imports something computed"],
    ["src/engine/tasks/operation.ts", `import "../../rpc/server.ts";`, "engine may not import rpc"],
    ["src/mcp/bridge.ts", `import { bindEngine } from "../engine/index.ts";`, "mcp may not import engine"],
    ["src/server/sweep.ts", `import { x } from "../build/rooms.ts";`, "server may not import build"],
    [
      "src/engine/tasks/operation.ts",
      `import "../../../clients/typescript/src/index.ts";`,
      "engine may not import kit",
    ],
    ["clients/typescript/src/client.ts", `import "../../../src/core/rule.ts";`, "kit may not import core"],
    ["src/util/helper.ts", "", "is in no room"],
    ["src/engine/views/a.ts", `import "../tasks/get-task.ts";`, "engine/views may not import engine/tasks"],
    ["src/engine/views/a.ts", `import "../util/helper.ts";`, "src/engine/util/helper.ts is in no folder of engine"],
  ])("a control: %s with `%s` is found", (path, text, fault) => {
    expect(faults(importFaults, [readSource(path, text)]).join()).toContain(fault);
  });

  test("a control: an import in a comment or a string does not count, and the one beside it does", () => {
    const text = [
      `// import a from "pg";`,
      `/* import b from "pg"; */`,
      `const c = 'import d from "pg";';`,
      `import e from "pg";`,
    ];
    expect(readSource("src/core/some-rule.ts", text.join("\n")).imports).toEqual([{ specifier: "pg", line: 4 }]);
  });
});

describe("the code", () => {
  test("has SQL only in the store, and where a Postgres is started", () => {
    const speaking = ({ path, strings }: Source) =>
      ["store", "postgres", "build"].includes(roomOf(path) ?? "")
        ? []
        : strings.filter(({ text }) => sqlText.test(text)).map(({ line }) => `:${line} contains SQL`);
    expect(faults(speaking)).toEqual([]);
    expect(
      faults(speaking, [readSource("src/engine/a.ts", "const a = `\n  select b\n  from c where d`;")]),
    ).toHaveLength(1);
  });

  test("reads the environment in one place", () => {
    const check = (source: Source) =>
      except(environmentReaders, source, matches(source, environment, "reads the environment"));
    expect(faults(check)).toEqual([]);
    expect(unused(environmentReaders, environment)).toEqual([]);
    expect(faults(check, [readSource("src/rpc/a.ts", "const { PORT } = process.env;")])).toHaveLength(1);
  });

  test("uses clocks and randomness only in the files that may", () => {
    const check = (source: Source) =>
      except(
        clocksAndDice,
        source,
        roomOf(source.path) === "build" ? [] : matches(source, clockOrDie, "is not its own"),
      );
    expect(faults(check)).toEqual([]);
    expect(unused(clocksAndDice, clockOrDie)).toEqual([]);
    expect(faults(check, [readSource("src/core/a.ts", "const a = new Date();\nconst b = new Date(0);")])).toHaveLength(
      1,
    );
  });

  test("uses nothing from outside in core", () => {
    const check = (source: Source) =>
      roomOf(source.path) === "core" ? matches(source, outside, "reaches outside") : [];
    expect(faults(check)).toEqual([]);
    expect(faults(check, [readSource("src/core/a.ts", "setTimeout(next, 1);")])).toHaveLength(1);
  });

  test("does not use any", () => {
    const check = (source: Source) => matches(source, anyType, "says any");
    expect(faults(check)).toEqual([]);
    const text =
      "const a = b as any;\nfunction c(d: any[]): Promise<any> {}\nAbortSignal.any([e]);\nconst anything = 1;";
    expect(faults(check, [readSource("src/core/a.ts", text)])).toEqual([
      "src/core/a.ts:1 says any",
      "src/core/a.ts:2 says any",
    ]);
  });

  test("begins each file with what it is for", () => {
    expect(faults(({ text }) => (openingComment(text) === "" ? [" does not say what it is for"] : []))).toEqual([]);
    for (const path of globSync("src/**/*.sql", { cwd: root })) {
      expect(readFileSync(join(root, path), "utf8"), path).toMatch(/^-- /);
    }
  });

  test("names its constants like everything else", () => {
    const check = (source: Source) => matches(source, /^(export )?const [A-Z][A-Z0-9_]*\b/, "shouts");
    expect(faults(check)).toEqual([]);
    expect(faults(check, [readSource("src/core/a.ts", "export const TASKS_MAX = 1;\nconst tasksMax = 2;")])).toEqual([
      "src/core/a.ts:1 shouts",
    ]);
  });

  test(`keeps files to ${linesMax} lines and lines to ${columnsMax} characters`, () => {
    const tests = readSources(root, "test/**/*.ts");
    const tooLong = ({ text }: Source) => {
      const lines = text.trimEnd().split("\n");
      const wide = lines.flatMap((line, index) => ([...line].length > columnsMax ? [`:${index + 1} is too wide`] : []));
      return lines.length > linesMax ? [...wide, ` has ${lines.length} lines`] : wide;
    };
    expect(faults(tooLong, [...written, ...tests])).toEqual([]);
    expect(faults(tooLong, [readSource("src/core/a.ts", "x".repeat(columnsMax + 1))])).toHaveLength(1);
  });
});
