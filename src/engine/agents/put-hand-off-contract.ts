// PutHandOffContract: one version after another, each with its audit record. Registrations of agents have the same
// lock.
import { fromBinary } from "@bufbuild/protobuf";
import { type HandOffContract, HandOffContractSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  AgentService,
  type PutHandOffContractRequest,
  PutHandOffContractRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { limitExceeded, Refused } from "../../core/refusal.ts";
import { lockAgents } from "../../store/agent.sql.gen.ts";
import {
  countHandOffContracts,
  readHandOffContract,
  writeHandOffContract,
} from "../../store/hand_off_contract.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import { type Act, administer } from "../admin/administer.ts";
import type { Administrator } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";

export type PutContract = { readonly contract: HandOffContract; readonly changed: boolean };

export async function putHandOffContract(
  engine: Engine,
  operator: Caller & Administrator,
  request: PutHandOffContractRequest,
): Promise<PutContract> {
  const { contract: asked, requestId } = request;
  assert(asked !== undefined, "the contract requires the contract");
  const { tenantId, principalText: by } = operator;
  const { name } = asked;
  const digest = () => requestDigest(PutHandOffContractRequestSchema, request);
  const act: Act = { method: AgentService.method.putHandOffContract, requestId, digest };
  return await administer<PutContract>(engine, operator, act, async (tx, said) => {
    await lockAgents(tx, { tenantId });
    const row = await readHandOffContract(tx, { tenantId, name });
    const before = row && fromBinary(HandOffContractSchema, row.contract);
    const put = before && (said || isSame(before, asked)) ? { contract: before, changed: false } : undefined;
    const answer = put ?? { contract: await write(tx, operator, next(before, asked, tx.now, by)), changed: true };
    const note = `version ${answer.contract.version}${answer.changed ? "" : ", as it was"}`;
    return { answer, deed: { tenantId, subject: name, note } };
  });
}

function definitionOf(contract: HandOffContract): HandOffContract {
  const { updateTime: _time, updatedBy: _by, ...rest } = contract;
  return { ...rest, version: 0n };
}

function isSame(before: HandOffContract, asked: HandOffContract): boolean {
  const bytes = (one: HandOffContract) => encode(HandOffContractSchema, definitionOf(one));
  return Buffer.compare(bytes(before), bytes(asked)) === 0;
}

function next(before: HandOffContract | undefined, asked: HandOffContract, now: Date, by: string): HandOffContract {
  const version = (before?.version ?? 0n) + 1n;
  return { ...definitionOf(asked), version, updateTime: timestampOfDate(now), updatedBy: parsePrincipal(by) };
}

async function write(
  tx: Transaction,
  { tenantId, limits }: Caller,
  contract: HandOffContract,
): Promise<HandOffContract> {
  const bound = limits.hand_off_contracts_max;
  const { contracts } =
    contract.version > 1n ? { contracts: 0 } : await countHandOffContracts(tx, { tenantId, most: bound });
  if (contract.version === 1n && contracts >= bound) {
    throw new Refused(limitExceeded({ limit: "hand_off_contracts_max", bound, value: contracts + 1 }));
  }
  const { name } = contract;
  await writeHandOffContract(tx, { tenantId, name, contract: encode(HandOffContractSchema, contract) });
  return contract;
}
