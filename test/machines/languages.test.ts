// The same machine comes to the same with one process and with three runners, two servers and workers in two languages:
// each example is executed both ways, and then with the languages of its agents the other way round.
import { execFileSync, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import type { JsonValue } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Client, createClient } from "../../clients/typescript/src/index.ts";
import { machineIn } from "../../src/cli/machine/document.ts";
import { type Finished, follow, playScript, startExecution } from "../../src/cli/machine/execution.ts";
import { readAgents, withAgents, withLocalServer } from "../../src/cli/machine/local.ts";
import { startRunner } from "../../src/machines/runner/start-runner.ts";
import { installTools, missingPython, python, root } from "../clients/python/tools.ts";
import { all, openKit } from "../clients/typescript/kit.ts";
import { stop } from "../e2e/dev-server.ts";
import { contextOf } from "../examples/context.ts";
import { checkRules } from "./simulate.ts";

const folder = "examples/machines";
const program = `${root}test/machines/example_agents.py`;
const missing = missingPython();
/** The first run on a machine downloads the tools. */
const timeout = 600_000;

type Example = { readonly input: JsonValue; readonly output: JsonValue };
type Agents = Awaited<ReturnType<typeof readAgents>>;
type Ran = Pick<Finished, "state" | "output" | "error" | "steps" | "cost" | "tokens">;
type Place = { readonly client: Client; readonly url: string; readonly key: string };

const examples = JSON.parse(await readFile(`${folder}/expected.json`, "utf8")) as Readonly<Record<string, Example>>;
const environment = { ...process.env, PYTHONPATH: `${root}clients/python/src`, PYTHONDONTWRITEBYTECODE: "1" };

async function runOne({ client, url, key }: Place, name: string, agents: Agents) {
  const machine = await machineIn(`${folder}/${name}.yaml`);
  const local = { client, url, keyOf: () => key };
  return await withAgents(local, agents, async () => {
    const taskId = await startExecution(client, machine, examples[name]?.input ?? {});
    const over = new AbortController();
    const play = playScript(client, agents.script, taskId, over.signal);
    const { state, output, error, steps, cost, tokens } = await follow(client, taskId, {
      signal: new AbortController().signal,
      onState: () => {},
    });
    over.abort();
    await play;
    const ran: Ran = { state, output, error, steps, cost, tokens };
    return { taskId, ran };
  });
}

function startRunners(urls: readonly string[], key: string): void {
  for (const endpoint of urls) {
    const runner = startRunner({ endpoint, key, checkRules });
    onTestFinished(() => runner.stop());
  }
}

/** A server with its Postgres, a runner and the agents, as `machine run` starts them. */
async function runInOneProcess(names: readonly string[]): Promise<Map<string, Ran>> {
  const ran = new Map<string, Ran>();
  await withLocalServer(
    contextOf(() => {}),
    async ({ client, url, keyOf }) => {
      for (const name of names) {
        const agents = await readAgents(`${folder}/${name}.agents.yaml`);
        ran.set(name, (await runOne({ client, url, key: keyOf("worker") }, name, agents)).ran);
      }
    },
  );
  return ran;
}

function pythonTypes(): string[] {
  return execFileSync(python, [program], { env: environment, encoding: "utf8" }).trim().split(",");
}

describe.skipIf(missing)(`reference machines${missing ? ` (skipped: ${missing})` : ""}`, { timeout }, () => {
  beforeAll(installTools, timeout);

  test("come to the same with one process, and with three runners, two servers and two languages", async () => {
    const files = (await readdir(folder)).filter((name) => name.endsWith(".agents.yaml"));
    const names = files.map((name) => name.replace(".agents.yaml", "")).filter((name) => examples[name]);
    const wanted = await runInOneProcess(names);
    for (const [name, { output }] of wanted) expect(output, name).toEqual(examples[name]?.output);
    const types = pythonTypes();
    for (const parity of [0, 1]) {
      const kit = await openKit();
      const second = await kit.startAnother();
      startRunners([kit.server.url, second.url, second.url], kit.keys.executor);
      const spoken = types.filter((_, place) => place % 2 === parity);
      const urls = [second.url, kit.server.url].join(",");
      const worker = spawn(python, [program, urls, kit.keys.worker, spoken.join(",")], {
        env: environment,
        stdio: ["ignore", "ignore", "inherit"],
      });
      onTestFinished(() => stop(worker, "SIGKILL"));
      const operator = createClient({ endpoint: kit.server.url, key: kit.keys.operator });
      onTestFinished(() => operator.close());
      let [ofPython, ofAll] = [0, 0];
      for (const name of names) {
        const agents = await readAgents(`${folder}/${name}.agents.yaml`);
        const handlers = Object.entries(agents.handlers).filter(([type]) => !spoken.includes(type));
        const place = { client: kit.client, url: kit.server.url, key: kit.keys.worker };
        const { ran, taskId } = await runOne(place, name, { ...agents, handlers: Object.fromEntries(handlers) });
        expect(ran, name).toEqual(wanted.get(name));
        const below = await all(operator.listTasks({ root: taskId }));
        ofAll += below.length;
        ofPython += below.filter(({ type }) => spoken.includes(type)).length;
      }
      console.log(`machines: ${names.length} examples, ${ofPython} of ${ofAll} tasks done in Python`);
      expect(ofPython).toBeGreaterThan(0);
      expect(ofAll).toBeGreaterThan(ofPython);
    }
  });
});
