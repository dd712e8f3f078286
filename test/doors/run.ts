// `make doors`: the script through every door of a server that this starts, each in a tenant of its own.
import { makeDataDir, startDevServer } from "../e2e/dev-server.ts";
import { type DoorName, doorNames, openTestServer } from "./doors.ts";
import { differences, runScript, surprises, type Transcript } from "./run-script.ts";
import { script } from "./script.ts";
import { makeTenant } from "./tenant.ts";

const stops: (() => Promise<void>)[] = [];
const dataDir = await makeDataDir((stop) => void stops.push(stop));
let exitCode = 0;
try {
  const server = await startDevServer(dataDir, [], (stop) => void stops.push(stop));
  const transcripts = new Map<DoorName, Transcript>();
  for (const name of doorNames) {
    const door = openTestServer(name, await makeTenant(server, dataDir, name));
    transcripts.set(name, await runScript(door, script).finally(() => door.close()));
  }
  const [first = []] = transcripts.values();
  for (const [name, transcript] of transcripts) {
    const found = [...surprises(transcript, script), ...differences(first, transcript)];
    process.stdout.write(`door ${name} ${found.length === 0 ? "same" : `differs\n${found.join("\n")}`}\n`);
    if (found.length > 0) exitCode = 1;
  }
} finally {
  for (const stop of stops.reverse()) await stop();
}
process.exitCode = exitCode;
