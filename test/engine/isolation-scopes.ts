// The isolation of tenants: what operations about write scopes are asked with another tenant's tokens.
import { create } from "@bufbuild/protobuf";
import { AddScopesRequestSchema, ListScopesRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { Probe } from "./isolation-sessions.ts";

export const scopeProbes = {
  addScopes: (op, { worker, all }, { token: leaseToken }) =>
    [worker, all].map((caller) =>
      op.addScopes(caller, create(AddScopesRequestSchema, { leaseToken, scopes: [{ resource: "repo:shared" }] })),
    ),
  listScopes: (op, { agent, all }) =>
    [agent, all].flatMap((caller) =>
      ["", "repo:", "repo:shared"].map((prefix) => op.listScopes(caller, create(ListScopesRequestSchema, { prefix }))),
    ),
} satisfies Partial<Record<keyof Operations, Probe>>;
