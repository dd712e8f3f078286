// GetHandOffContract and ListHandOffContracts: what must go along when work is handed over.
import { fromBinary } from "@bufbuild/protobuf";
import { type HandOffContract, HandOffContractSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  type GetHandOffContractRequest,
  type ListHandOffContractsRequest,
  ListHandOffContractsRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { formatPageToken, pageQuestion, parsePageToken } from "../../core/page-token.ts";
import { notFound, orThrow, Refused } from "../../core/refusal.ts";
import {
  listHandOffContracts as listHandOffContractRows,
  readHandOffContract,
} from "../../store/hand_off_contract.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { agentIdShape } from "./agent-rows.ts";

/** As the contract says. */
const pageSizeDefault = 50;

export async function getHandOffContract(
  engine: Engine,
  { tenantId }: Caller,
  { name }: Pick<GetHandOffContractRequest, "name">,
): Promise<HandOffContract> {
  const row = await read(engine.database, {}, (tx) => readHandOffContract(tx, { tenantId, name }));
  if (!row) throw new Refused(notFound("hand_off_contract", name));
  return fromBinary(HandOffContractSchema, row.contract);
}

export type ContractPage = { readonly contracts: HandOffContract[]; readonly nextPageToken: string };

export async function listHandOffContracts(
  engine: Engine,
  { tenantId }: Caller,
  request: ListHandOffContractsRequest,
): Promise<ContractPage> {
  const question = pageQuestion(ListHandOffContractsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  // Names have the form of agents' ids.
  const { position = "" } = orThrow(parsePageToken(question, request.pageToken, "page_token", agentIdShape));
  const most = request.pageSize || pageSizeDefault;
  const rows = await read(engine.database, {}, (tx) =>
    listHandOffContractRows(tx, { tenantId, afterName: position, most: most + 1 }),
  );
  const listed = rows.slice(0, most).map(({ contract }) => fromBinary(HandOffContractSchema, contract));
  const contracts = takeFitting(HandOffContractSchema, listed, engine.pageBytesMax);
  const last = contracts.at(-1);
  const nextPageToken = last && rows.length > contracts.length ? formatPageToken(question, last.name) : "";
  return { contracts, nextPageToken };
}
