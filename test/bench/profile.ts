// Where the server's processor time goes while it runs a pipeline: node test/bench/profile.ts [--pipeline unbatched]
// [--tasks 60000]. Samples of V8's profiler after the warm-up, as microseconds a task: by place, and by function.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBenchPostgres } from "./bench-postgres.ts";
import { tell } from "./measure.ts";
import { streamBatched, streamUnbatched } from "./rows/pipelines.ts";

type Node = {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
};

type Profile = {
  readonly nodes: readonly Node[];
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

const pipelines = { batched: streamBatched, unbatched: streamUnbatched };
const functionsMax = 60;

const { values: flags } = parseArgs({
  options: {
    pipeline: { type: "string", default: "batched" },
    tasks: { type: "string", default: "60000" },
  },
});

async function main(): Promise<void> {
  const contender = pipelines[flags.pipeline as keyof typeof pipelines];
  if (contender === undefined) throw new Error(`--pipeline is ${Object.keys(pipelines).join(" or ")}`);
  const tasks = Number(flags.tasks);
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-profile-"));
  try {
    const { pid, seconds } = await profiled(contender, tasks, folder);
    const file = (await readdir(folder)).find((name) => name.includes(`.${pid}.0.`));
    if (file === undefined) throw new Error("the server has written no profile");
    const profile = JSON.parse(await readFile(join(folder, file), "utf8")) as Profile;
    print(profile, { tasks, seconds });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All processes that are started are profiled; that of the server is told by its process id. */
async function profiled(contender: typeof streamBatched, tasks: number, folder: string) {
  const postgres = await startBenchPostgres();
  process.env["NODE_OPTIONS"] = `--cpu-prof --cpu-prof-interval 500 --cpu-prof-dir=${folder}`;
  try {
    const running = await contender.open(postgres, await postgres.freshDatabase());
    await running.run(tasks);
    tell("warmed up");
    const { seconds } = await running.run(tasks);
    tell(`${Math.round(tasks / seconds)} tasks a second with the profiler`);
    await running.close();
    return { pid: running.pids["server"] ?? 0, seconds };
  } finally {
    await postgres.stop();
  }
}

/** Only the last run counts: the profile goes on until the server has ended, which takes it next to no time. */
function print({ nodes, samples, timeDeltas }: Profile, { tasks, seconds }: { tasks: number; seconds: number }): void {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const places = new Map<string, number>();
  const functions = new Map<string, number>();
  let leftUs = (seconds + endSeconds) * 1e6;
  for (let place = samples.length - 1; place > 0 && leftUs > 0; place -= 1) {
    const us = timeDeltas[place] ?? 0;
    leftUs -= us;
    const node = byId.get(samples[place] ?? 0);
    if (node === undefined || node.callFrame.functionName === "(idle)") continue;
    add(places, placeOf(node), us / tasks);
    add(functions, `${node.callFrame.functionName || "(anonymous)"}  ${whereOf(node)}`, us / tasks);
  }
  const all = [...places.values()].reduce((sum, us) => sum + us, 0);
  process.stdout.write(`all  ${all.toFixed(1)} us/task\n\n${tableOf(places)}\n${tableOf(functions, functionsMax)}`);
}

const endSeconds = 0.3;

function add(sums: Map<string, number>, name: string, us: number): void {
  sums.set(name, (sums.get(name) ?? 0) + us);
}

function tableOf(sums: ReadonlyMap<string, number>, most = sums.size): string {
  const sorted = [...sums].sort(([, one], [, other]) => other - one).slice(0, most);
  return `${sorted.map(([name, us]) => `${us.toFixed(2).padStart(7)}  ${name}`).join("\n")}\n`;
}

function placeOf(node: Node): string {
  const [path = ""] = whereOf(node).split(":");
  if (path.startsWith("src/")) return path.split("/").slice(0, 3).join("/");
  if (path.startsWith("node_modules/"))
    return path
      .split("/")
      .slice(0, path.includes("/@") ? 3 : 2)
      .join("/");
  return path || node.callFrame.functionName;
}

function whereOf({ callFrame: { url, lineNumber } }: Node): string {
  const path = url.replace(/^.*\/(src|gen|node_modules)\//, "$1/");
  return path === "" ? "" : `${path}:${lineNumber + 1}`;
}

await main();
