// Runs one job in a sandbox and prints what came of it: a program of its own, so that it can be run as another user.
// node run-one.ts <OneRun as JSON>
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createDriver, type DriverChoice, findSurroundings } from "../../../src/node/sandbox/create-driver.ts";
import type { Probe, SandboxEnd, SandboxJob, StreamName } from "../../../src/node/sandbox/driver.ts";
import { makeWorkspace, removeWorkspace } from "../../../src/node/sandbox/workspace.ts";

export type OneRun = {
  readonly choice: DriverChoice;
  readonly folder: string;
  readonly withoutLimiter: boolean;
  /** Without one, the sandbox is probed. */
  readonly job?: Omit<SandboxJob, "workspace" | "uid">;
  /** Stops the job when it has printed this. */
  readonly stopAt?: string;
  readonly stopGraceMs?: number;
  /** A workspace that is not made. */
  readonly withoutWorkspace?: boolean;
};

export type OneRunResult = {
  readonly probe?: Probe;
  readonly isMounted: boolean;
  readonly end?: SandboxEnd;
  readonly failed?: string;
  readonly stdout: string;
  readonly stderr: string;
};

const usersFrom = 210_000;

async function runOne(run: OneRun): Promise<OneRunResult> {
  const { choice, folder, withoutLimiter, job, stopAt, stopGraceMs = 0, withoutWorkspace = false } = run;
  const surroundings = await findSurroundings({ scratch: folder, usersFrom, withoutLimiter });
  const { mountsWorkspaces: isMounted, isRoot } = surroundings;
  const driver = createDriver(choice, surroundings);
  if (!job) return { probe: await driver.probe(), isMounted, stdout: "", stderr: "" };
  const place = join(folder, job.id);
  await mkdir(place);
  await chmod(place, 0o711);
  const workspace = join(place, "workspace");
  const own = isRoot && { uid: usersFrom + 1 };
  const bytesMax = job.limits.workspaceBytes;
  if (!withoutWorkspace) await makeWorkspace({ folder: workspace, bytesMax, isMounted, ...own });
  const chunks: Record<StreamName, Uint8Array[]> = { stdout: [], stderr: [] };
  const stopped = Promise.withResolvers<{ graceMs: number }>();
  const printed = (stream: StreamName) => Buffer.concat(chunks[stream]);
  try {
    const end = await driver.run(
      { ...job, workspace, ...own },
      {
        onStart() {},
        onChunk(stream, chunk) {
          chunks[stream].push(Uint8Array.from(chunk));
          if (stopAt && printed("stdout").includes(stopAt)) stopped.resolve({ graceMs: stopGraceMs });
          return true;
        },
        stopped: stopped.promise,
      },
    );
    return {
      isMounted,
      end,
      stdout: printed("stdout").toString("base64"),
      stderr: printed("stderr").toString("base64"),
    };
  } catch (error) {
    return { isMounted, failed: String(error), stdout: "", stderr: "" };
  } finally {
    await removeWorkspace(workspace);
  }
}

process.stdout.write(JSON.stringify(await runOne(JSON.parse(process.argv[2] ?? ""))));
