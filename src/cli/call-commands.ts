// A command for every unary RPC except administration: `asyncgate get-task '{"task_id": "…"}'`. Request and answer
// are JSON by the contract's descriptors, so a new RPC becomes a command without a change here. A service is loaded
// when one of its commands is run: to read the descriptors of all takes longer than most calls.
import type { DescMethod, DescService, JsonValue } from "@bufbuild/protobuf";
import { parseJson, textGiven } from "./arguments.ts";
import { callMethod } from "./call.ts";
import { type Command, UsageError } from "./command.ts";

const services: Readonly<Record<string, () => Promise<DescService>>> = {
  TaskService: async () => (await import("../../gen/typescript/asyncgate/v1/task_service_pb.ts")).TaskService,
  LeaseService: async () => (await import("../../gen/typescript/asyncgate/v1/lease_service_pb.ts")).LeaseService,
  OutputService: async () => (await import("../../gen/typescript/asyncgate/v1/output_service_pb.ts")).OutputService,
  ReceiptService: async () => (await import("../../gen/typescript/asyncgate/v1/receipt_service_pb.ts")).ReceiptService,
  ObligationService: async () =>
    (await import("../../gen/typescript/asyncgate/v1/obligation_service_pb.ts")).ObligationService,
  ScheduleService: async () =>
    (await import("../../gen/typescript/asyncgate/v1/schedule_service_pb.ts")).ScheduleService,
  MachineService: async () => (await import("../../gen/typescript/asyncgate/v1/machine_service_pb.ts")).MachineService,
  SignalService: async () => (await import("../../gen/typescript/asyncgate/v1/signal_service_pb.ts")).SignalService,
  QueueService: async () => (await import("../../gen/typescript/asyncgate/v1/queue_service_pb.ts")).QueueService,
  AgentService: async () => (await import("../../gen/typescript/asyncgate/v1/agent_service_pb.ts")).AgentService,
  NodeService: async () => (await import("../../gen/typescript/asyncgate/v1/node_service_pb.ts")).NodeService,
  SystemService: async () => (await import("../../gen/typescript/asyncgate/v1/system_service_pb.ts")).SystemService,
};

export type CallCommand = { readonly name: string; readonly service: string; readonly command: Command };

/** All, in the order of the services. */
export async function callCommands(): Promise<CallCommand[]> {
  const all = await Promise.all(Object.keys(services).map(commandsOf));
  return all.flat();
}

/** Undefined if the service has no such command. */
export async function callCommandOf(service: string, name: string): Promise<Command | undefined> {
  return (await commandsOf(service)).find((one) => one.name === name)?.command;
}

async function commandsOf(service: string): Promise<CallCommand[]> {
  const methods = (await services[service]?.())?.methods ?? [];
  return methods
    .filter((method) => method.methodKind === "unary")
    .map((method) => ({ name: commandName(method), service, command: callCommand(method) }));
}

/** `create-task` for CreateTask. */
export function commandName(method: DescMethod): string {
  return method.name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

function callCommand(method: DescMethod): Command {
  return {
    usage: `${commandName(method)} '<${method.input.name} as JSON>' | @<file> | -`,
    about: `${method.parent.name}.${method.name}`,
    takesServerFlags: false,
    async run(context) {
      const [text = "{}", ...rest] = context.arguments;
      if (rest.length > 0) throw new UsageError("expected one JSON document: put it in quotes");
      const answer = await callMethod(context, method, requestIn(method, await textGiven(context, text)));
      context.terminal.print(JSON.stringify(answer, undefined, 2));
      return 0;
    },
  };
}

/** An id of a task, or `name:` and its name, stands for a request that names nothing else. */
const taskShape = /^(name:.+|[0-9a-f]{8}-[0-9a-f-]{27})$/isu;

function requestIn({ input }: DescMethod, text: string): JsonValue {
  const isTask = taskShape.test(text) && input.fields.some(({ name }) => name === "task_id");
  return isTask ? { task_id: text } : parseJson(text);
}
