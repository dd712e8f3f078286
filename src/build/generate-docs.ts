/**
 * Generates the parts of the docs that follow from the code, between `<!-- made: name -->` and `<!-- end -->`; the rest
 * is written by hand. The same code gives the same bytes.
 *
 * `node src/build/generate-docs.ts` writes; `--check` only compares, and fails when something is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AnomalyKindSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TerminalReasonSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { StreamEndReasonSchema } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { unsupportedFields } from "../machines/validation/unsupported.ts";
import { renderSettings } from "../server/config.ts";
import { methods, readComments, services } from "./generate-docs-contract.ts";
import { requirementsPart } from "./generate-docs-requirements.ts";
import { innerRoomsTable, roomsGraph, roomsSvg, roomsTable, wayGraph, wayOf, wayTable } from "./generate-docs-rooms.ts";
import { readSources } from "./generate-docs-source.ts";
import { headlineTable, readSpeed, speedFigures, speedSvg, speedTable } from "./generate-docs-speed.ts";
import {
  apiIndex,
  errorsTable,
  framesTable,
  lawsTable,
  rolesTable,
  scopesTable,
  sessionStatesTable,
  statesDiagram,
  statesTable,
  terminationTable,
  toolsTable,
  valuesTable,
} from "./generate-docs-tables.ts";

/** The generated parts of a page by name. Each gets the page, because some depend on its headings. */
type Parts = Readonly<Record<string, (page: string) => string>>;

function pages(root: string): Readonly<Record<string, Parts>> {
  const sources = readSources(root);
  const tests = readSources(root, "test/**/*.ts");
  const comments = readComments(root);
  const speed = readSpeed(root);
  const way = wayOf(sources, "TaskService", "CreateTask");
  return {
    "README.md": { speed: () => headlineTable(speed) },
    "docs/api.md": { services: () => apiIndex(services, comments) },
    "docs/architecture.md": {
      rooms: () => roomsGraph(sources),
      "room-rules": roomsTable,
      "rpc-rooms": () => innerRoomsTable("rpc"),
      "engine-rooms": () => innerRoomsTable("engine"),
      way: () => wayGraph(way),
      "way-files": () => wayTable(way, sources),
    },
    "docs/configuration.md": { settings: () => renderSettings().trim() },
    "docs/errors.md": {
      reasons: () => errorsTable(comments),
      "terminal-reasons": () => valuesTable(comments, TerminalReasonSchema),
      "stream-ends": () => valuesTable(comments, StreamEndReasonSchema),
      anomalies: () => valuesTable(comments, AnomalyKindSchema),
    },
    "docs/guarantees.md": { laws: (page) => lawsTable(page, tests) },
    "docs/machines.md": { unsupported: () => [...unsupportedFields].map((field) => `\`${field}\``).join(", ") },
    "docs/mcp.md": { tools: () => toolsTable(services, comments) },
    "docs/requirements.md": { requirements: () => requirementsPart(root) },
    "docs/roles.md": { roles: () => scopesTable(comments), methods: () => rolesTable(methods) },
    "docs/speed.md": { speed: () => speedTable(speed), "speed-figures": () => speedFigures(speed) },
    "docs/states.md": {
      diagram: statesDiagram,
      commands: statesTable,
      "session-states": () => sessionStatesTable(sources),
      frames: framesTable,
      termination: () => terminationTable(comments),
    },
  };
}

const marked = /(<!-- made: ([a-z-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The page with its generated parts up to date. Throws if a marked part is unknown, or a part has no marks. */
export function fillPage(path: string, page: string, parts: Parts): string {
  const seen = new Set<string>();
  const filled = page.replaceAll(marked, (_all, open: string, name: string, close: string) => {
    const make = parts[name];
    if (make === undefined) throw new Error(`${path}: there is no generator for the part "${name}"`);
    seen.add(name);
    return `${open}\n${make(page)}\n\n${close}`;
  });
  const missing = Object.keys(parts).filter((name) => !seen.has(name));
  if (missing.length > 0) throw new Error(`${path}: no marks for ${missing.join(", ")}`);
  return filled;
}

/** Writes what is stale, unless it only checks, and returns the paths. */
export function generateDocs(root: string, { check }: { readonly check: boolean }): string[] {
  const stale: string[] = [];
  const settle = (path: string, now: string, made: string) => {
    if (now === made) return;
    stale.push(path);
    if (!check) writeFileSync(join(root, path), made);
  };
  for (const [path, parts] of Object.entries(pages(root))) {
    const page = readFileSync(join(root, path), "utf8");
    settle(path, page, fillPage(path, page, parts));
  }
  settle("docs/rooms.svg", readIfThere(join(root, "docs/rooms.svg")), roomsSvg(readSources(root)));
  settle("docs/speed.svg", readIfThere(join(root, "docs/speed.svg")), speedSvg(readSpeed(root)));
  return stale;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // generated for the first time
  }
}

if (import.meta.main) {
  const check = process.argv.includes("--check");
  const stale = generateDocs(fileURLToPath(new URL("../../", import.meta.url)), { check });
  for (const path of stale) process.stderr.write(`generate-docs: ${check ? "stale" : "wrote"} ${path}\n`);
  if (check && stale.length > 0) {
    process.stderr.write("generate-docs: the docs are stale; run make generate and commit docs/\n");
    process.exitCode = 1;
  }
}
