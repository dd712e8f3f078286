// A driver: the small program of a language that does what the runner tells it through its client. They speak JSON
// lines: requests and answers have a number, events have none.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Program } from "./languages.ts";
import type { Json, JsonObject } from "./scenario.ts";

export type Answer = { readonly ok?: Json; readonly error?: JsonObject };

export type Driver = {
  readonly process: ChildProcess;
  request(command: string, args: JsonObject): Promise<Answer>;
  /** The next event of this kind that was not taken yet. */
  event(kind: string): Promise<JsonObject>;
  readonly exited: Promise<number | null>;
  kill(): Promise<void>;
  /** Its last lines on stderr. */
  said(): string;
};

const saidMax = 4_000;

export function startDriver({ command, args, env, cwd }: Program): Driver {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(cwd && { cwd }),
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-saidMax);
  });
  // A driver that was killed does not read any more.
  child.stdin.on("error", () => {});
  const exited = once(child, "close").then(([code]) => code as number | null);
  const open = new Map<number, (answer: Answer) => void>();
  const events: JsonObject[] = [];
  const waiting = new Set<() => void>();
  let requests = 0;
  let hasEnded = false;

  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line) as JsonObject;
    if (typeof message["event"] === "string") events.push(message);
    else {
      open.get(Number(message["id"]))?.(message as Answer);
      open.delete(Number(message["id"]));
    }
    for (const check of waiting) check();
  });
  void exited.then(() => {
    hasEnded = true;
    for (const answer of open.values()) answer({ error: { reason: "DRIVER_ENDED" } });
    for (const check of waiting) check();
  });

  return {
    process: child,
    exited,
    said: () => said,
    request(command, args) {
      if (hasEnded) return Promise.resolve({ error: { reason: "DRIVER_ENDED" } });
      requests += 1;
      const id = requests;
      child.stdin.write(`${JSON.stringify({ id, command, ...args })}\n`);
      return new Promise((resolve) => open.set(id, resolve));
    },
    event: (kind) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const at = events.findIndex(({ event }) => event === kind);
          if (at < 0 && !hasEnded) return;
          waiting.delete(check);
          const [found] = at < 0 ? [] : events.splice(at, 1);
          if (found) resolve(found);
          else reject(new Error(`the driver ended without the event "${kind}"`));
        };
        waiting.add(check);
        check();
      }),
    async kill() {
      if (!hasEnded) child.kill("SIGKILL");
      await exited;
    },
  };
}
