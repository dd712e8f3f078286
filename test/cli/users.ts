// A server with a tasker, a worker and an operator of one tenant, as commands see them: by their environment.
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { openEngineServer } from "../rpc/engine-server.ts";

export async function openUsers() {
  const opened = await openEngineServer();
  const tenantId = await opened.makeTenant("acme");
  const environmentOf = async (role: Role, id: string) => ({
    ASYNCGATE_URL: opened.url,
    ASYNCGATE_API_KEY: await opened.makeKey(tenantId, role, id),
  });
  return {
    ...opened,
    tasker: await environmentOf(Role.TASKER, "ada"),
    worker: await environmentOf(Role.WORKER, "bob"),
    scheduler: await environmentOf(Role.SCHEDULER, "clock"),
    operator: await environmentOf(Role.OPERATOR, "eve"),
    stranger: {
      ASYNCGATE_URL: opened.url,
      ASYNCGATE_API_KEY: await opened.makeKey(await opened.makeTenant("other"), Role.TASKER, "ada"),
    },
  };
}

export const unreachable = { ASYNCGATE_URL: "http://127.0.0.1:1", ASYNCGATE_API_KEY: "ag_test_key1_none" };
