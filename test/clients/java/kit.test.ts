// The Java kit: its own tests against a real server, and its README with the artifact that Maven installs.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { languages } from "../../conformance-clients/languages.ts";
import { run, stop } from "../../e2e/dev-server.ts";
import { openTls } from "../kit-tls.ts";
import { openKit } from "../typescript/kit.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const kitFolder = `${root}clients/java`;
const missing = process.env["CI"] === "true" ? undefined : languages["java"]?.missing();
/** The first run on a machine downloads what Maven needs. */
const timeout = 900_000;
const maven = ["-q", "-B", "-Dstyle.color=never", `-Dmaven.repo.local=${root}.tools/java-stubs/repository`];

/** A block of the README, by the name in the comment before it. */
async function program(name: string): Promise<string> {
  const readme = await readFile(join(kitFolder, "README.md"), "utf8");
  const block = new RegExp(`<!-- run: ${name} -->\n\n\`\`\`java\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (block === undefined) throw new Error(`the README has no program "${name}"`);
  return block;
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-java-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Like execFileSync, but servers of this process answer meanwhile. */
async function runMaven(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const mvn = spawn("mvn", [...maven, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => stop(mvn, "SIGTERM"));
  let printed = "";
  mvn.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const [code] = (await once(mvn, "close")) as [number | null];
  expect(code, printed).toBe(0);
  return printed;
}

/** An empty project that has the kit as its only dependency; answers with how its programs are started. */
async function makeProject(): Promise<readonly string[]> {
  await runMaven(kitFolder, ["install", "-DskipTests"]);
  const folder = await makeFolder();
  const readme = await readFile(join(kitFolder, "README.md"), "utf8");
  const dependency = /```xml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const properties = "<maven.compiler.release>17</maven.compiler.release>";
  await writeFile(
    join(folder, "pom.xml"),
    `<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version>
    <properties>${properties}<project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
    <dependencies>${dependency}</dependencies>
    <build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin></plugins>
    </build></project>`,
  );
  const sources = join(folder, "src/main/java");
  await mkdir(sources, { recursive: true });
  for (const name of ["Tasker", "GreetWorker"]) await writeFile(join(sources, `${name}.java`), await program(name));
  const copy = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";
  await runMaven(folder, ["compile", copy]);
  return ["-cp", `${folder}/target/classes:${folder}/target/dependency/*`];
}

test("the programs are as short as the README claims", async () => {
  const lines = async (name: string) => (await program(name)).trimEnd().split("\n").length;
  expect(await lines("GreetWorker")).toBeLessThanOrEqual(30);
  expect(await lines("Tasker")).toBeLessThanOrEqual(10);
});

describe.skipIf(missing)(`the Java kit${missing ? ` (skipped: ${missing})` : ""}`, { timeout }, () => {
  beforeAll(() => {
    execFileSync(".ci/install-tools", ["java-kit"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  }, timeout);

  test("its own tests pass", async () => {
    const flags = ["--lease-ttl-min-ms", "1000", "--sweep-interval-ms", "100", "--offer-accept-ms", "2000"];
    const { server, keys } = await openKit({ flags });
    await runMaven(kitFolder, ["test"], {
      KIT_URL: server.url,
      KIT_TASKER_KEY: keys.tasker,
      KIT_WORKER_KEY: keys.worker,
      KIT_OPERATOR_KEY: keys.operator,
      ...(await openTls()),
    });
    const reports = await readFile(`${kitFolder}/target/surefire-reports/dev.asyncgate.client.WorkerTest.txt`, "utf8");
    expect(reports).toMatch(/Tests run: \d+, Failures: 0, Errors: 0, Skipped: 0/);
  });

  test("Maven installs it in an empty project, and the README's programs run with it, word for word", async () => {
    const [project, kit] = [await makeProject(), await openKit()];
    const environment = (key: string) => ({ ASYNCGATE_URL: kit.server.url, ASYNCGATE_API_KEY: key });
    const worker = spawn("java", [...project, "GreetWorker"], {
      env: { ...process.env, ...environment(kit.keys.worker) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    onTestFinished(() => stop(worker, "SIGKILL"));
    expect(await run("java", [...project, "Tasker"], environment(kit.keys.tasker))).toBe("{greeting=Hello, Ada!}\n");
    const missed = await kit.client.createTask({ type: "fetch", payload: { url: `${kit.server.url}/nothing` } });
    expect((await kit.client.awaitTask(missed.taskId)).outcome?.error?.type).toBe("NonRetryableException");
    await stop(worker, "SIGTERM");
    // As of every JVM that is ended by this signal, however well.
    expect(worker.exitCode).toBe(143);
  });

  test("the example of a long model call goes on after a hand-over, asks, and ends when it is canceled", async () => {
    const { server, keys } = await openKit();
    const classes = `${root}.tools/java-kit/driver.jar:${root}.tools/java-stubs/lib/*`;
    const printed = await run("java", ["-cp", classes, `${kitFolder}/examples/ModelCall.java`], {
      ASYNCGATE_URL: server.url,
      ASYNCGATE_API_KEY: keys.tasker,
      ASYNCGATE_WORKER_KEY: keys.worker,
    });
    expect(printed).toMatch(/^stopped: drain\nwent on after some words: true\nasked: May it be published\?\n/);
    expect(printed).toMatch(/published 100\nstreamed \d+ words at last\nstopped: canceled: the user has left\n/);
    expect(printed).toMatch(/TASK_STATE_CANCELED\n$/);
  });
});
