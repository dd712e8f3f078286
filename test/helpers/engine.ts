// An engine on a database of its own, with a clock that the test moves. At the end of each test every chain, state and
// obligation of the ledger is checked.
import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { getOption } from "@bufbuild/protobuf";
import { expect, onTestFinished } from "vitest";
import { grant } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { Role, RoleSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import type { LeaseBounds, Limits, SessionBounds } from "../../src/core/limits.ts";
import { formatPrincipal } from "../../src/core/principal.ts";
import { roleName } from "../../src/core/roles.ts";
import type { Caller } from "../../src/engine/caller.ts";
import { bindEngine, createEngine, type Engine, type Operations } from "../../src/engine/index.ts";
import { checkLedger } from "../../src/engine/maintenance/check-ledger.ts";
import { createIds } from "../../src/engine/runtime/ids.ts";
import { createLog } from "../../src/log.ts";
import { startLoop } from "../../src/server/loop.ts";
import { insertTenant } from "../../src/store/tenant.sql.gen.ts";
import { transaction } from "../../src/store/transaction.ts";
import { openTestDatabase, type TestDatabase } from "./database.ts";

export type Clock = { readonly now: () => Date; readonly advance: (ms: number) => void };
export type Tenant = {
  readonly tenantId: string;
  /** A caller of this tenant. Roles follow the kind unless they are given. */
  readonly caller: (kind: "agent" | "worker" | "human", id: string, roles?: readonly Role[]) => Caller;
};
export type TestEngine = {
  readonly engine: Engine;
  readonly operations: Operations;
  readonly database: TestDatabase;
  readonly clock: Clock;
  readonly tenant: Tenant;
  readonly makeTenant: (mode?: LocatabilityMode) => Promise<Tenant>;
  /** Sweeps until there is nothing left to sweep. */
  readonly sweep: () => Promise<{ lost: number; ended: number }>;
};

export type TestEngineOptions = {
  /** Several engines of one test on one database: two servers. */
  readonly databaseUrl?: string;
  readonly clock?: Clock;
  readonly poolMax?: number;
  readonly mode?: LocatabilityMode;
  /** For tests that damage the ledger on purpose. */
  readonly ledgerMayDiffer?: boolean;
  readonly random?: () => number;
  readonly sessionBounds?: Partial<SessionBounds>;
  readonly leaseBounds?: Partial<LeaseBounds>;
  readonly claimBytesMax?: number;
  readonly waitMaxMs?: number;
  readonly messageBytesMax?: number;
  readonly limits?: Partial<Limits>;
  /** What endpoints of agents answer. */
  readonly probe?: Engine["probe"];
  /** If absent, there is one key, and nodes may be at `node.example`. */
  readonly sealingKeys?: Engine["sealingKeys"];
  /** For tests of what one server keeps in memory, such as hints: no second server, whatever TWO_SERVERS says. */
  readonly oneServer?: boolean;
  /** Runs the wait poller as servers do, but much more often, so that no test waits for it. */
  readonly pollsWaits?: boolean;
};

/** A clock that starts at the present, whose partitions always exist, and moves only when told. */
export function createClock(start = new Date()): Clock {
  let ms = start.getTime();
  return {
    now: () => new Date(ms),
    advance(by) {
      ms += by;
    },
  };
}

export async function openTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const clock = options.clock ?? createClock();
  const ids = createIds();
  const engine = await openEngine(options, clock, ids, options.databaseUrl);
  const { database } = engine;
  const first = bindEngine(engine, () => performance.now());
  const second = twoServers && !options.oneServer ? await openSecond(options, clock, ids, database) : undefined;
  const operations = second ? alternating(first, second) : first;
  for (const one of second ? [first, second] : options.pollsWaits ? [first] : []) keepPolling(one);
  await operations.makePartitions();
  if (!options.ledgerMayDiffer) {
    onTestFinished(async () => expect((await checkLedger(engine)).differences).toEqual([]));
  }
  const makeTenant = (mode: LocatabilityMode = LocatabilityMode.LENIENT) => createTenant(engine, mode);
  return {
    engine,
    operations,
    database,
    clock,
    tenant: await makeTenant(options.mode),
    makeTenant,
    sweep: () => sweepAll(operations),
  };
}

const waitPollIntervalMs = 20;

function keepPolling({ pollWaits }: Operations): void {
  const loop = startLoop({
    name: "wait_poller",
    intervalMs: waitPollIntervalMs,
    jitter: 0,
    log: createLog({ level: "error", now: () => new Date(0), write: () => {} }),
    random: () => 0.5,
    monotonicMs: () => performance.now(),
    runOnce: async (signal) => void (await pollWaits({ topics: true, due: false }, signal)),
  });
  onTestFinished(() => loop.stop());
}

async function openEngine(
  options: TestEngineOptions,
  clock: Clock,
  ids: Engine["ids"],
  databaseUrl: string | undefined,
): Promise<Engine & { readonly database: TestDatabase }> {
  const database = await openTestDatabase({
    clock: clock.now,
    ...(databaseUrl && { databaseUrl }),
    ...(options.poolMax && { poolMax: options.poolMax }),
  });
  const engine = createEngine({
    database,
    ids,
    random: options.random ?? (() => 0.5),
    secureBytes: randomBytes,
    limits: options.limits ?? {},
    leaseBounds: options.leaseBounds ?? {},
    // A heartbeat that waits for others would slow the test down.
    sessionBounds: { heartbeatWindowMs: 0, ...options.sessionBounds },
    server: { version: "test", environment: "test", startTime: clock.now(), sweepIntervalMs: 1_000, retentionMs: 0 },
    sealingKeys: options.sealingKeys ?? [sealingKey("one")],
    nodePushHosts: ["node.example"],
    ...(options.probe && { probe: options.probe }),
    ...(options.claimBytesMax !== undefined && { claimBytesMax: options.claimBytesMax }),
    ...(options.messageBytesMax !== undefined && { messageBytesMax: options.messageBytesMax }),
    ...(options.waitMaxMs !== undefined && { waitMaxMs: options.waitMaxMs }),
  });
  return { ...engine, database };
}

/** The same for each server of a test. */
export function sealingKey(id: string): Engine["sealingKeys"][number] {
  return { id, key: createSecretKey(Buffer.alloc(32, id)) };
}

/**
 * With TWO_SERVERS=1 every test runs against two servers on its database, and consecutive calls go to different
 * servers: what a server keeps only in its memory, the next call misses.
 */
const twoServers = process.env["TWO_SERVERS"] === "1";

/** Both share one source of ids: while the clock of a test stands still, only that keeps ids in order. */
async function openSecond(
  options: TestEngineOptions,
  clock: Clock,
  ids: Engine["ids"],
  { databaseUrl }: TestDatabase,
): Promise<Operations> {
  return bindEngine(await openEngine(options, clock, ids, databaseUrl), () => performance.now());
}

function alternating(one: Operations, other: Operations): Operations {
  let calls = 0;
  return new Proxy(one, {
    get(_target, name) {
      const servers = [one, other] as const;
      return (...given: never[]): unknown => {
        const server = servers[calls++ % servers.length] as Readonly<
          Record<PropertyKey, (...given: never[]) => unknown>
        >;
        return server[name]?.(...given);
      };
    },
  });
}

async function createTenant(engine: Engine, locatabilityMode: LocatabilityMode): Promise<Tenant> {
  const tenantId = randomUUID();
  const tokenKey = createSecretKey(randomBytes(32));
  const name = `tenant-${tenantId}`;
  await transaction(engine.database, {}, (tx) =>
    insertTenant(tx, { tenantId, name, createTime: tx.now, locatabilityMode, tokenKey: tokenKey.export() }),
  );
  return {
    tenantId,
    caller(kind, id, roles = [kind === "worker" ? Role.WORKER : kind === "agent" ? Role.TASKER : Role.OPERATOR]) {
      const principal = { kind: kinds[kind], id };
      return {
        tenantId,
        tenantName: name,
        principal,
        principalText: formatPrincipal(principal),
        roles: roles.map(roleName),
        scopes: new Set(roles.flatMap((role) => scopesOf(role))),
        keyId: "test",
        locatabilityMode,
        limits: engine.limits,
        tokenKey,
      };
    },
  };
}

const kinds = { agent: PrincipalKind.AGENT, worker: PrincipalKind.WORKER, human: PrincipalKind.HUMAN } as const;

function scopesOf(role: Role): readonly string[] {
  const value = RoleSchema.value[role];
  return value ? getOption(value, grant).scopes : [];
}

/** More passes than any test needs: a sweep that never ends is a fault. */
const passesMax = 50;

async function sweepAll(operations: Operations): Promise<{ lost: number; ended: number }> {
  const total = { lost: 0, ended: 0 };
  for (let pass = 0; pass < passesMax; pass += 1) {
    const swept = await operations.sweep(new AbortController().signal);
    total.lost += swept.lost;
    total.ended += swept.ended;
    if (swept.lost + swept.ended + swept.waited === 0) return total;
  }
  throw new Error("the sweep does not end");
}
