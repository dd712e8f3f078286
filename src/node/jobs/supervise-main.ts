// The program of a supervisor: node supervise-main.ts <folder of the job>
import { basename, dirname } from "node:path";
import { placeIn } from "./place.ts";
import { supervise } from "./supervise.ts";

const [folder = ""] = process.argv.slice(2);

// A terminal's interrupt is for the node, which decides what becomes of its jobs.
process.on("SIGINT", () => {});
await supervise(placeIn(dirname(folder), basename(folder)), () => new Date());
// Whatever still waits has nothing left to do.
process.exit(0);
