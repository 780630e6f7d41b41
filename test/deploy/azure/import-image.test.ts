import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { importImage, type ImageImport } from "../../../deploy/azure/import-image";
import { digestOf } from "../../../platform/base/files";
import { makeCertificate } from "../../platform/http/certificate";

const digest = digestOf("image");
const registry = (name: string): string =>
  `/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/mlops-${name}/providers/Microsoft.ContainerRegistry/registries/mlops${name}`;
const wanted: ImageImport = {
  image: `qa.example/mlops-scoring-cost@sha256:${digest}`,
  from: registry("qa"),
  to: registry("prod"),
  host: "prod.example",
};

interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly token: string | undefined;
  readonly body: unknown;
}

let server: Server;
let ca: string;
let asked: Asked[];
/** Status and body of the next answers; afterwards the copy is done. */
let answers: { status: number; body?: unknown; headers?: Record<string, string> }[];

beforeAll(async () => {
  const { key, cert } = await makeCertificate("localhost");
  ca = cert;
  // As Azure documents it: 202 with the place of the operation, which answers 202 until it is done.
  server = createServer({ key, cert }, (request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const { method, url, headers } = request;
      asked.push({
        method,
        path: url,
        token: headers.authorization,
        body: text === "" ? undefined : JSON.parse(text),
      });
      const answer = answers.shift() ?? { status: 200 };
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

beforeEach(() => {
  asked = [];
  answers = [];
});

const origin = (): string => `https://localhost:${(server.address() as AddressInfo).port}`;

const run = (beside?: ImageImport["beside"]): Promise<string> =>
  importImage(
    { ...wanted, ...(beside && { beside }) },
    {
      credential: { getToken: () => Promise.resolve({ token: "entra", expiresOnTimestamp: Infinity }) },
      client: {
        endpoint: origin(),
        tlsOptions: { ca },
        retryOptions: { maxRetries: 2, retryDelayInMs: 1, maxRetryDelayInMs: 2 },
        updateIntervalInMs: 1,
      },
    },
  );

test("an image is copied inside Azure under its digest, with a tag that keeps it", async () => {
  const operation = `${origin()}/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/operations/1?api-version=1`;
  answers = [
    { status: 202, headers: { location: operation } },
    { status: 202, headers: { location: operation } },
  ];
  expect(await run()).toBe(`prod.example/mlops-scoring-cost@sha256:${digest}`);
  const [first, ...polls] = asked;
  expect(first).toMatchObject({
    method: "POST",
    path: expect.stringMatching(
      /^\/subscriptions\/aaaaaaaa-.*\/registries\/mlopsprod\/importImage\?api-version=/,
    ),
    token: "Bearer entra",
    body: {
      source: { resourceId: registry("qa"), sourceImage: `mlops-scoring-cost@sha256:${digest}` },
      targetTags: [`mlops-scoring-cost:sha256-${digest.slice(0, 12)}`],
      mode: "Force",
    },
  });
  expect(polls.map(({ method }) => method)).toEqual(["GET", "GET"]);
});

test("what was signed about an image goes with it, under the tags that cosign looks at", async () => {
  await run(["sig", "att"]);
  const [, ...others] = asked.map(({ body }) => body);
  expect(others).toEqual(
    ["sig", "att"].map((kind) => {
      const tag = `mlops-scoring-cost:sha256-${digest}.${kind}`;
      return { source: { resourceId: registry("qa"), sourceImage: tag }, targetTags: [tag], mode: "Force" };
    }),
  );
});

test("a busy service is asked again", async () => {
  answers = [{ status: 503 }, { status: 429, headers: { "retry-after": "0" } }];
  await run();
  expect(asked).toHaveLength(3);
});

test.each([
  [403, "AuthorizationFailed", "The client may not do importImage/action"],
  [404, "ResourceNotFound", "The registry was not found"],
  [409, "Conflict", "Another import of it is under way"],
])("HTTP %d is told with what to do", async (status, code, message) => {
  answers = [{ status, body: { error: { code, message } } }];
  await expect(run()).rejects.toMatchObject({
    code: "DEPLOYMENT_FAILED",
    message: expect.stringMatching(
      new RegExp(
        `mlops-scoring-cost@sha256:.* was not copied to prod\\.example: .*${message}.*"AcrPull".*bootstrap`,
      ),
    ),
  });
});
