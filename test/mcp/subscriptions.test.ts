// Subscriptions: each is told of what its own caller may see, and of nothing else.
import { expect, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
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
  const uris = [openObligations, `asyncgate://tasks/${taskOfA}`];
  const [toldA, toldB] = [await listen(a, uris), await listen(b, uris)];
  // The answer to `listen` does not wait until the server watches: what happens at once may not be told.
  const toldOfNewTask = async () => {
    await createTask(actsForA);
    return toldA;
  };
  await expect.poll(toldOfNewTask, { ...patience, interval: 500 }).toContain(openObligations);
  await actsForA.callTool({ name: "cancel_task", arguments: { task_id: taskOfA } });
  await expect.poll(() => toldA, patience).toContain(`asyncgate://tasks/${taskOfA}`);
  // A sign of b's own comes last: whatever it was told of a's would have come before.
  expect(toldB).toEqual([]);
  await createTask(actsForB);
  await expect.poll(() => toldB, patience).toEqual([openObligations]);
});
