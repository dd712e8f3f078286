// One form for what can be written in several: maps sorted by their keys, so that the same content has the same digest
// in whatever order a client wrote it.
import type { Artifact, DeliveryProof } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";

export function sortMap(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1)));
}

export function canonicalArtifact(artifact: Artifact): Artifact {
  return { ...artifact, metadata: sortMap(artifact.metadata) };
}

export function canonicalProof<Proof extends DeliveryProof | undefined>(proof: Proof): Proof {
  return proof && { ...proof, proof: sortMap(proof.proof) };
}
