// `make fuzz-rest`: Schemathesis makes requests of the OpenAPI document that a server serves, right and wrong ones, and
// checks each answer against the document. The last line is "nothing found", or points to what was.
// SECONDS_MAX=600 runs longer; SEED=random draws another seed, and SEED=<number> repeats one.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { AdminService, type Role, RoleSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { type AtEnd, type DevServer, makeDataDir, readKey, startDevServer } from "../e2e/dev-server.ts";
import { readSeed } from "../helpers/seed.ts";

const secondsDefault = "60";
/** A call that waits keeps the others from being made. */
const flags = ["--wait-max-ms", "50"];
const here = fileURLToPath(new URL(".", import.meta.url));
const tool = resolve(".tools/schemathesis");
const checks = [
  ...["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance"],
  ...["response_schema_conformance", "unsupported_method", "allow_header_conformance", "ignored_auth"],
  ...["negative_data_rejection", "positive_data_acceptance", "missing_required_header"],
];

/** A caller who may do everything, so that scopes keep no request from what stands behind them. */
async function makeCaller({ url }: DevServer, dataDir: string) {
  const admin = createClient(AdminService, createGrpcTransport({ baseUrl: url }));
  const as = { headers: { authorization: `Bearer ${await readKey(dataDir, "admin")}` } };
  const { tenant } = await admin.createTenant({ name: "fuzz-rest" }, as);
  const tenantId = tenant?.tenantId ?? "";
  const roles = RoleSchema.values.filter(({ number }) => number !== 0).map(({ number }) => number as Role);
  const request = { tenantId, name: "all", principal: { kind: PrincipalKind.AGENT, id: "fuzz" }, roles };
  const { key, secret } = await admin.createApiKey(request, as);
  return { secret, ownIds: [tenantId, key?.keyId ?? ""] };
}

async function fuzz(server: DevServer, dataDir: string, seed: number, seconds: string): Promise<string[]> {
  const { secret, ownIds } = await makeCaller(server, dataDir);
  const authorization = `Bearer ${secret}`;
  const child = spawn(
    `${tool}/bin/schemathesis`,
    [
      ...["run", `${server.url}/openapi.json`, "--continue-on-failure"],
      ...["--header", `Authorization: ${authorization}`, "--checks", checks.join(","), "--warnings", "off"],
      ...["--seed", String(seed), "--max-time", seconds, "--generation-database", "none"],
    ],
    {
      cwd: tool, // it leaves files for `st replay` behind
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: `${here}hooks.py`,
        PYTHONDONTWRITEBYTECODE: "1",
        FUZZ_OWN_IDS: ownIds.join(" "),
      },
    },
  );
  const [code] = (await once(child, "close")) as [number | null];
  // A caller whose credential got lost on the way would have been refused everything since.
  const after = await fetch(`${server.url}/v1/tasks`, { headers: { authorization } });
  return [
    ...(code === 0 ? [] : [`Schemathesis ended with ${code}`]),
    ...(after.status === 200 ? [] : [`at the end, the caller is answered ${after.status}`]),
    ...(server.said().match(/^.*"level":"error".*$/gm) ?? []),
  ];
}

execFileSync(".ci/install-tools", ["schemathesis"], { stdio: "inherit" });
const { seed } = readSeed(process.env);
const seconds = process.env["SECONDS_MAX"] ?? secondsDefault;
const stops: (() => Promise<void>)[] = [];
const atEnd: AtEnd = (stop) => void stops.push(stop);
try {
  const dataDir = await makeDataDir(atEnd);
  const found = await fuzz(await startDevServer(dataDir, flags, atEnd), dataDir, seed, seconds);
  for (const line of found) process.stdout.write(`${line}\n`);
  process.stdout.write(`fuzz-rest: ${found.length === 0 ? "nothing found" : "see above"} (SEED=${seed})\n`);
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  for (const stop of stops.reverse()) await stop();
}
