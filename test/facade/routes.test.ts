// Routes are read from the contract; a path with fewer variables goes before one with more.
import { expect, test } from "vitest";
import { services } from "../../src/build/generate-docs-contract.ts";
import { routesOf } from "../../src/facade/routes.ts";

const routes = routesOf(services);

function nameAt(verb: string, path: string) {
  const match = routes.match(verb, path);
  return match?.route ? [match.route.method.name, Object.fromEntries(match.values)] : match;
}

test("a path finds its method, and its variables are decoded", () => {
  expect(nameAt("POST", "/v1/tasks")).toEqual(["CreateTask", {}]);
  expect(nameAt("GET", "/v1/tasks/a%20b")).toEqual(["GetTask", { task_id: "a b" }]);
  expect(nameAt("POST", "/v1/tasks/7:cancel")).toEqual(["CancelTask", { task_id: "7" }]);
});

test("a name stands in place of the id of a task, whatever it is once it is escaped", () => {
  expect(nameAt("GET", "/v1/tasks/name:nightly")).toEqual(["GetTask", { task_id: "name:nightly" }]);
  expect(nameAt("GET", "/v1/tasks/name%3Anightly")).toEqual(["GetTask", { task_id: "name:nightly" }]);
  expect(nameAt("POST", "/v1/tasks/name:nightly:cancel")).toEqual(["CancelTask", { task_id: "name:nightly" }]);
  expect(nameAt("GET", "/v1/tasks/name:await")).toEqual(["GetTask", { task_id: "name:await" }]);
  expect(nameAt("GET", "/v1/tasks/name:await:await")).toEqual(["AwaitTask", { task_id: "name:await" }]);
  expect(nameAt("GET", "/v1/tasks/name:a%2Fb%3Acancel")).toEqual(["GetTask", { task_id: "name:a/b:cancel" }]);
});

test("a word in the path is not taken for an id", () => {
  expect(nameAt("GET", "/v1/obligations/open")).toEqual(["ListOpenObligations", {}]);
  expect(nameAt("POST", "/v1/tasks:batchCreate")).toEqual(["CreateTasks", {}]);
});

test("another verb is told which verbs the path has", () => {
  expect(nameAt("PUT", "/v1/tasks")).toEqual({ allowed: expect.arrayContaining(["GET", "POST"]) });
  expect(nameAt("GET", "/v1/tasks/7:cancel")).toEqual({ allowed: ["POST"] });
});

test("what is no route is none", () => {
  for (const path of [
    "/v1",
    "/v1/",
    "/v1/tasks/",
    "/v1/tasks/7/8",
    "/v1/tasks/7:explode",
    "/v2/tasks",
    "/v1/tasks//",
  ]) {
    expect(nameAt("GET", path), path).toBeUndefined();
  }
  expect(() => routes.match("GET", "/v1/tasks/%ff")).toThrow(URIError);
});

test("no two routes have the same verb and shape", () => {
  const shapes = routes.all.map(({ verb, path }) => `${verb} ${path.replaceAll(/\{[a-z_]+\}/g, "{}")}`);
  expect(new Set(shapes).size).toBe(shapes.length);
});
