// Subscriptions: each is told of what its own caller may see, and of nothing else.
import { once } from "node:events";
import { createRouterTransport } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ObligationService } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { createSubscriptions } from "../../src/mcp/subscriptions.ts";
import { patience } from "../helpers/patience.ts";
import { openMcp } from "./open-mcp.ts";

const openObligations = "asyncgate://obligations/open";

type Client = Awaited<ReturnType<Awaited<ReturnType<typeof openMcp>>["connect"]>>;

/** The uris that a client is told of, from now on. */
async function listen(client: Client, uris: readonly string[]): Promise<string[]> {
  const told: string[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => void told.push(params.uri));
  await client.listen({ resourceSubscriptions: [...uris] });
  return told;
}

async function createTask(client: Client): Promise<string> {
  const created = await client.callTool({ name: "create_task", arguments: { type: "a" } });
  return (Reflect.get(Object(created.structuredContent), "task") as { task_id: string }).task_id;
}

test("two tenants who listen at once are each told of their own alone", async () => {
  const { connect, keyOf } = await openMcp();
  const [keyA, keyB] = [await keyOf("a", Role.TASKER), await keyOf("b", Role.TASKER)];
  const [a, b] = [await connect("modern", keyA), await connect("modern", keyB)];
  const [actsForA, actsForB] = [await connect("modern", keyA), await connect("modern", keyB)];
  const taskOfA = await createTask(actsForA);
  const task = `asyncgate://tasks/${taskOfA}`;
  const [toldA, toldB] = [await listen(a, [openObligations, task]), await listen(b, [openObligations])];
  // What changes right after the answer to `listen` is told.
  await createTask(actsForA);
  await expect.poll(() => toldA, patience).toEqual([openObligations]);
  await actsForA.callTool({ name: "cancel_task", arguments: { task_id: taskOfA } });
  await expect.poll(() => toldA, patience).toContain(task);
  // A sign of b's own comes last: whatever it was told of a's would have come before.
  expect(toldB).toEqual([]);
  await createTask(actsForB);
  await expect.poll(() => toldB, patience).toEqual([openObligations]);
});

test("what cannot be watched is refused as a whole, another tenant's like what is not there", async () => {
  const { connect, keyOf } = await openMcp();
  const ofA = await connect("modern", await keyOf("a", Role.TASKER));
  const b = await connect("modern", await keyOf("b", Role.TASKER));
  const [hidden, missing] = [await createTask(ofA), "01980000-0000-7000-8000-000000000000"];
  const refusal = async (uri: string) => {
    const error: unknown = await listen(b, [openObligations, uri]).catch((thrown: unknown) => thrown);
    return { code: Reflect.get(Object(error), "code"), message: Reflect.get(Object(error), "message") };
  };
  const said = await refusal(`asyncgate://tasks/${missing}`);
  expect(said).toEqual({ code: -32602, message: expect.stringContaining(missing) });
  expect(await refusal(`asyncgate://tasks/${hidden}`)).toEqual({
    code: -32602,
    message: String(said.message).replace(missing, hidden),
  });
  expect(await refusal("asyncgate://nothing")).toMatchObject({ message: expect.stringContaining("no resource") });
});

test("a subscription is answered when its watch has begun, and not before", async () => {
  const [called, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const gated = createRouterTransport(({ service }) => {
    service(ObligationService, {
      async *watchOpenObligations() {
        called.resolve();
        await gate.promise;
        yield { caughtUp: true };
        yield { caughtUp: true };
      },
    });
  });
  const told: string[] = [];
  const subscriptions = createSubscriptions({ transport: gated, headers: {} }, (uri) => void told.push(uri));
  onTestFinished(() => subscriptions.close());
  let isAnswered = false;
  const added = subscriptions.add(openObligations).then(() => {
    isAnswered = true;
  });
  await called.promise;
  expect([isAnswered, told]).toEqual([false, []]);
  gate.resolve();
  await added;
  await expect.poll(() => told, patience).toEqual([openObligations]);
});

test("a subscription whose server does not begin to watch is refused in time", async () => {
  const silent = createRouterTransport(({ service }) => {
    service(ObligationService, {
      async *watchOpenObligations(_request, { signal }) {
        await once(signal, "abort");
        yield* [];
      },
    });
  });
  const subscriptions = createSubscriptions({ transport: silent, headers: {} }, () => {}, 20);
  onTestFinished(() => subscriptions.close());
  const late = { code: -32603, message: expect.stringContaining("did not begin to watch") };
  await expect(subscriptions.add(openObligations)).rejects.toMatchObject(late);
  // It is not taken for one that is watched.
  await expect(subscriptions.add(openObligations)).rejects.toMatchObject(late);
});
