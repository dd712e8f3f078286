// A client for Node.
import { type CallingOptions, type Client, clientOf } from "./client.ts";
import { type ConnectionOptions, connect } from "./transport.ts";

export type ClientOptions = ConnectionOptions &
  CallingOptions & {
    /** The server, as `http://host:port` or `https://…`. */
    readonly endpoint: string;
  };

export function createClient(options: ClientOptions): Client {
  return clientOf(connect(options.endpoint, options), options);
}
