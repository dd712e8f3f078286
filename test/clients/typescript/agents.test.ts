// Agents with the kit: registered, listed, routed to, and given work that a worker with their capability does.
import { describe, expect, onTestFinished, test } from "vitest";
import { AsyncGateError, createClient, ErrorReason, ReceiptType } from "../../../clients/typescript/src/index.ts";
import { stop } from "../../e2e/dev-server.ts";
import { all, kitTimeoutMs, openKit, shareKit } from "./kit.ts";

describe("agents", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit();
  /** Registering is an operator's. */
  const clientOf = () => {
    const { server, keys } = kitOf();
    const client = createClient({ endpoint: server.url, key: keys.operator });
    onTestFinished(() => client.close());
    return client;
  };

  test("are registered, read, listed and found", async () => {
    const { agents } = clientOf();
    const init = {
      agentId: "kit-painter",
      domain: "kit pictures",
      roles: ["verifier", "executor"] as const,
      capabilities: ["kit.image"],
      keywords: ["canvas"],
      gates: ["reviewed"],
      writeScopes: ["repo:kit-site"],
      contract: { owns: ["logos"], defers: [{ what: "kit printing", to: "kit-printer" }] },
      scope: { includePrefixes: ["kit-printer."] },
      endpoints: [{ url: "https://painter.example/healthz" }],
      tools: [{ name: "render", taskType: "kit.render", inputSchema: { type: "object", required: ["of"] } }],
    };
    const { agent, changed } = await agents.register(init);
    expect([agent.version, changed]).toEqual([1n, true]);
    expect(await agents.register({ ...init, version: 1n })).toMatchObject({ changed: false });
    await agents.register({ agentId: "kit-printer", status: "planned" });
    expect(await agents.get("kit-painter")).toEqual(agent);
    expect(await agents.get("kit-painter", 1n)).toEqual(agent);
    expect((await all(agents.list(["planned"]))).map(({ agentId }) => agentId)).toEqual(["kit-printer"]);
    const [offered] = await all(agents.tools("kit-painter"));
    expect(JSON.parse(offered?.tool?.inputSchema ?? "")).toEqual({ type: "object", required: ["of"] });
    for (const by of [
      "a big canvas",
      { domain: "kit-pictures" },
      { capability: "kit.image" },
      { taskType: "kit.render" },
    ]) {
      expect((await agents.route(by)).agent?.agentId).toBe("kit-painter");
    }
  });

  test("get work, which a worker that offers their capability does, once for each key", async () => {
    const { startWorker } = kitOf();
    const client = clientOf();
    await client.agents.register({ agentId: "kit-doer", domain: "doing", tools: [{ name: "do", taskType: "kit.do" }] });
    startWorker({ capabilities: ["agent:kit-doer"], handlers: { "kit.do": (input: unknown) => ({ done: input }) } });
    const work = { input: { what: 1 }, labels: { a: "b" }, deadline: new Date("2999-01-01") };
    const first = await client.agents.delegate("kit-doer", { ...work, idempotencyKey: "once" });
    const again = await client.agents.delegate("kit-doer", { ...work, idempotencyKey: "once" });
    expect([again.taskId, again.existed, again.agentId]).toEqual([first.taskId, true, "kit-doer"]);
    expect(await client.result(first.taskId)).toEqual({ done: { what: 1 } });
    const routed = await client.agents.delegate({ route: { domain: "doing" } }, work);
    expect(routed.why).toContain("kit-doer");
    const refusal = await client.agents.delegate("kit-nowhere").catch((thrown: unknown) => thrown);
    expect(refusal instanceof AsyncGateError && refusal.reason).toBe(ErrorReason.AGENT_NOT_FOUND);
  });

  test("are present in a session that is kept, with a worker in it, until it is closed", async () => {
    const { startWorker, keys } = kitOf();
    const client = clientOf();
    await client.agents.register({
      agentId: "kit-actor",
      roles: ["executor"],
      tools: [{ name: "do", taskType: "kit.act" }],
    });
    const session = await client.agents.openSession({ agentId: "kit-actor", name: "kit-acting", ttlMs: 5_000 });
    await expect(client.agents.openSession({ agentId: "kit-actor", name: "kit-acting" })).rejects.toMatchObject({
      reason: ErrorReason.SESSION_COLLISION,
      facts: { value: { agentSessionId: session.id } },
    });
    const own = { key: keys.operator, agentSession: session.id, capabilities: ["agent:kit-actor"] };
    const worker = startWorker({ ...own, handlers: { "kit.act": () => "done" } });
    const { taskId } = await client.agents.delegate("kit-actor");
    expect(await client.result(taskId)).toBe("done");
    const accepted = (await all(client.receipts({ taskId }))).find(({ type }) => type === ReceiptType.TASK_ACCEPTED);
    expect(accepted?.body?.body.value).toMatchObject({ agentSession: { name: "kit-acting", agentId: "kit-actor" } });
    expect(await session.keep()).toMatchObject({ leases: 0 });
    expect((await all(client.agents.sessions({ agentId: "kit-actor" }))).map(({ name }) => name)).toEqual([
      "kit-acting",
    ]);
    // The end of the stream is the session's.
    await worker.stop();
    await session.close();
    expect(session.signal.aborted).toBe(true);
    expect(await all(client.agents.sessions({ agentId: "kit-actor" }))).toEqual([]);
    const late = startWorker({ ...own, handlers: { "kit.act": () => "done" } });
    expect(await late.ended).toMatchObject({ reason: ErrorReason.AGENT_SESSION_NOT_FOUND });
  });

  test("are the same on another server, also when the first one was killed", async () => {
    const kit = await openKit();
    const registering = createClient({ endpoint: kit.server.url, key: kit.keys.operator });
    onTestFinished(() => registering.close());
    const { agent } = await registering.agents.register({
      agentId: "lasting",
      domain: "lasting work",
      writeScopes: ["a:b"],
    });
    const session = await registering.agents.openSession({ agentId: "lasting", name: "over restarts", keep: false });
    const another = await kit.startAnother();
    await stop(kit.server.process, "SIGKILL");
    const reading = createClient({ endpoint: another.url, key: kit.keys.operator });
    onTestFinished(() => reading.close());
    expect(await reading.agents.get("lasting")).toEqual(agent);
    expect(await all(reading.agents.sessions())).toMatchObject([{ agentSessionId: session.id, name: "over restarts" }]);
    await reading.agents.closeSession(session.id);
    expect((await reading.agents.route("some lasting work")).agent).toEqual(agent);
    const overlapping = reading.agents.register({ agentId: "other", writeScopes: ["a:b/c"] });
    await expect(overlapping).rejects.toMatchObject({ reason: ErrorReason.AGENT_SCOPE_TAKEN });
  });
});
