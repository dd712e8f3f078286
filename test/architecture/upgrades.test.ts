// What the code reads in messages of libraries, and what it uses of Node and libraries that they do not document. Each
// use is listed with the test that fails when an upgrade changes it; a use that is not listed fails here.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isGenerated, readSource, readSources, type Source } from "../../src/build/generate-docs-source.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

type Reliance = {
  readonly on: string;
  /** As it stands in the code. */
  readonly use: string;
  /** The test's file and a part of its text. */
  readonly pinnedBy: readonly [file: string, text: string];
};

const pgTest = "test/store/pg-internals.test.ts";
const floodTest = "test/rpc/net/http2-flood-guard.test.ts";
const stallTest = "test/hostile/stalls.test.ts";
const waysTest = "test/rpc/two-ways.test.ts";

const reliances: Readonly<Record<string, readonly Reliance[]>> = {
  "src/store/driver-errors.ts": [
    {
      on: "messages of pg",
      use: "message.startsWith(",
      pinnedBy: [pgTest, "without a code, when it has no connection"],
    },
    {
      on: "the routine that Postgres names",
      use: '"ExecFindPartition"',
      pinnedBy: ["test/engine/maintenance/missing-weeks.test.ts", "the task that meets the gap makes the week"],
    },
  ],
  "src/store/transaction.ts": [
    { on: "pg's stream", use: "connection.stream.destroy()", pinnedBy: [pgTest, "breaks what is in flight"] },
  ],
  "src/store/transaction-session.ts": [
    { on: "pg's stream can be corked", use: "stream.cork()", pinnedBy: [pgTest, "on a stream that can be corked"] },
  ],
  "src/store/listener.ts": [
    { on: "pg's stream", use: "connection.stream.destroy()", pinnedBy: [pgTest, "breaks what is in flight"] },
  ],
  "src/rpc/interceptors/map-errors.ts": [
    { on: "messages of connect", use: '"protocol error"', pinnedBy: [waysTest, "is answered alike on both ways"] },
    {
      on: "messages of connect",
      use: "readMaxBytes|writeMaxBytes",
      pinnedBy: ["test/rpc/services/large-answers.test.ts", "an answer that is too large is refused"],
    },
  ],
  "src/rpc/protocol/grpc-message.ts": [
    {
      on: "words of connect",
      use: '"protocol error: incomplete',
      pinnedBy: [waysTest, "is answered alike on both ways"],
    },
  ],
  "src/rpc/protocol/grpc-stream.ts": [
    {
      on: "words of connect",
      use: '"protocol error: missing',
      pinnedBy: [waysTest, "without a message, and with two"],
    },
  ],
  "src/main.ts": [
    {
      on: "codes of Node",
      use: '"ERR_PARSE_ARGS_',
      pinnedBy: ["test/cli/every-command.test.ts", "every command refuses a flag that it does not know"],
    },
  ],
  "src/rpc/net/http1-backend.ts": [
    { on: "codes of Node", use: "HPE_HEADER_OVERFLOW", pinnedBy: [stallTest, "headers of more than 16 KiB"] },
    { on: "codes of Node", use: "ERR_HTTP_REQUEST_TIMEOUT", pinnedBy: [stallTest, "slow headers and slow bodies"] },
    { on: "events of Node", use: 'emit("listening")', pinnedBy: [stallTest, "slow headers and slow bodies"] },
    { on: "events of Node", use: 'emit("connection"', pinnedBy: ["test/rpc/server.test.ts", "Connect over HTTP/1.1"] },
  ],
  "src/rpc/net/http2-backend.ts": [
    { on: "events of Node", use: 'compatible.emit("stream"', pinnedBy: [waysTest, "the library's behind them"] },
    { on: "events of Node", use: 'emit("connection"', pinnedBy: [waysTest, "is answered alike on both ways"] },
  ],
  "src/rpc/net/http2-flood-guard.ts": [
    { on: "codes of Node", use: "ERR_HTTP2_TOO_MANY_INVALID_FRAMES", pinnedBy: [floodTest, "async invalid_frames"] },
    { on: "numbers of nghttp2", use: "[-904,", pinnedBy: [floodTest, "async acknowledgements"] },
    { on: "numbers of nghttp2", use: "[-905,", pinnedBy: [floodTest, "async continuations"] },
  ],
  "src/rpc/net/tls.ts": [
    {
      on: "events of Node",
      use: 'emit("connection"',
      pinnedBy: ["test/rpc/net/tls.test.ts", "grpc-js comes through TLS"],
    },
    {
      on: "Node's proxy of a socket shows our property",
      use: "Reflect.set(socket, peerCertificate",
      pinnedBy: ["test/rpc/net/tls.test.ts", "is named in the log and in its caller's identity"],
    },
  ],
};

/** Uses that no test can provoke in a reasonable time. Read them at an upgrade. */
const unpinned: Readonly<Record<string, string>> = {
  "src/postgres/embedded-postgres-launch.ts":
    "lines of Postgres's log at a start beside another one, which depend on races; a start that fails shows its log",
};

const patterns: readonly RegExp[] = [
  /\b(rawMessage|[mM]essage|tail)\.(startsWith|includes|endsWith|match)\(/,
  /\.(test|exec)\((error\.|thrown\.)?(rawMessage|message|tail|stderr)\)/,
  /"protocol error/,
  /\bconnection\.stream\b|\{ stream \} = client\.connection/,
  /\.emit\("(connection|stream|listening|request|upgrade)"/,
  /\bERR_[A-Z0-9_]+|\bHPE_[A-Z_]+|"errno"/,
  /\[-\d{3},/,
  /"ExecFindPartition"/,
];

const usesOf = ({ text }: Source) => patterns.filter((pattern) => pattern.test(text));

test("every use of what a library or Node does not promise is listed with the test that pins it", () => {
  const sources = readSources(root).filter(({ path }) => path.startsWith("src/") && !isGenerated(path));
  const found = sources.filter((source) => usesOf(source).length > 0).map(({ path }) => path);
  expect(found.sort()).toEqual([...Object.keys(reliances), ...Object.keys(unpinned)].sort());
  expect(usesOf(readSource("src/core/a.ts", 'if (message.startsWith("Connection")) retry();'))).toHaveLength(1);
});

test.each(Object.entries(reliances))(
  "%s still uses what is listed, and the tests that pin it are there",
  (path, all) => {
    const code = readFileSync(root + path, "utf8");
    for (const { on, use, pinnedBy } of all) {
      expect(code.includes(use), `${on} in ${path}: ${use}`).toBe(true);
      const [file, text] = pinnedBy;
      expect(readFileSync(root + file, "utf8").includes(text), `${file}: ${text}`).toBe(true);
    }
  },
);
