// PutMachine: keeps a document that was found to have no faults as a version of its machine. Versions of a tenant are
// kept one after the other, so of racing twins one keeps it and the other finds it.
import {
  MachineService,
  type PutMachineRequest,
  PutMachineRequestSchema,
  type StoredMachine,
} from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { methodOptions } from "../../core/method-options.ts";
import { limitExceeded, machineVersionExists, orThrow, permissionDenied, Refused } from "../../core/refusal.ts";
import {
  countMachineVersions,
  insertMachineVersion,
  lockMachines,
  readMachineByHash,
  readMachineByVersion,
  readMachineStanding,
} from "../../store/machine.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { type Administrator, recordAudit } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { type Call, callDigest, claimRequestIds, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleMachine } from "../views/assemble-machine.ts";

/** A document without faults, in its one form. */
export type NewMachine = {
  readonly name: string;
  readonly version: string;
  readonly hash: string;
  /** Canonical JSON. */
  readonly document: string;
};

export type Putting = {
  readonly request: PutMachineRequest;
  readonly machine: NewMachine;
  /** Where the call comes from, for the audit record. */
  readonly origin: Pick<Administrator, "peer" | "callId">;
};

export type PutMachine = { readonly machine: StoredMachine; readonly existed: boolean };

const { name: methodName, access } = methodOptions(MachineService.method.putMachine);

export async function putMachine(engine: Engine, caller: Caller, putting: Putting): Promise<PutMachine> {
  const { tenantId, principalText: principal } = caller;
  const { request, machine } = putting;
  const { name, hash } = machine;
  const { requestId } = request;
  const digest = callDigest(requestId, () => requestDigest(PutMachineRequestSchema, request));
  const call: Call = { method: MachineService.method.putMachine.name, principal, requestId, digest };
  refuseTooLarge(caller, machine);
  return await runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      await lockMachines(tx, { tenantId });
      const [said] = await readCalls(tx, tenantId, [call]);
      if (said) orThrow(said);
      const same = await readMachineByHash(tx, { tenantId, name, hash });
      const kept = same ?? (await keep(engine, tx, caller, putting));
      if (!said) await claimRequestIds(tx, tenantId, [{ call, taskIds: [] }]);
      return { machine: assembleMachine(kept), existed: same !== undefined };
    }),
  );
}

function refuseTooLarge({ limits }: Caller, { document }: NewMachine): void {
  const bound = limits.machine_bytes_max;
  const value = Buffer.byteLength(document);
  if (value > bound) throw new Refused(limitExceeded({ limit: "machine_bytes_max", bound, value, field: "document" }));
}

async function keep(engine: Engine, tx: Transaction, caller: Caller, { request, machine, origin }: Putting) {
  const { tenantId, principalText: principal } = caller;
  const { name, version, hash, document } = machine;
  const standing = await readMachineStanding(tx, { tenantId, name });
  if (standing && standing.owner !== principal && !caller.scopes.has(access.widerScope)) {
    throw new Refused(permissionDenied(methodName, access.widerScope));
  }
  if (version !== "" && (await readMachineByVersion(tx, { tenantId, name, version }))) {
    throw new Refused(machineVersionExists(name, version));
  }
  const bound = caller.limits.machine_versions_max;
  const { count } = await countMachineVersions(tx, { tenantId, most: bound });
  if (count >= bound) {
    throw new Refused(limitExceeded({ limit: "machine_versions_max", bound, value: count + 1 }));
  }
  const row = {
    name,
    version,
    hash,
    document,
    principal,
    number: (standing?.number ?? 0) + 1,
    documentBytes: Buffer.byteLength(document),
    createTime: tx.now,
  };
  await insertMachineVersion(tx, { tenantId, ...row });
  const subject = `${name}@${version || hash}`;
  await recordAudit(
    engine,
    tx,
    { ...caller, ...origin },
    { method: methodName, tenantId, subject, requestId: request.requestId },
  );
  return row;
}
