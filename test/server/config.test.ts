// Settings: read once, flags before the environment, with all faults reported at once.
import { expect, test } from "vitest";
import { ConfigError, readConfig, renderSettings } from "../../src/server/config.ts";

test("without any setting, the defaults apply, and the object cannot be changed", () => {
  const config = readConfig({ environment: { PATH: "/bin" } });
  expect(config).toMatchObject({ host: "127.0.0.1", port: 7_171, dataDir: ".asyncgate", logLevel: "info" });
  expect(config).toMatchObject({ leaseTtlDefaultMs: 60_000, leaseTtlMinMs: 5_000, leaseTtlMaxMs: 1_800_000 });
  expect(config.databaseUrl).toBeUndefined();
  expect(Object.isFrozen(config)).toBe(true);
});

test("flags precede the environment, an empty variable is ignored, an empty flag means the default", () => {
  const environment = { ASYNCGATE_PORT: "8000", ASYNCGATE_LOG_LEVEL: "" };
  expect(readConfig({ environment, flags: { port: "9000" } })).toMatchObject({ port: 9_000, logLevel: "info" });
  expect(readConfig({ environment })).toMatchObject({ port: 8_000 });
  expect(readConfig({ environment, flags: { port: "" } })).toMatchObject({ port: 7_171 });
});

test("all faults are reported at once, by the name of their flag or variable, without the given value", () => {
  const environment = {
    ASYNCGATE_PORT: "70000",
    ASYNCGATE_LOG_LEVEL: "loud",
    DATABASE_URL: "mysql://u:secret@h/d",
    ASYNCGATE_PROT: "1",
  };
  const read = () => readConfig({ environment, flags: { "pool-max": "1.5", verbose: true } });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/5 faults|6 faults/);
  expect(read).toThrow(/ASYNCGATE_PORT must be a whole number from 0 to 65,535/);
  expect(read).toThrow(/ASYNCGATE_LOG_LEVEL must be one of debug, info, warn, error/);
  expect(read).toThrow(/DATABASE_URL must be a URL of the form postgres:/);
  expect(read).toThrow(/ASYNCGATE_PROT is not a setting/);
  expect(read).toThrow(/--pool-max must be a whole number/);
  expect(read).toThrow(/--verbose is not a flag/);
  expect(read).not.toThrow(/secret/);
});

test.each(["0.0.0.0", "192.168.1.1", "::", "example.com", "127.0.0.1.example.com"])(
  "%s is refused without TLS",
  (host) => {
    expect(() => readConfig({ environment: { ASYNCGATE_HOST: host } })).toThrow(/ASYNCGATE_TLS_BY_PROXY=true/);
    const environment = { ASYNCGATE_HOST: host, ASYNCGATE_TLS_BY_PROXY: "true" };
    expect(readConfig({ environment }).host).toBe(host);
  },
);

test.each(["127.0.0.1", "127.1.2.3", "localhost", "::1"])("%s is loopback and needs no TLS", (host) => {
  expect(readConfig({ environment: { ASYNCGATE_HOST: host } }).host).toBe(host);
});

test("settings that contradict each other are refused", () => {
  const environment = { ASYNCGATE_LEASE_TTL_MIN_MS: "90000", ASYNCGATE_PAYLOAD_BYTES_MAX: "2000000" };
  const read = () => readConfig({ environment });
  expect(read).toThrow(/LEASE_TTL_MIN_MS must not be more than ASYNCGATE_LEASE_TTL_DEFAULT_MS/);
  expect(read).toThrow(/PAYLOAD_BYTES_MAX must not be more than ASYNCGATE_MESSAGE_BYTES_MAX/);
});

test.each([
  ["ASYNCGATE_POOL_MAX", 1, 500],
  ["ASYNCGATE_PORT", 0, 65_535],
])("%s is taken from %i to %i and refused outside", (name, least, most) => {
  for (const value of [least, most]) readConfig({ environment: { [name]: String(value) } });
  for (const value of [least - 1, most + 1]) {
    expect(() => readConfig({ environment: { [name]: String(value) } })).toThrow(name);
  }
});

test("the table shows every setting with its bounds", () => {
  const table = renderSettings();
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows).toHaveLength(Object.keys(readConfig({ environment: {} })).length);
  expect(table).toContain("| `ASYNCGATE_PORT` | `--port` | `7171` | 0 to 65,535 | The port to listen on.");
});

test.each([
  ["https://asyncgate.example", "https://asyncgate.example"],
  ["https://AsyncGate.example:8443/", "https://asyncgate.example:8443"],
  ["http://127.0.0.1:7171", "http://127.0.0.1:7171"],
])("%s is a public URL", (given, read) => {
  expect(readConfig({ environment: { ASYNCGATE_PUBLIC_URL: given } }).publicUrl).toBe(read);
});

test.each([
  ...["asyncgate.example", "http://asyncgate.example", "https://asyncgate.example/mcp", "https://a.example/?b"],
  ...["https://ada:secret@asyncgate.example", "ftp://asyncgate.example", "https://a.example/#b"],
])("%s is no public URL", (given) => {
  const read = () => readConfig({ environment: { ASYNCGATE_PUBLIC_URL: given } });
  expect(read).toThrow(/ASYNCGATE_PUBLIC_URL must be an https URL without a path/);
  expect(read).not.toThrow(/secret/);
});

test("names of the server are a list with commas, without schemes, ports and patterns", () => {
  const read = (given: string) => readConfig({ environment: { ASYNCGATE_ALLOWED_HOSTS: given } }).allowedHosts;
  expect(read("")).toEqual([]);
  expect(read("gate.internal, 10.0.0.7,[fd00::1]")).toEqual(["gate.internal", "10.0.0.7", "[fd00::1]"]);
  for (const given of ["https://a.example", "a.example:80", "*.example", "a.example,", "fd00::1", "a b"]) {
    expect(() => read(given), given).toThrow(/ASYNCGATE_ALLOWED_HOSTS must be host names/);
  }
});
