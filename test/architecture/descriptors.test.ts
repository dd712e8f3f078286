// The contract states what no linter can check: which scope each call needs, why it fails, what each element means; and
// everything in it is served.
import { fileURLToPath } from "node:url";
import { type DescField, type DescMessage, getOption } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { Cost, failure, tool } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { ErrorReasonSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskSchema } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import {
  accessOf,
  files,
  type Method,
  methods,
  readComments,
  routeOf,
  scopesOfRole,
  servedMethods,
  services,
  shortName,
  toolOf,
  types,
} from "../../src/build/generate-docs-contract.ts";
import { methodOptions } from "../../src/core/method-options.ts";

const words = (text: string) => text.split(" ");

const comments = readComments(fileURLToPath(new URL("../../", import.meta.url)));

const tools =
  "create_task get_task list_tasks explain_task get_task_tree cancel_task provide_input await_task " +
  "list_open_obligations " +
  "explain_obligation bootstrap " +
  "list_receipts get_receipt ack_receipt append_receipt trace_receipt lease_next renew_lease start_task " +
  "report_progress complete fail release_lease hand_off request_input add_scopes list_scopes suspend_task " +
  "send_signal get_config schedule machine " +
  "list_queues pause_queue resume_queue " +
  "agent_info agent_list agent_tools agent_route delegate agent_check agent_session " +
  "hand_off_contracts node";

const tenantServices = words(
  "TaskService LeaseService OutputService ReceiptService ObligationService ScheduleService SignalService " +
    "MachineService QueueService AgentService NodeService SystemService",
);

const readsOnly = (method: Method) => method.idempotency === Level.NO_SIDE_EFFECTS;
const isUnary = (method: Method) => method.methodKind === "unary";

function field(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((one) => one.name === name);
}

describe("the contract", () => {
  test("includes every service of its files", () => {
    const inFiles = files.flatMap((file) => file.services.map(({ typeName }) => typeName)).sort();
    expect(inFiles).toEqual(services.map(({ typeName }) => typeName).sort());
    const commented = [...comments.keys()].filter((name) => /^asyncgate\.v1\.\w+Service$/.test(name)).sort();
    expect(inFiles).toEqual(commented);
  });

  test("is served, every method of it", () => {
    const served = servedMethods();
    expect(methods.map(shortName).filter((name) => !served.has(name))).toEqual([]);
  });

  test("states the scope of each method", () => {
    const open = methods.filter((method) => (accessOf(method).scope === "") !== accessOf(method).public);
    expect(open.map(shortName)).toEqual([]);
  });

  test("requires only scopes that a role has, and gives roles only scopes that a method requires", () => {
    const asked = new Set(
      methods.map(accessOf).flatMap(({ scope, widerScope, conditionalScope }) => [scope, widerScope, conditionalScope]),
    );
    asked.delete("");
    const granted = new Set([...scopesOfRole.values()].flatMap((scopes) => [...scopes]));
    expect([...granted].sort()).toEqual([...asked].sort());
    for (const scope of asked) expect(scope).toMatch(/^[a-z]+:[a-z_]+$/);
  });

  test("takes a request id with every call that changes something", () => {
    const changing = methods.filter((method) => isUnary(method) && !readsOnly(method));
    expect(changing.length).toBeGreaterThan(0);
    expect(changing.filter(({ input }) => !field(input, "request_id")).map(shortName)).toEqual([]);
    const reading = methods.filter((method) => isUnary(method) && readsOnly(method));
    expect(reading.filter(({ input }) => field(input, "request_id")).map(shortName)).toEqual([]);
  });

  test("has a route for every unary method of a tenant, each its own, with fields that exist in its path", () => {
    const routed = methods.filter((method) => isUnary(method) && tenantServices.includes(method.parent.name));
    expect(routed.filter((method) => routeOf(method) === undefined).map(shortName)).toEqual([]);
    const routes = methods.flatMap((method) => routeOf(method) ?? []);
    expect(new Set(routes).size).toBe(routes.length);
    for (const method of methods) {
      for (const [, name = ""] of routeOf(method)?.matchAll(/\{(\w+)\}/g) ?? []) {
        expect(field(method.input, name), `${shortName(method)} ${name}`).toBeDefined();
      }
      if (routeOf(method)?.startsWith("GET ")) expect(readsOnly(method), shortName(method)).toBe(true);
    }
  });

  test("states what each method costs: streams wait, lists are pages, only streams check their own credential", () => {
    for (const method of methods) {
      const options = methodOptions(method);
      const name = shortName(method);
      expect(options.cost, name).not.toBe(Cost.UNSPECIFIED);
      if (!isUnary(method)) expect(options.cost, name).toBe(Cost.WAITING);
      const hasPages = isUnary(method) && field(method.input, "page_size") !== undefined;
      if (hasPages) expect([Cost.PAGE, Cost.BULK], name).toContain(options.cost);
      else expect(options.cost, name).not.toBe(Cost.PAGE);
      if (options.isSelfChecking) expect(isUnary(method), name).toBe(false);
    }
    expect(methods.filter((method) => methodOptions(method).isSelfChecking).map(shortName)).toEqual([
      "WorkerService.Work",
    ]);
  });

  test("names exactly the tools for agents, each once", () => {
    const names = methods.flatMap((method) => toolOf(method) ?? []);
    const shared = methods.filter((method) => getOption(method, tool).verb !== "");
    expect(new Set(shared.map((method) => `${toolOf(method)} ${getOption(method, tool).verb}`)).size).toBe(
      shared.length,
    );
    const own = methods.filter((method) => !shared.includes(method)).flatMap((method) => toolOf(method) ?? []);
    expect(new Set(own).size).toBe(own.length);
    expect([...new Set(names)].sort()).toEqual(words(tools).sort());
    for (const name of names) expect(name).toMatch(/^[a-z0-9_]{1,64}$/);
  });

  test("uses the same fields for pages everywhere", () => {
    const pagings = { ListOpenObligations: ["cursor", "cursor"] } as Readonly<Record<string, [string, string]>>;
    const paging = methods.filter(({ name, input }) => name.startsWith("List") || field(input, "page_size"));
    for (const method of paging) {
      const [asked, answered] = pagings[method.name] ?? ["page_token", "next_page_token"];
      expect(field(method.input, "page_size"), shortName(method)).toBeDefined();
      expect(field(method.input, asked), shortName(method)).toBeDefined();
      expect(field(method.output, answered), shortName(method)).toBeDefined();
    }
  });
});

describe("a task", () => {
  const lastOfRequest = 49;
  const typeOf = ({ number, proto }: DescField) =>
    // The entries of a map are a separate type in each message.
    `${number} ${proto.type} ${proto.label} ${proto.typeName.replace(/\.\w+\.LabelsEntry$/, ".LabelsEntry")}`;

  test("has the fields of the request under the same numbers, names and types", () => {
    const kept = TaskSchema.fields.filter(({ number }) => number <= lastOfRequest);
    const shared = kept.flatMap((one) => {
      const asked = field(CreateTaskRequestSchema, one.name);
      return asked === undefined ? [] : [[one.name, typeOf(one), typeOf(asked)] as const];
    });
    expect(shared.length).toBeGreaterThan(10);
    for (const [name, ofTask, ofRequest] of shared) expect(ofRequest, name).toBe(ofTask);
  });

  test("reserves what only one of the two has", () => {
    const numbers = (message: DescMessage) => new Map(message.fields.map((one) => [one.number, one.name]));
    const [ofTask, ofRequest] = [numbers(TaskSchema), numbers(CreateTaskRequestSchema)];
    const isReserved = (message: DescMessage, number: number) =>
      message.proto.reservedRange.some(({ start, end }) => start <= number && number < end);
    // The request names a lease where the task has what the server made of it.
    expect([ofTask.get(26), ofRequest.get(26)]).toEqual(["parent_task_id", "under"]);
    ofRequest.delete(26);
    ofTask.delete(26);
    for (const [number, name] of ofRequest) {
      if (ofTask.get(number) !== name) expect(isReserved(TaskSchema, number), name).toBe(true);
    }
    for (const [number, name] of ofTask) {
      if (number > lastOfRequest || ofRequest.get(number) === name) continue;
      expect(isReserved(CreateTaskRequestSchema, number), name).toBe(true);
    }
  });
});

describe("an error reason", () => {
  test.each(ErrorReasonSchema.values.filter(({ number }) => number !== 0).map((value) => [value.name, value] as const))(
    "%s says its code and its advice, and is retryable only with a code that clients retry",
    (_name, value) => {
      const { grpcCode, retryable, advice } = getOption(value, failure);
      expect(grpcCode).toBeGreaterThan(0);
      expect(grpcCode).toBeLessThanOrEqual(16);
      expect(advice).toMatch(/^[A-Z].*\.$/);
      const deadlineExceeded = 4;
      const resourceExhausted = 8;
      const unavailable = 14;
      if (retryable) expect([deadlineExceeded, resourceExhausted, unavailable]).toContain(grpcCode);
    },
  );

  test("has no advice if it is never sent", () => {
    const [zero] = ErrorReasonSchema.values;
    expect(zero && getOption(zero, failure).advice).toBe("");
  });
});

describe("comments", () => {
  const commented = [
    ...services.map(({ typeName }) => typeName),
    ...methods.map((method) => `${method.parent.typeName}.${method.name}`),
    ...types.map(({ typeName }) => typeName),
    ...types.flatMap((type) =>
      type.kind === "enum"
        ? type.values.map(({ name }) => `${type.typeName}.${name}`)
        : [...type.fields, ...type.oneofs]
            .filter((one) => !one.name.startsWith("_"))
            .map(({ name }) => `${type.typeName}.${name}`),
    ),
  ];

  test("describe every service, method, message, field and value in sentences", () => {
    expect(commented.length).toBeGreaterThan(500);
    expect(commented.filter((name) => !isSentence(comments.get(name) ?? ""))).toEqual([]);
  });

  test.each(["", "todo", "the task", "The task"])("a control: %j is no sentence", (text) => {
    expect(isSentence(text)).toBe(false);
  });
});

/** Begins like a sentence (with a capital, a number or a quoted word) and ends like one. */
function isSentence(text: string): boolean {
  return /^[A-Z0-9`]/.test(text) && /[.!?:]$/.test(text);
}
