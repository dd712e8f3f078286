// Who may call what: every method of the contract is called with a key of every role, over the wire, and is denied to
// exactly those whose scopes do not say otherwise. The matrix is made from the descriptors, so a new method is in it.
import { create, type DescMethod } from "@bufbuild/protobuf";
import { ConnectError, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorDetailSchema, ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { accessOf, methods, servedMethods, shortName } from "../../../src/build/generate-docs-contract.ts";
import { roleName, scopesOf } from "../../../src/core/roles.ts";
import { bearer, openEngineServer, roles } from "../engine-server.ts";

/** A call that is allowed may wait for this long; a refusal is awaited however long it takes. */
const waitMs = 5_000;
const timeoutMs = 300_000;

async function* nothing(): AsyncGenerator<never> {}

/** Why a call is refused; undefined if it is not. An allowed call is told that something is missing, or waits. */
async function reasonOf(
  transport: Transport,
  method: DescMethod,
  key: string,
  mayCall: boolean,
): Promise<ErrorReason | undefined> {
  const { headers } = bearer(key);
  const signal = mayCall ? AbortSignal.timeout(waitMs) : undefined;
  try {
    if (method.methodKind === "unary") {
      await transport.unary(method as never, undefined, undefined, headers, create(method.input) as never);
      return undefined;
    }
    const input = method.methodKind === "server_streaming" ? once(create(method.input)) : nothing();
    const { message } = await transport.stream(method as never, signal, undefined, headers, input as never);
    for await (const _answer of message) break;
    return undefined;
  } catch (thrown) {
    if (signal?.aborted) return undefined;
    return ConnectError.from(thrown).findDetails(ErrorDetailSchema)[0]?.reason ?? ErrorReason.UNSPECIFIED;
  }
}

async function* once<Message>(message: Message): AsyncGenerator<Message> {
  yield message;
}

const shut = new Set<ErrorReason | undefined>([
  ErrorReason.PERMISSION_DENIED,
  ErrorReason.UNAUTHENTICATED,
  ErrorReason.UNSUPPORTED,
  ErrorReason.UNSPECIFIED,
  ErrorReason.INTERNAL,
]);

test("every method is open to the roles that the contract gives its scope, and shut to all others", {
  timeout: timeoutMs,
}, async ({ annotate }) => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const tenantId = await makeTenant("acme");
  const transport = createGrpcTransport({ baseUrl: url });
  const keys = new Map<Role, string>();
  for (const role of roles) keys.set(role, await makeKey(tenantId, role));
  const served = servedMethods();
  const wrong: string[] = [];
  const table: string[] = [];
  let cells = 0;
  for (const method of methods.filter((one) => served.has(shortName(one)))) {
    const { scope, widerScope, narrowerScope } = accessOf(method);
    const row: string[] = [];
    for (const role of roles) {
      const scopes = scopesOf([role]);
      const may = [scope, widerScope, narrowerScope].some((one) => scopes.has(one));
      const reason = await reasonOf(transport, method, keys.get(role) ?? "", may);
      const isOpen = !shut.has(reason);
      const isDenied = reason === ErrorReason.PERMISSION_DENIED;
      if (may ? !isOpen : !isDenied) wrong.push(`${shortName(method)} × ${roleName(role)}: ${reason}`);
      row.push(may ? "yes" : " – ");
      cells += 1;
    }
    table.push(`${shortName(method).padEnd(44)} ${row.join("  ")}`);
  }
  await annotate(`${" ".repeat(44)} ${roles.map((role) => roleName(role).slice(0, 4)).join(" ")}\n${table.join("\n")}`);
  expect(wrong).toEqual([]);
  expect(cells).toBe(served.size * roles.length);
});

test("a control: every method refuses calls without a key, and calls with a wrong one", {
  timeout: timeoutMs,
}, async () => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const key = await makeKey(await makeTenant("acme"), Role.OPERATOR);
  const transport = createGrpcTransport({ baseUrl: url });
  const served = servedMethods();
  for (const method of methods.filter((one) => served.has(shortName(one)))) {
    for (const wrong of ["", key.slice(0, -1), key.replace(/.{6}$/, "000000")]) {
      expect(await reasonOf(transport, method, wrong, false), shortName(method)).toBe(ErrorReason.UNAUTHENTICATED);
    }
  }
});

test("roles add up, and nothing is had by having two that neither has", () => {
  const both = scopesOf([Role.TASKER, Role.WORKER]);
  const apart = new Set([...scopesOf([Role.TASKER]), ...scopesOf([Role.WORKER])]);
  expect(both).toEqual(apart);
  for (const scope of ["tasks:read_all", "admin:keys", "receipts:report_anomaly"]) expect(both.has(scope)).toBe(false);
  for (const role of roles) {
    const isAdmin = role === Role.ADMIN;
    for (const scope of scopesOf([role])) expect(scope.startsWith("admin:") && !isAdmin).toBe(false);
  }
});
