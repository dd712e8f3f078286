// Puts the contract's StoredMachine together from its row.
import type { StoredMachine } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";

export type MachineRow = {
  readonly name: string;
  readonly number: number;
  readonly version: string;
  readonly hash: string;
  readonly documentBytes: number;
  readonly principal: string;
  readonly createTime: Date;
};

export function assembleMachine({ principal, createTime, ...row }: MachineRow): StoredMachine {
  const { name, number, version, hash, documentBytes } = row;
  return {
    $typeName: "asyncgate.v1.StoredMachine",
    name,
    number,
    version,
    hash,
    documentBytes,
    createdBy: parsePrincipal(principal),
    createTime: timestampOfDate(createTime),
  };
}
