// What the bridge over stdio writes where: messages of the protocol to stdout and nothing else, and its credential
// nowhere, whatever goes wrong.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { openMcp } from "./open-mcp.ts";

const timeoutMs = 120_000;
const unknownKey = "ag_test_canary1_NotToBeSeenAnywhere0123456789";

function start(environment: Record<string, string>, args: readonly string[] = []) {
  const child = spawn(process.execPath, ["src/main.ts", "mcp", ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const exited = once(child, "close");
  const answered = createInterface({ input: child.stdout }).on("line", (line) => void lines.push(line));
  /** As soon as that many lines have come. */
  async function untilLines(count: number): Promise<void> {
    while (lines.length < count) await once(answered, "line");
  }
  return { child, lines, said: () => said, exited, untilLines };
}

const initialize = {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "raw", version: "1" },
};

/** Each with an id is answered, and what is no message is not. */
const conversation = [
  { id: 1, method: "initialize", params: initialize },
  { method: "notifications/initialized" },
  "this is no message",
  { id: 2, method: "tools/list" },
  { id: 3, method: "no/such/method" },
  { id: 4, method: "tools/call", params: { name: "get_config", arguments: {} } },
  { id: 5, method: "tools/call", params: { name: "create_task", arguments: { tipe: 1 } } },
  { id: 6, method: "tools/call", params: { name: "no_such_tool", arguments: {} } },
  { id: 7, method: "resources/read", params: { uri: "asyncgate://obligations/open" } },
  { id: 8, method: "prompts/get", params: { name: "resume" } },
  { id: 9, method: "resources/subscribe", params: { uri: "asyncgate://obligations/open" } },
];
const answers = conversation.filter((one) => typeof one === "object" && "id" in one).length;

test.each(["a live key", "an unknown key", "no server"])(
  "with %s, stdout has messages only, and the key is nowhere",
  async (which) => {
    const { url, keyOf, endpoint } = await openMcp();
    const key = which === "a live key" ? await keyOf("acme", Role.TASKER) : unknownKey;
    const ASYNCGATE_URL = which === "no server" ? "http://127.0.0.1:1" : url;
    const bridge = start({ ASYNCGATE_URL, ASYNCGATE_API_KEY: key });
    for (const one of conversation) {
      const line = typeof one === "string" ? one : JSON.stringify({ jsonrpc: "2.0", ...one });
      bridge.child.stdin.write(`${line}\n`);
    }
    await bridge.untilLines(answers);
    bridge.child.stdin.end();
    expect(await bridge.exited).toEqual([0, null]);
    const messages = bridge.lines.map((line) => JSON.parse(line) as { jsonrpc: string; id?: number });
    expect(messages.every(({ jsonrpc }) => jsonrpc === "2.0")).toBe(true);
    const ids = messages.flatMap(({ id }) => id ?? []);
    expect(ids.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(bridge.said()).toContain(`serving ${ASYNCGATE_URL}`);
    const [, , , secret = ""] = key.split("_");
    expect(secret.length).toBeGreaterThan(20);
    for (const text of [bridge.lines.join("\n"), bridge.said(), JSON.stringify(endpoint.lines)]) {
      expect(text).not.toContain(secret);
    }
  },
  timeoutMs,
);

const password = "NotToBeSeenEither";
const live = { ASYNCGATE_URL: "http://127.0.0.1:1", ASYNCGATE_API_KEY: unknownKey };

test("--help says how it is used, without any secret", { timeout: timeoutMs }, async () => {
  const bridge = start(live, ["--help"]);
  expect(await bridge.exited).toEqual([0, null]);
  expect(bridge.lines[0]).toMatch(/^usage: asyncgate mcp /);
  expect([...bridge.lines, bridge.said()].join("\n")).not.toMatch(new RegExp(`NotToBeSeen|${password}`));
});

test.each([
  ["a key as a flag", [`--api-key=${unknownKey}`], live, /mcp takes --tool-names/],
  ["a key as an argument", [unknownKey], live, /mcp takes --tool-names/],
  ["a key with a line break", [], { ...live, ASYNCGATE_API_KEY: `${unknownKey}\nx` }, /ASYNCGATE_API_KEY must be/],
  [
    "a URL with a password",
    [],
    { ...live, ASYNCGATE_URL: `http://ada:${password}@127.0.0.1` },
    /ASYNCGATE_URL must be/,
  ],
  ["a URL that is none", [], { ...live, ASYNCGATE_URL: unknownKey }, /ASYNCGATE_URL must be/],
  ["a misspelt variable", [], { ...live, ASYNCGATE_API_KEYS: unknownKey }, /ASYNCGATE_API_KEYS is not a setting/],
])(
  "%s is told to stderr, without any secret",
  async (_what, args, environment, told) => {
    const bridge = start(environment, args);
    const [code] = await bridge.exited;
    expect(code).toBeGreaterThan(0);
    expect(bridge.lines).toEqual([]);
    expect(bridge.said()).toMatch(told);
    expect(bridge.said()).not.toMatch(new RegExp(`NotToBeSeen|${password}`));
  },
  timeoutMs,
);
