// The contract for documents and tests: services and methods with their options from the generated descriptors, and
// comments, which descriptors do not have, from the .proto files.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DescEnum, type DescFile, type DescMessage, type DescService, getOption } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import protobufjs from "protobufjs";
import * as options from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { AdminService, RoleSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { AgentService } from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { file_asyncgate_v1_error } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { MachineService } from "../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { NodeService } from "../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { OutputService } from "../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { QueueService } from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ScheduleService } from "../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { SignalService } from "../../gen/typescript/asyncgate/v1/signal_service_pb.ts";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { WorkerService } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { http } from "../../gen/typescript/google/api/annotations_pb.ts";
import { registerServices } from "../rpc/services/services.ts";

/** In the order of the docs. A test finds a service that is missing here. */
export const services: readonly DescService[] = [
  TaskService,
  LeaseService,
  WorkerService,
  OutputService,
  ReceiptService,
  ObligationService,
  QueueService,
  AgentService,
  NodeService,
  ScheduleService,
  MachineService,
  SignalService,
  SystemService,
  AdminService,
];

export type Method = DescService["methods"][number];

export const methods: readonly Method[] = services.flatMap((service) => service.methods);

/** `TaskService.CreateTask`. */
export function shortName(method: Method): string {
  return `${method.parent.name}.${method.name}`;
}

/** `POST /v1/tasks`; undefined for methods without a route. */
export function routeOf(method: Method): string | undefined {
  const { pattern } = getOption(method, http);
  if (pattern.case === undefined || pattern.case === "custom") return undefined;
  return `${pattern.case.toUpperCase()} ${pattern.value}`;
}

export function accessOf(method: Method) {
  return getOption(method, options.access);
}

export function toolOf(method: Method): string | undefined {
  return getOption(method, options.tool).name || undefined;
}

/** The scopes of each role, by the role's name in lower case. */
export const scopesOfRole: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  RoleSchema.values
    .filter((value) => value.number !== 0)
    .map((value) => [value.name.replace("ROLE_", "").toLowerCase(), new Set(getOption(value, options.grant).scopes)]),
);

/** Our files that define the services and the messages they use. */
export const files: readonly DescFile[] = [
  ...new Set([...services.map(({ file }) => file), file_asyncgate_v1_error].flatMap((file) => [...withImports(file)])),
].filter(({ proto }) => proto.package.startsWith("asyncgate."));

function* withImports(file: DescFile): Iterable<DescFile> {
  yield file;
  for (const dependency of file.dependencies) yield* withImports(dependency);
}

export const types: readonly (DescMessage | DescEnum)[] = files
  .flatMap((file) => [...nestedTypes(file)])
  .filter((type) => type.kind === "message" || type.kind === "enum")
  .filter((type) => !(type.kind === "message" && type.proto.options?.mapEntry));

/** The methods that the server implements, as it registers them: `TaskService.CreateTask`. */
export function servedMethods(): ReadonlySet<string> {
  const served = new Set<string>();
  const byField = new Map(methods.map((method) => [`${method.parent.typeName}.${method.localName}`, method]));
  const router = {
    service(service: DescService, implementation: object) {
      for (const name of Object.keys(implementation)) {
        const method = byField.get(`${service.typeName}.${name}`);
        if (method === undefined) throw new Error(`${service.typeName} has no method ${name}`);
        served.add(shortName(method));
      }
      return router;
    },
  };
  const operations = new Proxy({}, { get: () => () => undefined });
  const door = new Proxy({}, { get: () => undefined });
  registerServices(router as never, door as never, operations as never);
  return served;
}

// --- comments ------------------------------------------------------------------------------------------------------

/** Comments by full name: `asyncgate.v1.Task.type`, `asyncgate.v1.TaskState.TASK_STATE_QUEUED`. */
export type Comments = ReadonlyMap<string, string>;

export function readComments(root: string): Comments {
  const comments = new Map<string, string>();
  for (const path of globSync("proto/**/*.proto", { cwd: root }).sort()) {
    const source = readFileSync(join(root, path), "utf8");
    const options = { keepCase: true, alternateCommentMode: true };
    collect(protobufjs.parse(source, new protobufjs.Root(), options).root, comments);
  }
  return comments;
}

function collect(within: protobufjs.NamespaceBase, comments: Map<string, string>): void {
  for (const object of within.nestedArray) {
    const name = object.fullName.slice(1);
    note(name, object.comment, comments);
    if (object instanceof protobufjs.Service) {
      for (const method of object.methodsArray) note(`${name}.${method.name}`, method.comment, comments);
    }
    if (object instanceof protobufjs.Type) {
      for (const one of [...object.fieldsArray, ...object.oneofsArray])
        note(`${name}.${one.name}`, one.comment, comments);
    }
    if (object instanceof protobufjs.Enum) {
      for (const [value, comment] of Object.entries(object.comments)) note(`${name}.${value}`, comment, comments);
    }
    if (object instanceof protobufjs.Namespace) collect(object, comments);
  }
}

function note(name: string, comment: string | null | undefined, comments: Map<string, string>): void {
  if (comment) comments.set(name, comment);
}
