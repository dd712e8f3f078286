// All commands by name; one of two words is a noun with a verb. A command is loaded when it is run, so that a server
// has none of the others in its memory, and a small command starts fast. What `help` says of them is in listing.ts.
import { renderSettings } from "../server/config.ts";
import { type Command, serverProcessName } from "./command.ts";

const config: Command = {
  usage: "config",
  about: "prints every setting of the server as a table",
  takesServerFlags: false,
  async run({ arguments: args, terminal }) {
    const { readNothing } = await import("./arguments.ts");
    readNothing(args);
    terminal.print(renderSettings());
    return 0;
  },
};

type Load = () => Promise<Command>;

const serverCommands: readonly (readonly [string, Load])[] = [
  ["dev", async () => (await import("./serve.ts")).dev],
  ["serve", async () => (await import("./serve.ts")).serve],
  [serverProcessName, async () => (await import("./serve-processes.ts")).serverProcess],
  ["node run", async () => (await import("./node/run.ts")).nodeRun],
  ["node probe", async () => (await import("./node/run.ts")).nodeProbe],
  ["node demo", async () => (await import("./demo/node.ts")).nodeDemo],
  ["node list", async () => (await import("./node/manage.ts")).nodeList],
  ["node get", async () => (await import("./node/manage.ts")).nodeGet],
  ["node explain", async () => (await import("./node/manage.ts")).nodeExplain],
  ["node drain", async () => (await import("./node/manage.ts")).nodeDrain],
  ["node resume", async () => (await import("./node/manage.ts")).nodeResume],
  ["node deactivate", async () => (await import("./node/manage.ts")).nodeDeactivate],
  ["node config", async () => (await import("./node/config.ts")).nodeConfig],
  ["node rollout", async () => (await import("./node/rollout.ts")).nodeRollout],
  ["node enroll", async () => (await import("./node/enroll.ts")).nodeEnroll],
  ["dispatcher", async () => (await import("./dispatcher.ts")).dispatcher],
  ["scheduler", async () => (await import("./scheduler.ts")).scheduler],
  ["mcp", async () => (await import("./mcp.ts")).mcp],
  ["migrate", async () => (await import("./migrate.ts")).migrate],
  ["doctor", async () => (await import("./doctor.ts")).doctor],
  ["config", async () => config],
  ["admin", async () => (await import("./admin.ts")).admin],
  ["ledger-check", async () => (await import("./ledger-check.ts")).ledgerCheck],
  ["bench", async () => (await import("./bench/bench.ts")).bench],
  ["demo agents", async () => (await import("./demo/agents.ts")).demoAgents],
  ["demo", async () => (await import("./demo/task.ts")).demo],
];

const userCommands: readonly (readonly [string, Load])[] = [
  ["task create", async () => (await import("./task/create.ts")).taskCreate],
  ["task get", async () => (await import("./task/get.ts")).taskGet],
  ["task list", async () => (await import("./task/list.ts")).taskList],
  ["task await", async () => (await import("./task/await.ts")).taskAwait],
  ["task watch", async () => (await import("./task/watch.ts")).taskWatch],
  ["task cancel", async () => (await import("./task/cancel.ts")).taskCancel],
  ["task redrive", async () => (await import("./task/redrive.ts")).taskRedrive],
  ["task explain", async () => (await import("./task/explain.ts")).taskExplain],
  ["task tree", async () => (await import("./task/tree.ts")).taskTree],
  ["task review", async () => (await import("./task/review.ts")).taskReview],
  ["task logs", async () => (await import("./task/logs.ts")).taskLogs],
  ["worker run", async () => (await import("./worker/run.ts")).workerRun],
  ["worker list", async () => (await import("./worker/list.ts")).workerList],
  ["obligations", async () => (await import("./obligations/list.ts")).obligations],
  ["obligations list", async () => (await import("./obligations/list.ts")).obligations],
  ["obligations answer", async () => (await import("./obligations/answer.ts")).obligationsAnswer],
  ["open", async () => (await import("./obligations/list.ts")).open],
  ["receipts", async () => (await import("./receipts/list.ts")).receiptsList],
  ["receipts list", async () => (await import("./receipts/list.ts")).receiptsList],
  ["receipts trace", async () => (await import("./receipts/trace.ts")).receiptsTrace],
  ["receipts verify", async () => (await import("./receipts/verify.ts")).receiptsVerify],
  ["queue list", async () => (await import("./queue.ts")).queueList],
  ["queue pause", async () => (await import("./queue.ts")).queuePause],
  ["queue resume", async () => (await import("./queue.ts")).queueResume],
  ["schedule create", async () => (await import("./schedule/schedule.ts")).scheduleCreate],
  ["schedule get", async () => (await import("./schedule/schedule.ts")).scheduleGet],
  ["schedule list", async () => (await import("./schedule/schedule.ts")).scheduleList],
  ["schedule update", async () => (await import("./schedule/schedule.ts")).scheduleUpdate],
  ["schedule pause", async () => (await import("./schedule/schedule.ts")).schedulePause],
  ["schedule resume", async () => (await import("./schedule/schedule.ts")).scheduleResume],
  ["schedule delete", async () => (await import("./schedule/schedule.ts")).scheduleDelete],
  ["schedule trigger", async () => (await import("./schedule/schedule.ts")).scheduleTrigger],
  ["schedule backfill", async () => (await import("./schedule/schedule.ts")).scheduleBackfill],
  ["schedule skip", async () => (await import("./schedule/schedule.ts")).scheduleSkip],
  ["schedule runs", async () => (await import("./schedule/schedule.ts")).scheduleRuns],
  ["schedule preview", async () => (await import("./schedule/preview.ts")).schedulePreview],
  ["agent register", async () => (await import("./agent/registry.ts")).agentRegister],
  ["agent list", async () => (await import("./agent/registry.ts")).agentList],
  ["agent show", async () => (await import("./agent/registry.ts")).agentShow],
  ["agent tools", async () => (await import("./agent/registry.ts")).agentTools],
  ["agent route", async () => (await import("./agent/work.ts")).agentRoute],
  ["agent delegate", async () => (await import("./agent/work.ts")).agentDelegate],
  ["agent check", async () => (await import("./agent/check.ts")).agentCheck],
  ["agent override", async () => (await import("./agent/check.ts")).agentOverride],
  ["agent contract", async () => (await import("./agent/contract.ts")).agentContract],
  ["agent session", async () => (await import("./agent/session.ts")).agentSession],
  ["machine validate", async () => (await import("./machine/validate.ts")).machineValidate],
  ["machine run", async () => (await import("./machine/run.ts")).machineRun],
  ["machine show", async () => (await import("./machine/show.ts")).machineShow],
  ["machine graph", async () => (await import("./machine/graph.ts")).machineGraph],
  ["machine schema", async () => (await import("./machine/schema.ts")).machineSchema],
  ["machine put", async () => (await import("./machine/stored.ts")).machinePut],
  ["machine get", async () => (await import("./machine/stored.ts")).machineGet],
  ["machine list", async () => (await import("./machine/stored.ts")).machineList],
  ["machine start", async () => (await import("./machine/start.ts")).machineStart],
  ["machine status", async () => (await import("./machine/show.ts")).machineStatus],
  ["machine clone", async () => (await import("./machine/start.ts")).machineClone],
  ["machine retry", async () => (await import("./machine/start.ts")).machineRetry],
  ["machine runner", async () => (await import("./machine/runner.ts")).machineRunner],
  ["key", async () => (await import("./key.ts")).key],
  ["profile set", async () => (await import("./profile.ts")).profileSet],
  ["profile use", async () => (await import("./profile.ts")).profileUse],
  ["profile list", async () => (await import("./profile.ts")).profileList],
  ["profile remove", async () => (await import("./profile.ts")).profileRemove],
];

export const commands: ReadonlyMap<string, Load> = new Map([...userCommands, ...serverCommands]);

export type Found = { readonly command: Command; readonly args: readonly string[] };

export async function findCommand([name = "", ...args]: readonly string[]): Promise<Found | undefined> {
  const [verb, ...rest] = args;
  const ofNoun = await commands.get(`${name} ${verb}`)?.();
  if (ofNoun) return { command: ofNoun, args: rest };
  const command = (await commands.get(name)?.()) ?? (await callCommand(name));
  return command && { command, args };
}

/** One that is made of a method of the contract. */
async function callCommand(name: string): Promise<Command | undefined> {
  const { listing } = await import("./listing.ts");
  const service = listing.calls.find((one) => one.name === name)?.service;
  return service === undefined ? undefined : await (await import("./call-commands.ts")).callCommandOf(service, name);
}
