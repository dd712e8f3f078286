// The resources that a `subscriptions/listen` asks to be told of.

export function urisOf(params: unknown): string[] {
  const filter: unknown = Reflect.get(Object(params), "notifications");
  const uris: unknown = Reflect.get(Object(filter), "resourceSubscriptions");
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === "string") : [];
}
