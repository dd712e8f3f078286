// A command for every unary RPC except administration: `asyncgate get-task '{"task_id": "…"}'`. Request and answer are
// JSON by the contract's descriptors, so a new RPC becomes a command without a change here.
import type { DescMethod, JsonValue } from "@bufbuild/protobuf";
import { AgentService } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { OutputService } from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { QueueService } from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { parseJson, textGiven } from "./arguments.ts";
import { callMethod } from "./call.ts";
import { type Command, UsageError } from "./command.ts";

const services = [
  TaskService,
  LeaseService,
  OutputService,
  ReceiptService,
  ObligationService,
  ScheduleService,
  MachineService,
  SignalService,
  QueueService,
  AgentService,
  SystemService,
];

/** `create-task` for CreateTask. */
export function commandName(method: DescMethod): string {
  return method.name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

export const callCommands: ReadonlyMap<string, Command> = new Map(
  services
    .flatMap((service) => service.methods)
    .filter((method) => method.methodKind === "unary")
    .map((method) => [commandName(method), callCommand(method)]),
);

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
