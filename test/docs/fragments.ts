// Parts of programs on the pages, and what stands around each so that it can be compiled. Whole programs need nothing.

export type Fragment = {
  readonly page: string;
  readonly language: "ts" | "python" | "go" | "java" | "rust";
  readonly starts: string;
  readonly before?: string;
  readonly after?: string;
};

const lines = (...all: readonly string[]) => `${all.join("\n")}\n`;
const kit = (...names: string[]) => `import { ${names.join(", ")} } from "@asyncgate/client";`;
const kitValues = "declare const client: Client, salesId: string, weatherId: string;";
const tsReadme = { page: "clients/typescript/README.md", language: "ts" } as const;

const typescript: readonly Fragment[] = [
  {
    page: "README.md",
    language: "ts",
    starts: "const { taskId } = await createClient",
    before: lines(kit("createClient", "createWorker"), "declare const url: string, key: string;"),
  },
  {
    page: "docs/agents.md",
    language: "ts",
    starts: "const session = await client.agents.openSession",
    before: lines(
      kit("type Client", "createWorker", "type WorkerOptions"),
      `declare const client: Client, endpoint: string, key: string, handlers: WorkerOptions["handlers"];`,
    ),
    after: "void worker;",
  },
  {
    page: "docs/machines.md",
    language: "ts",
    starts: "const client = createClient",
    before: lines(
      kit("createClient"),
      'import { readFile } from "node:fs/promises";',
      "declare const endpoint: string, key: string;",
    ),
  },
  {
    page: "docs/output.md",
    language: "ts",
    starts: "async function build",
    before: lines(
      kit("type Job"),
      'import { spawn } from "node:child_process";',
      'import { pipeline } from "node:stream/promises";',
    ),
    after: "build;",
  },
  {
    page: "docs/spend.md",
    language: "ts",
    starts: "async function summarize",
    before: lines(
      kit("type Job"),
      "type Answer = { summary: string; usage: { total: number } };",
      "declare const model: { complete(text: string): Promise<Answer> };",
    ),
    after: "summarize;",
  },
  { page: "docs/traces.md", language: "ts", starts: "import { OTLPTraceExporter }" },
  {
    page: "docs/waiting.md",
    language: "ts",
    starts: "async function publish",
    before: lines(
      kit("after", "anyOf", "type Client", "ended", "type Job", "NonRetryable", "TaskState"),
      "declare const client: Client;",
    ),
    after: "publish;",
  },
  {
    ...tsReadme,
    starts: "await client.createTask({",
    before: lines(kit("after", "allOf", "anyOf", "type Client", "task"), kitValues),
  },
  {
    ...tsReadme,
    starts: "wait: {",
    before: lines(kit("type Client", "OnImpossible"), kitValues, 'client.createTask({ type: "write",'),
    after: "});",
  },
  {
    ...tsReadme,
    starts: "if (error instanceof AsyncGateError",
    before: lines(kit("AsyncGateError", "ErrorReason"), "declare const error: AsyncGateError;"),
  },
  {
    ...tsReadme,
    starts: 'import { createClient } from "@asyncgate/client/browser"',
    before: "declare const key: string, taskId: string;\ndeclare function show(task: unknown): void;\n",
  },
];

const pyReadme = { page: "clients/python/README.md", language: "python" } as const;

const python: readonly Fragment[] = [
  {
    page: "README.md",
    language: "python",
    starts: "async def greet",
    before: 'import asyncio\nfrom asyncgate import Job, SyncClient, Worker\nurl, key = "", ""\n',
  },
  {
    page: "docs/hello/README.md",
    language: "python",
    starts: "claim = lease_service_pb2",
    before: [
      "import grpc",
      "from asyncgate.v1 import lease_service_pb2, lease_service_pb2_grpc, payload_pb2",
      "from google.protobuf.duration_pb2 import Duration",
      'leases = lease_service_pb2_grpc.LeaseServiceStub(grpc.insecure_channel(""))',
      'credential = (("authorization", ""),)\n',
    ].join("\n"),
  },
  { page: "docs/rest.md", language: "python", starts: "from asyncgate_rest", before: 'key = ""\n' },
  { page: "docs/traces.md", language: "python", starts: "from opentelemetry import trace" },
  {
    ...pyReadme,
    starts: "from asyncgate import wait",
    before: `from asyncgate import Client, NewTask\nclient = Client("", "")\nsales = weather = ""\n`,
  },
  {
    ...pyReadme,
    starts: "async def paint",
    before: lines(
      "from asyncgate import Client, Handler, Worker",
      'client, endpoint, key = Client("", ""), "", ""',
      "handlers: dict[str, Handler] = {}",
    ),
  },
  {
    ...pyReadme,
    starts: "except AsyncGateError",
    before: lines(
      "from asyncgate import AsyncGateError, ErrorReason",
      "from asyncgate.v1.error_pb2 import ViolationFacts",
      "try:\n    pass",
    ),
  },
];

const goReadme = { page: "clients/go/README.md", language: "go" } as const;
const goHead = (...packages: string[]) =>
  ["package main", "import (", ...packages, 'asyncgate "github.com/asyncgate/asyncgate/clients/go"', ")", ""].join(
    "\n",
  );

const go: readonly Fragment[] = [
  {
    page: "README.md",
    language: "go",
    starts: "greeting, err :=",
    before: [
      goHead('"context"'),
      "type person struct{ Name string }",
      'func greet(context.Context, *asyncgate.Job, person) (string, error) { return "", nil }',
      "func main() {",
      'url, key, ctx := "", "", context.Background()',
      "client, _ := asyncgate.NewClient(asyncgate.ClientConfig{Endpoint: url, Key: key})\n",
    ].join("\n"),
    after: "_, _ = greeting, err\n}",
  },
  {
    page: "docs/traces.md",
    language: "go",
    starts: "tracing := otelasyncgate.New()",
    before: [
      goHead('"github.com/asyncgate/asyncgate/clients/go/otelasyncgate"'),
      "func main() {",
      'url, key, handlers := "", "", asyncgate.Handlers{}\n',
    ].join("\n"),
    after: "_, _, _ = client, worker, err\n}",
  },
  {
    ...goReadme,
    starts: "session, err := client.Agents().OpenSession",
    before: [
      goHead('"context"'),
      "func main() { _ = run }",
      "func run(ctx context.Context, client *asyncgate.Client, url, key string, handlers asyncgate.Handlers) error {\n",
    ].join("\n"),
    after: "}",
  },
  {
    ...goReadme,
    starts: "client.CreateTask(ctx",
    before: [
      goHead('"context"', '"time"', '"github.com/asyncgate/asyncgate/clients/go/wait"'),
      "func main() {",
      "ctx, client := context.Background(), (*asyncgate.Client)(nil)",
      'sales, _ := client.CreateTask(ctx, asyncgate.NewTask{Type: "sales"})\n',
    ].join("\n"),
    after: "}",
  },
  {
    ...goReadme,
    starts: "var refused *asyncgate.Error",
    before: [
      goHead('"errors"', '"fmt"', 'v1 "github.com/asyncgate/asyncgate/gen/go/asyncgate/v1"'),
      "func main() {",
      "var err error\n",
    ].join("\n"),
    after: "}",
  },
];

const javaReadme = { page: "clients/java/README.md", language: "java" } as const;
const javaHead = (...fields: string[]) => ["import dev.asyncgate.client.*;", ...fields, "class Fragment { "].join("\n");

const java: readonly Fragment[] = [
  {
    page: "README.md",
    language: "java",
    starts: "Client.connect(url, key)",
    before: lines(
      javaHead(),
      "record Greet(String name) {}",
      "static void run(String url, String key) throws InterruptedException {",
    ),
    after: "}}",
  },
  {
    ...javaReadme,
    starts: 'NewTask.of("write")',
    before: lines(
      javaHead("import java.time.Duration;"),
      "static void run(String sales, String weather, Duration tenMinutes) {",
    ),
    after: "}}",
  },
  {
    page: "docs/traces.md",
    language: "java",
    starts: "Tracing tracing = OpenTelemetryTracing",
    before: lines(
      javaHead("import io.opentelemetry.api.GlobalOpenTelemetry;"),
      "static void run(String url, String key, Handler handler) {",
    ),
    after: "}}",
  },
  {
    ...javaReadme,
    starts: "try (OpenedAgentSession session",
    before: lines(javaHead(), "static void run(Client client, String url, String key) throws InterruptedException {"),
    after: "}}",
  },
  {
    ...javaReadme,
    starts: "} catch (AsyncGateException",
    before: lines(
      javaHead("import dev.asyncgate.v1.ViolationFacts;"),
      "static void run(Client client) {",
      'try {\nclient.getTask("id");',
    ),
    after: "}}",
  },
];

const rust: readonly Fragment[] = [
  {
    page: "README.md",
    language: "rust",
    starts: "client.create_task(NewTask::new",
    before: [
      "use asyncgate::{Client, HandlerResult, Job, NewTask, Worker};\nuse serde_json::json;",
      "async fn greet(_job: Job) -> HandlerResult<String> { Ok(String::new()) }",
      "pub async fn run(url: &str, key: &str) -> Result<(), Box<dyn std::error::Error>> {",
      "let client = Client::new(url, key)?;\n",
    ].join("\n"),
    after: "Ok(())\n}",
  },
  {
    page: "clients/rust/README.md",
    language: "rust",
    starts: "let session = client.agents().open_session",
    before: [
      "use asyncgate::{Client, HandlerResult, Job, NewAgentSession, Worker};",
      "async fn render(_job: Job) -> HandlerResult<String> { Ok(String::new()) }",
      "pub async fn run(client: Client, url: &str, key: &str) -> Result<(), asyncgate::Error> {\n",
    ].join("\n"),
    after: "Ok(())\n}",
  },
  {
    page: "clients/rust/README.md",
    language: "rust",
    starts: "match client.create_task(task)",
    before: [
      "use asyncgate::{Client, ErrorReason, NewTask};",
      "pub async fn run(client: Client, task: NewTask) -> Result<(), asyncgate::Error> {\n",
    ].join("\n"),
    after: "Ok(())\n}",
  },
];

export const fragments: readonly Fragment[] = [...typescript, ...python, ...go, ...java, ...rust];
