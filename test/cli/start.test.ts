// Small commands start fast, because they load little. Times depend on the machine, and what is loaded does not:
// `make bench-start` measures the former.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { commandListing } from "../../src/build/generate-command-listing.ts";
import { listing } from "../../src/cli/listing.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const unreachable = { ASYNCGATE_URL: "http://127.0.0.1:1", ASYNCGATE_API_KEY: "ag_test_key1_none" };

function loadedBy(...args: string[]): string[] {
  const program = ["--import", `${root}test/e2e/print-loaded.ts`, `${root}src/main.ts`, ...args];
  const { stderr } = spawnSync(process.execPath, program, {
    env: { ...process.env, ...unreachable },
    encoding: "utf8",
  });
  return JSON.parse(/^loaded: (.*)$/m.exec(stderr)?.[1] ?? "[]") as string[];
}

test("help loads no command and nothing of the contract", () => {
  for (const args of [["help"], ["task", "create", "--help"], ["completion", "bash"]]) {
    const loaded = loadedBy(...args);
    expect(loaded.length, args.join(" ")).toBeGreaterThan(5);
    expect(loaded.length, args.join(" ")).toBeLessThan(30);
    expect(loaded.filter((name) => /^@|^gen\/|cli\/task/.test(name))).toEqual([]);
  }
});

test("a call loads the contract's own service, and not the libraries of the kits", () => {
  for (const args of [
    ["task", "get", "x"],
    ["get-task", "x"],
  ]) {
    const loaded = loadedBy(...args);
    expect(loaded.join("\n")).toContain("task_service_pb.ts");
    expect(loaded.filter((name) => /^@connectrpc|schedule_service|^src\/(engine|rpc|store)/.test(name))).toEqual([]);
  }
});

test("what help says of commands is what they say", async () => {
  expect(listing).toEqual(await commandListing());
});
