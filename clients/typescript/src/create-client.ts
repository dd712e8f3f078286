// A client for Node.
import { type CallingOptions, type Client, clientOf } from "./client.ts";
import { carryingTraces } from "./traces.ts";
import { type ConnectionOptions, checkEndpoint, connect } from "./transport.ts";

export type ClientOptions = ConnectionOptions &
  CallingOptions & {
    /** The server, as `http://host:port` or `https://…`. */
    readonly endpoint: string;
  };

export function createClient(options: ClientOptions): Client {
  checkEndpoint(options.endpoint);
  const { transport, close } = connect(options.endpoint, options);
  return clientOf({ transport: carryingTraces(transport), close }, options);
}
