// Hosts that operators allow a server to be sent to by what others have written: `painter.example`, `*.example`,
// `10.0.0.7:8080`. A host without a port stands for the port of the URL's scheme.

/** `hosts` are in lower case. */
export function isAllowedHost({ hostname, port, protocol }: URL, hosts: readonly string[]): boolean {
  const name = hostname.replace(/\.$/, "").toLowerCase();
  const own = port || (protocol === "https:" ? "443" : "80");
  return hosts.some((host) => {
    const [, pattern = "", wanted] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
    return (wanted === undefined ? port === "" : wanted === own) && isHost(name, pattern);
  });
}

function isHost(name: string, pattern: string): boolean {
  return pattern.startsWith("*.")
    ? name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1
    : name === pattern;
}
