/**
 * What callers may do: a method is reached by those who hold the scope that the contract gives it, and by nobody else.
 * A method that the contract gives none does not let the server be built.
 */
import { type DescMethod, type DescService, getOption, hasOption } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { access } from "../../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { permissionDenied, Refused } from "../../core/refusal.ts";
import { identityKey } from "../identity.ts";

/** Protocols of others, whose files cannot carry our option. They tell nothing that needs a credential. */
const PUBLIC_SERVICES = new Set(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]);

export function isPublic(method: DescMethod): boolean {
  return PUBLIC_SERVICES.has(method.parent.typeName) || getOption(method, access).public;
}

/** `asyncgate.v1.TaskService/CreateTask`, as facts and logs write it. */
export function methodName(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
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
  const { scope, widerScope } = getOption(context.method, access);
  const held = context.values.get(identityKey)?.scopes;
  if (scope !== "" && held?.has(scope)) return;
  if (widerScope !== "" && held?.has(widerScope)) return;
  throw new Refused(permissionDenied(methodName(context.method), scope));
}
