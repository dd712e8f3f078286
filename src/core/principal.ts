// Principals as text, `agent:alice`: one column in SQL, and one string in digests.
import { type Principal, PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";

const nameOfKind: Readonly<Record<PrincipalKind, string>> = {
  [PrincipalKind.UNSPECIFIED]: "unspecified",
  [PrincipalKind.AGENT]: "agent",
  [PrincipalKind.WORKER]: "worker",
  [PrincipalKind.SERVICE]: "service",
  [PrincipalKind.HUMAN]: "human",
  [PrincipalKind.SYSTEM]: "system",
};

const kindOfName = new Map(Object.entries(nameOfKind).map(([kind, name]) => [name, Number(kind) as PrincipalKind]));

/** AsyncGate itself, in every tenant. */
export const servicePrincipal = "service:asyncgate";

export function formatPrincipal(principal: Pick<Principal, "kind" | "id">): string {
  return `${nameOfKind[principal.kind]}:${principal.id}`;
}

/** Tasks can be done only by principals that have credentials. */
export function faultOfAddressee(principal: Principal | undefined) {
  const isOwn = principal?.kind === PrincipalKind.SERVICE || principal?.kind === PrincipalKind.SYSTEM;
  if (!isOwn) return undefined;
  return { description: "must be an agent, a worker or a human", rule: "task.addressee_kind" };
}

export function parsePrincipal(text: string): Principal {
  const colon = text.indexOf(":");
  const kind = kindOfName.get(text.slice(0, colon)) ?? PrincipalKind.UNSPECIFIED;
  return { $typeName: "asyncgate.v1.Principal", kind, id: text.slice(colon + 1) };
}
