// The part of isolation.test.ts about machines: both tenants use the same names, and only the first has kept one.
import { create } from "@bufbuild/protobuf";
import {
  ListMachinesRequestSchema,
  PutMachineRequestSchema,
} from "../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { Putting } from "../../src/engine/machines/put-machine.ts";
import type { Probe } from "./isolation-sessions.ts";

const name = "a-machine-in-one";
const hash = `sha256:${"ab".repeat(32)}`;

/** The engine takes documents that were found to be without faults, and does not look into them. */
export function putting(mark: string): Putting {
  return {
    request: create(PutMachineRequestSchema, { document: mark }),
    machine: { name, version: mark, hash, document: JSON.stringify(mark) },
    origin: { peer: "test", callId: "test" },
  };
}

export const machineProbes = {
  putMachine(op, { agent }) {
    // It may keep none, so it is refused, unless it is answered with what another tenant has kept.
    const caller = { ...agent, limits: { ...agent.limits, machine_versions_max: 0 } };
    return [op.putMachine(caller, putting("other"))];
  },
  getMachine: (op, { agent, all }) => [
    op.getMachine(agent, { name, version: "" }),
    op.getMachine(all, { name, version: hash }),
  ],
  listMachines: (op, { agent, all }) => [
    op.listMachines(agent, create(ListMachinesRequestSchema)),
    op.listMachines(all, create(ListMachinesRequestSchema, { name })),
  ],
} satisfies Partial<Record<keyof Operations, Probe>>;
