// ListMachines: each machine of a tenant in its latest version, by name; or all versions of one, newest first.
import {
  type ListMachinesRequest,
  ListMachinesRequestSchema,
  type StoredMachine,
} from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { formatPageToken, pageQuestion, pageSizeDefault, parsePageToken } from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import { listLatestMachines, listMachineVersions } from "../../store/machine.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { assembleMachine } from "../views/assemble-machine.ts";

export type MachinePage = { readonly machines: StoredMachine[]; readonly nextPageToken: string };

/** A name or a number as a token holds it: in hexadecimal, as names may have the token's own separator. */
const positionShape = /^(?:[0-9a-f]{2})+$/;
/** Above all versions of a machine. */
const numberAbove = 2 ** 31 - 1;

export async function listMachines(
  engine: Engine,
  { tenantId }: Caller,
  request: ListMachinesRequest,
): Promise<MachinePage> {
  const { name } = request;
  const question = pageQuestion(ListMachinesRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", positionShape));
  const position = Buffer.from(token.position ?? "", "hex").toString("utf8");
  const size = request.pageSize || pageSizeDefault;
  const most = size + 1;
  const rows = await read(engine.database, {}, (tx) =>
    name === ""
      ? listLatestMachines(tx, { tenantId, afterName: position, most })
      : listMachineVersions(tx, { tenantId, name, beforeNumber: numberOf(position), most }),
  );
  const page = rows.slice(0, size);
  const last = page.at(-1);
  const end = last && (name === "" ? last.name : String(last.number));
  const nextPageToken =
    end && rows.length > size ? formatPageToken(question, Buffer.from(end, "utf8").toString("hex")) : "";
  return { machines: page.map(assembleMachine), nextPageToken };
}

/** A token that was made up may hold anything. */
function numberOf(position: string): number {
  const number = Number(position);
  return position === "" || !Number.isInteger(number) || number > numberAbove || number < 0 ? numberAbove : number;
}
