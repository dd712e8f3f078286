// The agents on the page about machines, word for word, as processes of their own: the model's API is a server here
// that answers as it was recorded, first with a refusal that passes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startExecution } from "../../src/cli/machine/execution.ts";
import { startRunner } from "../../src/machines/runner/start-runner.ts";
import { installTools, missingPython, python, root } from "../clients/python/tools.ts";
import { openKit } from "../clients/typescript/kit.ts";
import { stop } from "../e2e/dev-server.ts";
import { checkRules, load } from "./simulate.ts";

type Answer = {
  readonly name: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

const missing = missingPython();
const timeout = 600_000;
const document = `
name: m
agents: {writer: agent.writer}
states:
  write:
    type: initial
    agent: writer
    input: {topic: leases}
    execution: {retry: {backoffs: [1ms, 1ms]}}
    transitions: done
  done: {type: final}
`;

async function program(name: string): Promise<string> {
  const page = await readFile(join(root, "docs/machines.md"), "utf8");
  const block = new RegExp(`<!-- run: ${name} -->\n\n\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
  if (block === undefined) throw new Error(`the page has no program "${name}"`);
  return block;
}

/** Gives these answers one after the other, and keeps what it was asked. */
async function startModel(api: string, names: readonly string[]) {
  const recorded = JSON.parse(await readFile(join(root, `test/clients/model-answers/${api}.json`), "utf8")) as Answer[];
  const answers = names.map((name) => recorded.find((one) => one.name === name));
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const answer = answers[asked.push({ path: request.url, body: JSON.parse(body) }) - 1];
      const { date: _, ...headers } = answer?.headers ?? {};
      response.writeHead(answer?.status ?? 500, headers).end(JSON.stringify(answer?.body ?? {}));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function execute(name: string, file: string, command: string, model: { readonly url: string }) {
  const { client, server, keys } = await openKit();
  const runner = startRunner({ endpoint: server.url, key: keys.executor, checkRules });
  onTestFinished(() => runner.stop());
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-agent-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const text = (await program(name)).replace('"@asyncgate/client"', `"${root}clients/typescript/src/index.ts"`);
  await writeFile(join(folder, file), text);
  const agent = spawn(command, [join(folder, file)], {
    env: {
      ...process.env,
      ASYNCGATE_URL: server.url,
      ASYNCGATE_API_KEY: keys.worker,
      OPENAI_BASE_URL: `${model.url}/v1`,
      ANTHROPIC_BASE_URL: model.url,
      ANTHROPIC_API_KEY: "none",
      PYTHONPATH: join(root, "clients/python/src"),
      PYTHONDONTWRITEBYTECODE: "1",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(() => stop(agent, "SIGKILL"));
  return await client.result(await startExecution(client, await load(document), {}), { timeoutMs: timeout });
}

test("an agent with a model is about ten lines, in both languages", async () => {
  const linesOf = async (name: string) => (await program(name)).split("\n").filter((line) => line !== "").length;
  expect(await linesOf("openai")).toBeLessThanOrEqual(11);
  expect(await linesOf("anthropic")).toBeLessThanOrEqual(14);
});

test("the agent in TypeScript answers with what its model says, after a rate limit", { timeout }, async () => {
  const model = await startModel("openai", ["a rate limit, in milliseconds", "a text, with cached tokens and limits"]);
  expect(await execute("openai", "agent.ts", process.execPath, model)).toMatch(/^A lease is the right to work/);
  const request = { path: "/v1/chat/completions", body: { messages: [{ role: "user", content: "About leases" }] } };
  expect(model.asked).toMatchObject([request, request]);
});

describe.skipIf(missing)(`in Python${missing ? ` (skipped: ${missing})` : ""}`, { timeout }, () => {
  beforeAll(installTools, timeout);

  test("the agent answers with what its model says, after an overload", async () => {
    const model = await startModel("anthropic", ["an overloaded provider", "a text, with a cache and limits"]);
    expect(await execute("anthropic", "agent.py", python, model)).toMatch(/^A lease is the right to work/);
    const request = { path: "/v1/messages", body: { messages: [{ role: "user", content: "About leases" }] } };
    expect(model.asked).toMatchObject([request, request]);
  });
});
