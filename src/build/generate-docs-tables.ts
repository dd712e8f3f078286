// The tables of the docs, each generated from the code or the contract that defines its content.
import { type DescEnum, type DescService, getOption } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { failure } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { ErrorReasonSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { closableBy, mayTerminate, obliges, receiptTypes } from "../core/termination.ts";
import { type Command, commands, hasEnded, nextState, stateName, taskStates } from "../core/transitions.ts";
import { type FramePart, frameParts, frameRules, type SessionState, sessionStates } from "../core/work-frames.ts";
import {
  accessOf,
  type Comments,
  type Method,
  routeOf,
  scopesOfRole,
  servedMethods,
  shortName,
  toolOf,
} from "./generate-docs-contract.ts";
import { mermaid } from "./generate-docs-rooms.ts";
import { firstSentence, type Source } from "./generate-docs-source.ts";
import { toolsOf } from "./generate-tools.ts";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

// --- states and receipts -------------------------------------------------------------------------------------------

type Arrow = { readonly from: string; readonly to: string; readonly by: readonly Command[] };

/** Commands that are possible wherever a task is: in the diagram, their arrows would cover the others. */
const fromAnywhere: readonly Command[] = commands.filter((command) =>
  taskStates.every((from) => hasEnded(from) || nextState(from, command) !== undefined),
);

/** A worker holds the task in both: what leads out of one leads out of the other, so they are one box. */
const held: ReadonlySet<TaskState> = new Set([TaskState.LEASED, TaskState.RUNNING]);
const heldName = "HELD";
/** Its arrows would go around all the others. */
const undrawn: Command = "fail_wait";

function boxName(state: TaskState): string {
  return held.has(state) ? heldName : stateName(state);
}

function arrows(): Arrow[] {
  const found = new Map<string, { from: string; to: string; by: Set<Command> }>();
  for (const from of taskStates) {
    for (const command of commands.filter((one) => !fromAnywhere.includes(one) && one !== undrawn)) {
      const to = nextState(from, command);
      // A command that keeps the state gets no arrow; the table shows it.
      if (to === undefined || boxName(to) === boxName(from)) continue;
      const key = `${boxName(from)} ${boxName(to)}`;
      const arrow = found.get(key) ?? { from: boxName(from), to: boxName(to), by: new Set() };
      arrow.by.add(command);
      found.set(key, arrow);
    }
  }
  return [...found.values()].map(({ by, ...arrow }) => ({ ...arrow, by: [...by] }));
}

export function statesDiagram(): string {
  const [first = 0] = taskStates;
  const ends = fromAnywhere.map(
    (command) => `\`${command}\` leads to ${stateName(nextState(first, command) ?? first)}`,
  );
  const waiting = taskStates.filter((state) => nextState(state, undrawn) !== undefined);
  const shown = arrows();
  const shownEnds = taskStates
    .filter(hasEnded)
    .map(stateName)
    .filter((name) => shown.some(({ to }) => to === name));
  const diagram = mermaid([
    "stateDiagram-v2",
    `  state "${[...held].map(stateName).join(" or ")}" as ${heldName}`,
    "  [*] --> QUEUED : create",
    ...shown.map(({ from, to, by }) => `  ${from} --> ${to} : ${by.join(", ")}`),
    ...shownEnds.map((state) => `  ${state} --> [*]`),
  ]);
  return [
    diagram,
    "",
    "A worker holds a LEASED task and a RUNNING one; `start` leads from the former to the latter. Not in the picture,",
    `because they are possible in every state that is not terminal: ${ends.join(", ")}.`,
    `Nor is \`${undrawn}\`, which leads from ${waiting.map(stateName).join(", ")} to FAILED.`,
  ].join("\n");
}

export function statesTable(): string {
  const states = taskStates.filter((state) => !hasEnded(state));
  const rows = commands.map((command) => [
    `\`${command}\``,
    ...states.map((from) => {
      const to = nextState(from, command);
      return to === undefined ? "–" : stateName(to);
    }),
  ]);
  return table(["command", ...states.map((state) => `from ${stateName(state)}`)], rows);
}

/** The effect of each part of a worker's frame, by the state of its session. */
export function framesTable(page: string): string {
  const effects = new Set(sessionStates.flatMap((state) => frameParts.map((part) => effectName(state, part))));
  for (const effect of effects) {
    if (!page.includes(`\n- \`${effect}\`: `)) throw new Error(`the page of the states does not explain "${effect}"`);
  }
  const rows = sessionStates.map((state) => [`\`${state}\``, ...frameParts.map((part) => effectName(state, part))]);
  return table(["state", ...frameParts.map((part) => `\`${part}\``)], rows);
}

function effectName(state: SessionState, part: FramePart): string {
  return frameRules[state][part].replace("_", " ");
}

/** The states of a session with their comments in the source. */
export function sessionStatesTable(sources: readonly Source[]): string {
  const text = sources.find(({ path }) => path === "src/core/work-frames.ts")?.text ?? "";
  const comments = new Map(
    [...text.matchAll(/\/\*\* (.+) \*\/\n\s+"([A-Z_]+)",/g)].map(([, what, state]) => [state, what]),
  );
  const rows = sessionStates.map((state) => {
    const what = comments.get(state);
    if (what === undefined) throw new Error(`src/core/work-frames.ts has no comment on ${state}`);
    return [`\`${state}\``, what];
  });
  return table(["state", "means"], rows);
}

/** The written form of a type: `task.assigned`. */
function typeName(type: ReceiptType): string {
  const name = Object.entries(ReceiptType).find(([, value]) => value === type)?.[0] ?? String(type);
  return `\`${name.toLowerCase().replace("_", ".")}\``;
}

export function terminationTable(comments: Comments): string {
  const rows = receiptTypes.map((type) => {
    const key = Object.entries(ReceiptType).find(([, value]) => value === type)?.[0];
    const comment = comments.get(`asyncgate.v1.ReceiptType.RECEIPT_TYPE_${key}`) ?? "";
    const closes = receiptTypes
      .filter((other) => mayTerminate(type, other))
      .map(typeName)
      .join(", ");
    const closedBy = closableBy(type).map(typeName).join(", ");
    return [typeName(type), firstSentence(comment), obliges(type) ? "yes" : "", closes, closedBy];
  });
  return table(["type", "records", "obliges", "may close", "closed by"], rows);
}

// --- the contract --------------------------------------------------------------------------------------------------

function codeName(code: number): string {
  return (Code[code] ?? "").replaceAll(/(?<=[a-z])[A-Z]/g, "_$&").toUpperCase();
}

export function errorsTable(comments: Comments): string {
  const rows = ErrorReasonSchema.values
    .filter(({ number }) => number !== 0)
    .map((value) => {
      const { grpcCode, retryable, advice } = getOption(value, failure);
      const comment = comments.get(`${ErrorReasonSchema.typeName}.${value.name}`) ?? "";
      const facts = /Facts: `(\w+)`/.exec(comment)?.[1];
      return [
        `\`${value.name.replace("ERROR_REASON_", "")}\``,
        firstSentence(comment),
        `${codeName(grpcCode)} (${grpcCode})`,
        retryable ? "yes" : "no",
        advice,
        facts === undefined ? "none" : `\`${facts}\``,
      ];
    });
  return table(["reason", "means", "gRPC code", "retryable", "advice", "facts"], rows);
}

/** Each value of an enum, without the prefix that all share, and its whole comment. */
export function valuesTable(comments: Comments, { typeName, values, sharedPrefix = "" }: DescEnum): string {
  const rows = values
    .filter(({ number }) => number !== 0)
    .map(({ name }) => [
      `\`${name.slice(sharedPrefix.length)}\``,
      (comments.get(`${typeName}.${name}`) ?? "").replaceAll(/\s+/g, " "),
    ]);
  return table(["value", "means"], rows);
}

function may(scopes: ReadonlySet<string>, method: Method): string {
  const { scope, widerScope, narrowerScope } = accessOf(method);
  if (widerScope !== "" && scopes.has(widerScope)) return "all";
  if (narrowerScope !== "" && scopes.has(narrowerScope) && !scopes.has(scope)) return "children";
  if (scope === "" || !scopes.has(scope)) return "";
  return widerScope === "" ? "yes" : "own";
}

export function rolesTable(methods: readonly Method[]): string {
  const roles = [...scopesOfRole];
  const rows = methods.map((method) => [
    shortName(method),
    `\`${accessOf(method).scope}\``,
    ...roles.map(([, scopes]) => may(scopes, method)),
  ]);
  return table(["method", "scope", ...roles.map(([role]) => role)], rows);
}

/** The tools that hosts see, as they see them. */
export function toolsTable(services: readonly DescService[], comments: Comments): string {
  const rows = toolsOf(services, comments).map(({ name, title, description, service, method, scope, ...hints }) => [
    `\`${name}\``,
    title,
    description.replaceAll("|", "\\|"),
    `${service.replace("asyncgate.v1.", "")}.${hints.verbs ? "*" : method}`,
    `\`${scope}\``,
    hintsOf(hints),
  ]);
  return table(["tool", "title", "what the model is told", "method", "scope", "hints"], rows);
}

function hintsOf(hints: { readonly readOnly: boolean; readonly idempotent: boolean; readonly destructive: boolean }) {
  const said = [
    hints.readOnly ? "read-only" : "",
    hints.idempotent ? "idempotent" : "",
    hints.destructive ? "destructive" : "",
  ];
  return said.filter((hint) => hint !== "").join(", ");
}

export function scopesTable(comments: Comments): string {
  const rows = [...scopesOfRole].map(([role, scopes]) => [
    `**${role}**`,
    comments.get(`asyncgate.v1.Role.ROLE_${role.toUpperCase()}`)?.replaceAll("\n", " ") ?? "",
    [...scopes].map((scope) => `\`${scope}\``).join(" "),
  ]);
  return table(["role", "does", "scopes"], rows);
}

const kinds = {
  unary: "",
  server_streaming: "streams answers",
  client_streaming: "streams requests",
  bidi_streaming: "streams both ways",
} as const;

export function apiIndex(services: readonly DescService[], comments: Comments): string {
  const served = servedMethods();
  return services
    .map((service) => {
      const rows = service.methods.map((method) => [
        `**${method.name}**`,
        firstSentence(comments.get(`${service.typeName}.${method.name}`) ?? ""),
        kinds[method.methodKind],
        route(method),
        toolOf(method) === undefined ? "" : `\`${toolOf(method)}\``,
        served.has(shortName(method)) ? "yes" : "not yet",
      ]);
      const head = ["method", "does", "", "REST route", "tool", "served"];
      const about = (comments.get(service.typeName) ?? "").replaceAll("\n", " ");
      const path = `[${service.file.proto.name}](../proto/${service.file.proto.name})`;
      return [`## ${service.name}`, "", `${about} ${path}`, "", table(head, rows)].join("\n");
    })
    .join("\n\n");
}

function route(method: Method): string {
  const found = routeOf(method);
  return found === undefined ? "" : `\`${found}\``;
}

// --- laws ----------------------------------------------------------------------------------------------------------

/**
 * The tests of each law: their titles, or those of their groups, begin with `law 4:`. The laws are the numbered
 * headings.
 */
export function lawsTable(page: string, tests: readonly Source[]): string {
  const rows = [...lawsOf(page)].map(([number, { title, anchor }]) => {
    const found = tests.flatMap(({ path, strings }) => {
      const count = strings.filter(({ text }) => text.startsWith(`law ${number}:`)).length;
      return count === 0 ? [] : [`[${path}](../${path})${count > 1 ? ` (${count})` : ""}`];
    });
    return [String(number), `[${title}](#${anchor})`, found.join("<br/>") || "**no test yet**"];
  });
  return table(["", "law", "checked by"], rows);
}

/** The laws of the page, by their numbers. */
export function lawsOf(page: string): Map<number, { readonly title: string; readonly anchor: string }> {
  const headings = [...page.matchAll(/^## (\d+)\. (.+)$/gm)];
  return new Map(
    headings.map(([, number = "", title = ""]) => [Number(number), { title, anchor: anchorOf(`${number}. ${title}`) }]),
  );
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
