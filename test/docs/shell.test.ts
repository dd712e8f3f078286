// The commands of the pages do what the pages say: each page is played in a shell, command by command, on a real
// server.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDataDir, startDevServer } from "../e2e/dev-server.ts";
import { createTestDatabase, query } from "../helpers/database.ts";
import { placeOf, readBlocks } from "./blocks.ts";
import { commandsToRun, missingFor, pagesToPlay, playPage } from "./play.ts";
import type { Server } from "./shell.ts";

const blocks = readBlocks();
const pages = pagesToPlay(blocks);
const timeout = 240_000;

describe("a page", { timeout }, () => {
  const stops: (() => Promise<void>)[] = [];
  let server: Server;

  beforeAll(async () => {
    const atEnd = (stop: () => Promise<void>) => void stops.push(stop);
    const databaseUrl = await createTestDatabase("migrated", atEnd);
    const dataDir = await makeDataDir(atEnd);
    const { url } = await startDevServer(dataDir, ["--database-url", databaseUrl], atEnd);
    server = { url, dataDir, databaseUrl };
  }, timeout);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  for (const [page, own] of pages) {
    const missing = missingFor(page);
    test.skipIf(missing)(`${page} is played${missing ? ` (skipped: ${missing})` : ""}`, async () => {
      const { ran, faults } = await playPage(server, page, own);
      expect(faults.join("\n\n")).toBe("");
      expect(ran).toBe(commandsToRun(own).length);
    });
  }

  test("the statement of docs/operations.md reads the ledger", async () => {
    const statement = blocks.find(({ page, language }) => page === "docs/operations.md" && language === "sql");
    const anyTask = "select task_id from ended union all select task_id from ready limit 1";
    const [task] = await query<{ task_id: string }>(server.databaseUrl, anyTask);
    const text = statement?.text.replace("<task id>", task?.task_id ?? "").replace("<tenant>", "dev") ?? "";
    const rows = await query(server.databaseUrl, text);
    expect(rows[0]).toMatchObject({ sequence: 1, to_principal: expect.stringContaining(":") });
  });

  test("a control: a command that fails, one that prints something else, and one behind them are faults", async () => {
    const [block] = [...pages.values()].flat();
    if (!block) throw new Error("there is no page");
    const play = async (page: string, text: string) =>
      (await playPage(server, page, [{ ...block, page, language: "sh", line: 1, text }])).faults;
    const failed = await play("docs/none.md", "asyncgate task get nothing\necho never\n");
    expect(failed).toHaveLength(2);
    expect(failed[0]).toMatch(/^docs\/none\.md:1 ended with [12]: asyncgate task get nothing/);
    expect(failed[1]).toMatch(/was not come to: echo never/);
    const [fault] = await play("docs/names.md", "curl --version\n");
    expect(fault).toContain("did not print");
  });
});

test("the pages are those with commands", () => {
  expect(pages.size).toBeGreaterThan(15);
  expect([...pages.keys()]).toContain("README.md");
  expect(placeOf({ page: "a.md", line: 3, language: "", text: "", mark: undefined })).toBe("a.md:3");
  expect(fileURLToPath(import.meta.url)).toContain("shell.test.ts");
});
