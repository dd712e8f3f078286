/**
 * What callers may do: a method is reached by those who hold the scope that the contract gives it, and by nobody else.
 * A method that the contract gives none does not let the server be built.
 */
import { type DescMethod, type DescService, getOption, hasOption } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { access } from "../../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { permissionDenied, Refused } from "../../core/refusal.ts";
import { callerKey } from "../call/call.ts";

/** Protocols of others, whose files cannot carry our option. They tell nothing that needs a credential. */
const PUBLIC_SERVICES = new Set(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]);

export function isPublic(method: DescMethod): boolean {
  return ruleOf(method).isPublic;
}

/** `asyncgate.v1.TaskService/CreateTask`, as facts and logs write it. */
export function methodName(method: DescMethod): string {
  return ruleOf(method).name;
}

type Rule = { readonly name: string; readonly isPublic: boolean; readonly scope: string; readonly widerScope: string };

/** What the contract says of each method. Reading an option parses it anew each time, too dear for every call. */
const rules = new WeakMap<DescMethod, Rule>();

function ruleOf(method: DescMethod): Rule {
  const known = rules.get(method);
  if (known !== undefined) return known;
  const { public: open, scope, widerScope } = getOption(method, access);
  const isOpen = open || PUBLIC_SERVICES.has(method.parent.typeName);
  const rule = { name: `${method.parent.typeName}/${method.name}`, isPublic: isOpen, scope, widerScope };
  rules.set(method, rule);
  return rule;
}

export function assertEveryMethodHasAccess(services: readonly DescService[]): void {
  const faults = services
    .filter((service) => !PUBLIC_SERVICES.has(service.typeName))
    .flatMap((service) => service.methods)
    .map((method) => ({ name: methodName(method), fault: faultOf(method) }))
    .filter(({ fault }) => fault !== undefined)
    .map(({ name, fault }) => `${name} ${fault}`);
  if (faults.length > 0) throw new Error(`The contract leaves open who may call: ${faults.join("; ")}`);
}

function faultOf(method: DescMethod): string | undefined {
  if (!hasOption(method, access)) return "has no access option";
  const { scope, public: open } = getOption(method, access);
  if (open) return scope === "" ? undefined : "is public and has a scope";
  return scope === "" ? "has no scope and is not public" : undefined;
}

/** Runs after `authenticate`, for methods that are not public. Whose things one sees is the operation's to judge. */
export function authorize(context: HandlerContext): void {
  const { name, scope, widerScope } = ruleOf(context.method);
  const held = context.values.get(callerKey)?.scopes;
  if (scope !== "" && held?.has(scope)) return;
  if (widerScope !== "" && held?.has(widerScope)) return;
  throw new Refused(permissionDenied(name, scope));
}
