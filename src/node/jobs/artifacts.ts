// Files of a workspace that a job wants to be kept: each becomes a log of the task. The program that has made them is
// not trusted: links, devices and pipes are not read.
import { createHash } from "node:crypto";
import { constants, lstat, open, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Artifact } from "./job-result.ts";

const artifactBytesMax = 4_194_304;

export type ArtifactsInit = {
  readonly workspace: string;
  readonly paths: readonly string[];
  /** Sends a file to a log of the task. Why not all of it was sent; undefined if all was. */
  readonly send: (stream: string, file: string) => Promise<string | undefined>;
};

export type KeptArtifacts = {
  readonly artifacts: readonly Artifact[];
  /** By path, why it was not kept. */
  readonly missing: Readonly<Record<string, string>>;
};

export async function keepArtifacts(init: ArtifactsInit): Promise<KeptArtifacts> {
  const artifacts: Artifact[] = [];
  const missing: Record<string, string> = {};
  for (const path of init.paths) {
    const kept = await keep(init, path);
    if (typeof kept === "string") missing[path] = kept;
    else artifacts.push(kept);
  }
  return { artifacts, missing };
}

async function keep({ workspace, send }: ArtifactsInit, path: string): Promise<Artifact | string> {
  const file = join(workspace, path);
  const found = await lstat(file).catch(() => undefined);
  if (!found) return "there is no such file";
  if (!found.isFile()) return "it is not a plain file";
  if (found.size > artifactBytesMax) return `it has more than ${artifactBytesMax} bytes`;
  // No process of the job is left, so nothing changes between this look and the next.
  const isWithin = (await realpath(file)) === join(await realpath(workspace), path);
  if (!isWithin) return "its folder is a link";
  const stream = `file:${path}`;
  const sha256 = await digestOf(file);
  const refused = await send(stream, file);
  return refused ?? { path, stream, bytes: found.size, sha256 };
}

async function digestOf(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return createHash("sha256")
      .update(await handle.readFile())
      .digest("hex");
  } finally {
    await handle.close();
  }
}
