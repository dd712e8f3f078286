// Tries what is configured: a job that does nothing runs in the sandbox, with the bounds that jobs would have.
import type { Policy } from "../jobs/policy.ts";
import type { DriverChoice } from "../sandbox/create-driver.ts";
import type { Capabilities, SandboxDriver } from "../sandbox/driver.ts";
import { type Surroundings, tryJob } from "../sandbox/wrapping.ts";

type Tried = {
  readonly surroundings: Surroundings;
  readonly driver: SandboxDriver;
  readonly choice: DriverChoice;
  readonly capabilities: Capabilities;
};

/** Undefined if it works, or why it does not. */
export async function tryPolicy(
  { surroundings, driver, choice, capabilities }: Tried,
  { limits, images }: Policy,
): Promise<string | undefined> {
  const { outputBytes: _kept, ...bounds } = limits;
  const probeImage = choice.name === "container" ? choice.probeImage : undefined;
  const image = capabilities.images ? (images?.[0] ?? probeImage) : undefined;
  try {
    const trial = { limits: bounds, ...(image !== undefined && { image }) };
    const { end, said } = await tryJob(surroundings, (job, options) => driver.run(job, options), trial);
    if (end.cause === "EXITED" && end.exitCode === 0 && said === "works\n") return undefined;
    return `a job that was tried with these bounds ended with ${end.exitCode} (${end.cause}): ${said.trim()}`;
  } catch (error) {
    return `a job could not be started with these bounds: ${error instanceof Error ? error.message : error}`;
  }
}
