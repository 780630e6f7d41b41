import type { LinearParameters } from "../../../platform/onnx/linear-parameters";
import {
  call,
  closeServices,
  colour,
  cost,
  json,
  openService,
  type Answered,
} from "../dialects/service-fixture";

afterAll(closeServices);

interface Media {
  readonly schema: { readonly $ref?: string };
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly example?: string;
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Media>> }>>;
}

interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post?: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Record<string, unknown>>> };
}

const services = [
  ["cost", cost],
  ["colour", colour],
] as const;

async function descriptionOf(parameters: LinearParameters, url = "/openapi.json") {
  const app = openService(parameters);
  const answer = await call(app, { url });
  expect(answer.status).toBe(200);
  return { app, description: answer.json as unknown as Description };
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === "$ref" ? [String(part)] : referencesIn(part as unknown),
  );
}

function at(root: unknown, reference: string): unknown {
  return reference
    .slice(2)
    .split("/")
    .reduce((value: unknown, name) => (value as Record<string, unknown>)[name], root);
}

const filled = (path: string, name: string): string =>
  path.replace("{model}", name).replace("{version}", "3");

describe.each(services)("%s", (name, parameters) => {
  test("every example of a request is answered, and all of them with the same number of rows", async () => {
    const { app, description } = await descriptionOf(parameters);
    const sent: Answered[] = [];
    for (const [path, { post }] of Object.entries(description.paths)) {
      for (const [type, { examples = {}, example }] of Object.entries(post?.requestBody?.content ?? {})) {
        const url = filled(path, name);
        for (const { value } of Object.values(examples)) sent.push(await call(app, json(url, value)));
        if (example !== undefined)
          sent.push(await call(app, { url, body: example, headers: { "content-type": type } }));
      }
    }
    expect(sent.length).toBeGreaterThanOrEqual(12);
    expect(sent.map(({ status }) => status)).toEqual(sent.map(() => 200));
  });

  test.each(["/openapi.json", "/swagger.json", "/swagger.json?version=3", "/swagger.json?version=3.1"])(
    "every reference in %s leads somewhere",
    async (url) => {
      const { description } = await descriptionOf(parameters, url);
      const references = referencesIn(description);
      expect(references.length).toBeGreaterThan(3);
      for (const reference of references)
        expect([reference, typeof at(description, reference)]).toEqual([reference, "object"]);
    },
  );

  test("what is answered to a refused request is described, with its type", async () => {
    const { app, description } = await descriptionOf(parameters);
    for (const [path, { get, post }] of Object.entries(description.paths)) {
      const url = filled(path, name);
      const tries = post
        ? [
            json(url, {}),
            { ...json(url, {}), headers: { "content-type": "text/x" } },
            json(url, { x: "x".repeat(1_000_001) }),
          ]
        : [{ url: `${url}?version=9`, headers: { "x-request-id": "x".repeat(101) } }];
      for (const one of tries) {
        const answer = await call(app, one);
        const described = (post ?? get)?.responses[answer.status];
        const type = answer.headers["content-type"]?.split(";")[0] ?? "";
        expect([url, answer.status, Object.keys(described?.content ?? {})]).toEqual([
          url,
          expect.any(Number),
          [type],
        ]);
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    }
  });
});

test("a row is described as the signature has it", async () => {
  const { description } = await descriptionOf(colour);
  expect(description.openapi).toBe("3.1.0");
  expect(description.components.schemas.Row).toMatchObject({
    required: ["age", "bmi", "smoker", "constructor", "town"],
    additionalProperties: false,
    properties: {
      age: { type: "number" },
      bmi: { type: ["number", "null"] },
      smoker: { type: "boolean" },
      constructor: { type: ["string", "null"], enum: ["no,rth", 'so"uth', "1", null] },
      town: { type: "string", minLength: 1 },
    },
  });
});

test("the Azure ML inference server's description has its operations and names", async () => {
  for (const [url, version] of [
    ["/swagger.json", { swagger: "2.0" }],
    ["/swagger.json?version=2", { swagger: "2.0" }],
    ["/swagger.json?version=3", { openapi: "3.0.3" }],
    ["/swagger.json?version=3.1", { openapi: "3.1.0" }],
  ] as const) {
    const { description } = await descriptionOf(cost, url);
    expect(description).toMatchObject({
      ...version,
      paths: {
        "/": { get: { operationId: "ServiceHealthCheck" } },
        "/score": { post: { operationId: "RunMLService" } },
      },
    });
    expect(Object.keys(description.paths)).toEqual(["/", "/score"]);
    const text = JSON.stringify(description);
    for (const name of ["ServiceInput", "ServiceOutput", "ErrorResponse"])
      expect(text).toContain(`"${name}"`);
    // Words that only 3.1 has.
    if (!url.endsWith("3.1")) expect(text).not.toMatch(/"prefixItems"|"null"/);
  }
});

test("a description in another version is not there", async () => {
  const answer = await call(openService(cost), { url: "/swagger.json?version=4" });
  expect([answer.status, answer.json.detail]).toEqual([
    404,
    "There is no description in that version. Allowed: 2, 3 and 3.1.",
  ]);
});

describe("the page", () => {
  test("brings all it needs, and may ask nobody but the service", async () => {
    const answer = await call(openService(cost), { url: "/docs" });
    const html = answer.bytes.toString();
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
    expect(html).not.toMatch(/https?:\/\//);
    const policy = answer.headers["content-security-policy"];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toContain("unsafe");
  });
});
