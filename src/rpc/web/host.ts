// The host of a request, as `Host` and `:authority` write it: a name or an address, and perhaps a port.

export type Host = {
  /** In lower case, without the dot of an absolute name; an IPv6 address in its shortest form, in brackets. */
  readonly name: string;
  readonly port: number | undefined;
};

const shape = /^(?<name>\[[0-9a-f:.]+\]|[^\s:/?#@[\]\\%]+)(?::(?<port>\d{0,5}))?$/i;

/** Undefined for what is no host. */
export function parseHost(text: string): Host | undefined {
  const { name, port } = shape.exec(text)?.groups ?? {};
  if (name === undefined) return undefined;
  return { name: plain(name), port: port ? Number(port) : undefined };
}

function plain(name: string): string {
  if (name.startsWith("[")) return URL.canParse(`http://${name}`) ? new URL(`http://${name}`).hostname : name;
  return name.toLowerCase().replace(/\.$/, "");
}
