// What callers may do: a method is open to credentials with the scope that the contract gives it, and to no other. The
// server does not start with a method that has none.
import { type DescMethod, type DescService, hasOption } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { access } from "../../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { methodOptions } from "../../core/method-options.ts";
import { permissionDenied, Refused } from "../../core/refusal.ts";
import { callerKey } from "../call/call.ts";

/** Standard services, whose files cannot have our options. They show nothing that needs a credential. */
const publicServices = new Set(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"]);

export function isPublic(method: DescMethod): boolean {
  return methodOptions(method).access.public || publicServices.has(method.parent.typeName);
}

/** `asyncgate.v1.TaskService/CreateTask`, as facts and logs write it. */
export function methodName(method: DescMethod): string {
  return methodOptions(method).name;
}

export function assertEveryMethodHasAccess(services: readonly DescService[]): void {
  const faults = services
    .filter((service) => !publicServices.has(service.typeName))
    .flatMap((service) => service.methods)
    .map((method) => ({ name: methodName(method), fault: faultOf(method) }))
    .filter(({ fault }) => fault !== undefined)
    .map(({ name, fault }) => `${name} ${fault}`);
  if (faults.length > 0) throw new Error(`The contract does not say who may call: ${faults.join("; ")}`);
}

function faultOf(method: DescMethod): string | undefined {
  if (!hasOption(method, access)) return "has no access option";
  const { scope, public: isOpen } = methodOptions(method).access;
  if (isOpen) return scope === "" ? undefined : "is public and has a scope";
  return scope === "" ? "has no scope and is not public" : undefined;
}

/** For methods that are not public, after authentication. Which tasks a caller may see is the operation's to decide. */
export function authorize(context: Pick<HandlerContext, "method" | "values">): void {
  const { name, access } = methodOptions(context.method);
  const { scope, widerScope, narrowerScope } = access;
  const held = context.values.get(callerKey)?.scopes;
  if (scope !== "" && held?.has(scope)) return;
  if (widerScope !== "" && held?.has(widerScope)) return;
  // The operation refuses the requests that need more.
  if (narrowerScope !== "" && held?.has(narrowerScope)) return;
  throw new Refused(permissionDenied(name, scope));
}
