// A tenant of the contract, from its row.
import { create } from "@bufbuild/protobuf";
import { type Tenant, TenantSchema } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { durationOfMs, timestampOfDate } from "../../core/duration.ts";
import { parseOwnLimits } from "../../core/tenant.ts";

export type TenantRow = {
  readonly tenantId: string;
  readonly name: string;
  readonly createTime: Date;
  readonly suspendTime: Date | null;
  readonly locatabilityMode: number;
  readonly limits: string;
  readonly retentionMs: number | null;
};

export function assembleTenant(row: TenantRow): Tenant {
  return create(TenantSchema, {
    tenantId: row.tenantId,
    name: row.name,
    createTime: timestampOfDate(row.createTime),
    locatabilityMode: row.locatabilityMode as LocatabilityMode,
    limits: Object.fromEntries(
      Object.entries(parseOwnLimits(row.limits)).map(([name, value]) => [name, BigInt(value)]),
    ),
    ...(row.suspendTime && { suspendTime: timestampOfDate(row.suspendTime) }),
    ...(row.retentionMs !== null && { retention: durationOfMs(row.retentionMs) }),
  });
}
