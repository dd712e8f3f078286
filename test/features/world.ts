// What the steps of one scenario share: a tenant of its own on the server of all scenarios, the callers that it names,
// its tasks and leases, and the refusal that the last step has met.
import { ConnectError, createClient as createStub } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished } from "vitest";
import { asyncGateErrorOf } from "../../clients/typescript/src/errors.ts";
import { AsyncGateError, type Client, createClient } from "../../clients/typescript/src/index.ts";
import { AdminService, Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { LeasedTask } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { Payload } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { type Task, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Kit } from "../clients/typescript/kit.ts";

/** The kinds of callers, as steps call them. A stranger is a caller of another tenant. */
const kinds = {
  agent: [PrincipalKind.AGENT, Role.TASKER],
  stranger: [PrincipalKind.AGENT, Role.TASKER],
  worker: [PrincipalKind.WORKER, Role.WORKER],
  executor: [PrincipalKind.WORKER, Role.EXECUTOR],
  operator: [PrincipalKind.HUMAN, Role.OPERATOR],
  dispatcher: [PrincipalKind.WORKER, Role.DISPATCHER],
} as const;

export type CallerKind = keyof typeof kinds;
export const callerKinds = Object.keys(kinds) as CallerKind[];

export type Member = {
  readonly client: Client;
  readonly key: string;
  readonly kind: PrincipalKind;
  readonly id: string;
};

export type World = {
  readonly kit: Kit;
  readonly tenantId: string;
  /** A caller by its kind and name, with a key that is made when it is first named. */
  member(who: string): Promise<Member>;
  /** The same caller, with another client. */
  rejoin(who: string, member: Member): void;
  /** Ids by the names that the scenario gives. */
  readonly taskIds: Map<string, string>;
  /** Ids of agents' sessions by their names. */
  readonly sessionIds: Map<string, string>;
  idOf(task: string): string;
  read(task: string): Promise<Task>;
  /** By worker and task: a worker that has lost its lease still has its token. */
  readonly leases: Map<string, LeasedTask>;
  leaseOf(who: string, task: string): LeasedTask;
  /** Why the last step was refused, until a step looks at it. */
  refusal: AsyncGateError | undefined;
  /** What the last step was answered with, where a later one looks at it. */
  answer: unknown;
};

const instances = { count: 0 };

export async function openWorld(kit: Kit): Promise<World> {
  const admin = createStub(AdminService, createGrpcTransport({ baseUrl: kit.server.url }));
  const as = { headers: { authorization: `Bearer ${kit.keys.admin}` } };
  const name = `features-${++instances.count}`;
  const tenants = new Map<string, Promise<string>>();
  const tenantOf = (suffix: string) => {
    const made =
      tenants.get(suffix) ??
      admin.createTenant({ name: `${name}${suffix}` }, as).then(({ tenant }) => tenant?.tenantId ?? "");
    tenants.set(suffix, made);
    return made;
  };
  const members = new Map<string, Promise<Member>>();
  const make = async (who: string): Promise<Member> => {
    const [word = "", id = ""] = who.split(" ");
    const [kind, role] = kinds[word as CallerKind];
    const tenantId = await tenantOf(word === "stranger" ? "-other" : "");
    const { secret } = await admin.createApiKey({ tenantId, principal: { kind, id }, roles: [role] }, as);
    const client = createClient({ endpoint: kit.server.url, key: secret });
    onTestFinished(() => client.close());
    return { client, key: secret, kind, id };
  };
  const member = (who: string) => {
    const made = members.get(who) ?? make(who);
    members.set(who, made);
    return made;
  };
  const taskIds = new Map<string, string>();
  const leases = new Map<string, LeasedTask>();
  const idOf = (task: string) => {
    const id = taskIds.get(task);
    if (id === undefined) throw new Error(`the scenario has no task "${task}"`);
    return id;
  };
  return {
    kit,
    tenantId: await tenantOf(""),
    member,
    rejoin(who, again) {
      onTestFinished(() => again.client.close());
      members.set(who, Promise.resolve(again));
    },
    taskIds,
    sessionIds: new Map(),
    idOf,
    read: async (task) => (await member("operator reader")).client.getTask(idOf(task)),
    leases,
    leaseOf(who, task) {
      const leased = leases.get(`${who} ${task}`);
      if (!leased) throw new Error(`${who} has no lease of "${task}"`);
      return leased;
    },
    refusal: undefined,
    answer: undefined,
  };
}

/** The name of a value of one of the contract's enums. */
export function nameOf(values: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}

/** Waits until the task is in the state. */
export async function expectState(world: World, task: string, state: string): Promise<Task> {
  const stateName = async () => nameOf(TaskState, (await world.read(task)).state);
  await expect.poll(stateName).toBe(state);
  return await world.read(task);
}

export function jsonContent(value: unknown) {
  return { content: { case: "json" as const, value: JSON.stringify(value) } };
}

export function textOf(payload: Payload | undefined): unknown {
  return payload?.content.case === "json" ? JSON.parse(payload.content.value) : undefined;
}

/** Undefined if it was not refused by the server. Generated clients throw errors of their library. */
export function refusalOf(thrown: unknown): AsyncGateError | undefined {
  if (thrown instanceof AsyncGateError) return thrown;
  return thrown instanceof ConnectError ? asyncGateErrorOf(thrown) : undefined;
}
