// Names and addresses of this machine itself.
const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

export function isLoopback(host: string): boolean {
  return loopbackHost.test(host);
}
