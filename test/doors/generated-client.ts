// A REST client as a stranger would make one: by @hey-api/openapi-ts, of the document that the server serves. Each run
// makes it anew in a folder that it removes again, and compiles it strictly on the way, so its types are checked, too.
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

type Result = {
  readonly data?: unknown;
  readonly error?: { readonly error: { readonly reason: string } };
  /** Absent if there was no answer. */
  readonly response?: Response;
};

export type GeneratedClient = {
  /** By the name of their method: `createTask`. */
  readonly operations: Readonly<Record<string, (options: Readonly<Record<string, unknown>>) => Promise<Result>>>;
  readonly createClient: (options: { readonly baseUrl: string; readonly auth: string }) => object;
  remove(): Promise<void>;
};

const strictly = "--strict --noUncheckedIndexedAccess --module nodenext --target es2022 --skipLibCheck false".split(
  " ",
);

export async function makeGeneratedClient(url: string): Promise<GeneratedClient> {
  execFileSync(".ci/install-tools", ["rest-client"], { stdio: ["ignore", "inherit", "inherit"] });
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-rest-client-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  run("openapi-ts", ["--input", `${url}/openapi.json`, "--output", "client", "--silent", "--no-log-file"], folder);
  run("tsc", [...strictly, "--outDir", "built", "client/index.ts", "client/client/index.ts"], folder);
  const load = async (path: string) => (await import(pathToFileURL(join(folder, "built", path)).href)) as object;
  return {
    operations: (await load("index.js")) as GeneratedClient["operations"],
    createClient: Reflect.get(await load("client/index.js"), "createClient"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function run(tool: "openapi-ts" | "tsc", args: readonly string[], cwd: string): void {
  const program = resolve(".tools/rest-client/node_modules/.bin", tool);
  execFileSync(process.execPath, [program, ...args], { cwd, stdio: ["ignore", "inherit", "inherit"] });
}
