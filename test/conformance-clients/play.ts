// Plays one scenario with the drivers of one language, step by step. It throws at the first step that is not as
// expected.
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, type Driver, startDriver } from "./driver.ts";
import type { Program } from "./languages.ts";
import { type FaultProxy, openProxy } from "./proxy.ts";
import { difference, fill, isObject, type Json, type Scenario, type Step } from "./scenario.ts";
import { type Server, type Servers, stopServer } from "./server.ts";

type Player = { readonly driver: Driver; readonly proxy: FaultProxy };

type Stage = {
  readonly program: Program;
  readonly servers: Servers;
  readonly unique: string;
  readonly players: Map<string, Player>;
  readonly saved: Map<string, Json>;
  /** Calls that a later step finishes, by name. */
  readonly calls: Map<string, Promise<Answer>>;
  readonly own: Server[];
  server: Server;
};

/** Longer than anything takes on a slow, busy machine. */
const stepTimeoutMs = 90_000;
const pollMs = 50;

export async function play(scenario: Scenario, program: Program, servers: Servers, unique: string): Promise<void> {
  const own = scenario.server === "own" ? [await servers.start()] : [];
  const server = own[0] ?? servers.shared;
  const stage: Stage = {
    program,
    servers,
    unique,
    players: new Map(),
    saved: new Map<string, Json>([["queue", unique]]),
    calls: new Map(),
    own,
    server,
  };
  try {
    for (const [index, step] of scenario.steps.entries()) await playStep(stage, step, index + 1);
  } finally {
    for (const { driver, proxy } of stage.players.values()) {
      await driver.kill();
      await proxy.close();
    }
    for (const one of own) await stopServer(one, "SIGKILL");
  }
}

async function playStep(stage: Stage, raw: Step, number: number): Promise<void> {
  const controller = new AbortController();
  const late = sleep(stepTimeoutMs, undefined, { signal: controller.signal }).then(() => {
    throw new Error("nothing has happened for too long");
  });
  try {
    await Promise.race([doStep(stage, fill(raw, stage.saved, stage.unique) as Step), late]);
  } catch (error) {
    const said = [...stage.players].map(([name, { driver }]) => `${name}: ${driver.said()}`).join("\n");
    throw new Error(`step ${number} ${JSON.stringify(raw).slice(0, 200)}: ${(error as Error).message}\n${said}`.trim());
  } finally {
    controller.abort();
    await late.catch(() => {});
  }
}

const kinds: Readonly<Record<string, (stage: Stage, step: Step) => Promise<void>>> = {
  client: (stage, step) => answer(stage, step, "client", text(step, "client")),
  worker: (stage, step) => answer(stage, step, "worker", text(step, "worker")),
  call: (stage, step) => answer(stage, step, text(step, "call"), text(step, "in", "a")),
  stop: (stage, step) => answer(stage, step, "stop", text(step, "stop")),
  go: (stage, step) => answer(stage, { gate: text(step, "go") }, "go", text(step, "in", "a")),
  async finish(stage, step) {
    const call = stage.calls.get(text(step, "finish"));
    if (!call) throw new Error("no call of this name was made");
    check(stage, step, await call);
  },
  async event(stage, step) {
    const { driver } = await playerOf(stage, text(step, "from", "a"));
    check(stage, step, { ok: await driver.event(text(step, "event")) });
  },
  async exit(stage, step) {
    const { driver } = await playerOf(stage, text(step, "exit"));
    // A driver ends when nothing more can come.
    driver.process.stdin?.end();
    check(stage, step, { ok: await driver.exited });
  },
  async signal(stage, step) {
    const { driver } = await playerOf(stage, text(step, "to", "a"));
    driver.process.kill(text(step, "signal") as NodeJS.Signals);
  },
  proxy: playProxy,
  server: playServer,
  operator: (stage, step) =>
    stage.servers.operate(text(step, "operator"), { queue: stage.unique, taskId: text(step, "task_id", "") }),
  task: (stage, step) => poll(stage, step, async () => ({ ok: await stage.servers.readTask(text(step, "task")) })),
  receipts: (stage, step) =>
    poll(stage, step, async () => ({ ok: await stage.servers.readReceipts(text(step, "receipts")) })),
};

async function doStep(stage: Stage, step: Step): Promise<void> {
  const kind = Object.keys(step).find((name) => Object.hasOwn(kinds, name));
  if (kind === undefined) throw new Error("no such kind of step");
  await kinds[kind]?.(stage, step);
}

async function playProxy(stage: Stage, step: Step): Promise<void> {
  const { proxy } = await playerOf(stage, text(step, "of", "a"));
  const action = text(step, "proxy");
  if (action === "cut") proxy.cut();
  else if (action === "freeze") proxy.freeze();
  else if (action === "lose_answers") proxy.loseAnswers();
  else if (action === "delay") proxy.delay(Number(step["ms"]));
  else throw new Error(`a proxy cannot ${action}`);
}

/** New connections go to a server that is started; those that are open break when theirs ends. */
async function playServer(stage: Stage, step: Step): Promise<void> {
  const action = text(step, "server");
  if (action === "kill") await stopServer(stage.server, "SIGKILL");
  else if (action === "shut_down_first") stage.own[0]?.process.kill("SIGTERM");
  else if (action === "start") {
    stage.server = await stage.servers.start();
    stage.own.push(stage.server);
    for (const { proxy } of stage.players.values()) proxy.target(stage.server.address);
  } else throw new Error(`a server cannot ${action}`);
}

/** Asks a driver, and compares its answer now or, if the call has a name, in a later step. */
async function answer(stage: Stage, step: Step, command: string, name: string): Promise<void> {
  const { driver, proxy } = await playerOf(stage, name);
  const { expect: _, expect_error: __, save: ___, later, key, ...args } = step;
  const keyName = typeof key === "string" ? key : command === "worker" ? "worker" : "tasker";
  const connection = { endpoint: proxy.url, key: stage.servers.keys[keyName] ?? keyName };
  const call = () => driver.request(command, { queue: stage.unique, ...args, ...connection });
  if (typeof later === "string") stage.calls.set(later, call());
  else await poll(stage, step, call);
}

async function playerOf(stage: Stage, name: string): Promise<Player> {
  const found = stage.players.get(name);
  if (found) return found;
  const player = { driver: startDriver(stage.program), proxy: await openProxy(stage.server.address) };
  stage.players.set(name, player);
  return player;
}

function check(stage: Stage, step: Step, { ok, error }: Answer): void {
  const { expect, expect_error: expectError, save } = step;
  if (expectError !== undefined) {
    const wrong = difference(expectError, error);
    if (wrong) throw new Error(`${wrong}; answered: ${JSON.stringify(ok ?? error)}`);
    return;
  }
  if (error) throw new Error(`refused: ${JSON.stringify(error)}`);
  const wrong = expect === undefined ? undefined : difference(expect, ok);
  if (wrong) throw new Error(wrong);
  if (save === undefined || !isObject(save)) return;
  for (const [name, field] of Object.entries(save)) {
    const value = valueAt(ok, String(field));
    if (value === undefined) throw new Error(`the answer has no ${String(field)}`);
    stage.saved.set(name, value);
  }
}

/** A field of an answer: `0.input_id` is one of the first item. */
function valueAt(ok: Json | undefined, path: string): Json | undefined {
  const names = path === "" ? [] : path.split(".");
  return names.reduce<Json | undefined>((value, name) => {
    if (Array.isArray(value)) return value[Number(name)] as Json | undefined;
    return value !== undefined && isObject(value) ? value[name] : undefined;
  }, ok);
}

/** With `until`, reads again until it is as expected. */
async function poll(stage: Stage, step: Step, read: () => Promise<Answer>): Promise<void> {
  const endAt = performance.now() + stepTimeoutMs / 2;
  for (;;) {
    try {
      check(stage, step, await read());
      return;
    } catch (error) {
      if (step["until"] !== true || performance.now() > endAt) throw error;
    }
    await sleep(pollMs);
  }
}

function text(step: Step, name: string, otherwise?: string): string {
  const value = step[name] ?? otherwise;
  if (typeof value !== "string") throw new Error(`${name} is missing`);
  return value;
}
