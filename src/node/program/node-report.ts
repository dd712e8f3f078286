// What a node tells of itself, in the contract's words.
import { availableParallelism, totalmem } from "node:os";
import { NodeNetwork, type NodeReport } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type { Capabilities } from "../sandbox/driver.ts";
import { advertised } from "./advertise.ts";
import type { NodeSettings } from "./node-settings.ts";

export function reportOf(settings: NodeSettings, has: Capabilities, programVersion: string): NodeReport {
  const { memory = "", cpus = "", pids = "" } = has.limits;
  return {
    $typeName: "asyncgate.v1.NodeReport",
    version: 1,
    push: settings.push !== undefined,
    programVersion,
    platform: process.platform,
    architecture: process.arch,
    cpus: availableParallelism(),
    memoryBytes: BigInt(totalmem()),
    slots: settings.slots,
    queues: [...settings.queues],
    capabilities: advertised(settings, has),
    sandbox: {
      $typeName: "asyncgate.v1.NodeSandboxReport",
      driver: has.driver,
      version: has.version,
      hidesFiles: has.filesystem,
      ownUser: has.ownUser,
      networks: has.networks.map((network) => NodeNetwork[network]),
      images: has.images,
      memoryBy: memory,
      cpusBy: cpus,
      pidsBy: pids,
      workspaceBy: has.workspace,
    },
  };
}
