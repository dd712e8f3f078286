// A key of the contract, from its row; its secret is in neither.
import { create } from "@bufbuild/protobuf";
import { type ApiKey, ApiKeySchema, type Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";

export type ApiKeyRow = {
  readonly keyId: string;
  readonly tenantId: string;
  readonly principal: string;
  readonly roles: readonly number[];
  readonly label: string;
  readonly createTime: Date;
  readonly expireTime: Date | null;
  readonly revokeTime: Date | null;
  readonly lastUsedTime: Date | null;
};

export function assembleApiKey(row: ApiKeyRow): ApiKey {
  return create(ApiKeySchema, {
    keyId: row.keyId,
    tenantId: row.tenantId,
    principal: parsePrincipal(row.principal),
    roles: row.roles.map((role) => role as Role),
    label: row.label,
    createTime: timestampOfDate(row.createTime),
    ...(row.expireTime && { expireTime: timestampOfDate(row.expireTime) }),
    ...(row.revokeTime && { revokeTime: timestampOfDate(row.revokeTime) }),
    ...(row.lastUsedTime && { lastUsedTime: timestampOfDate(row.lastUsedTime) }),
  });
}
