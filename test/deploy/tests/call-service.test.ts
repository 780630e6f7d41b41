import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { callService, explainCallError, trustOf } from "../../../deploy/tests/call-service";
import { makeCertificate } from "../../platform/http/certificate";

let ours: { key: string; cert: string };
let server: Server | undefined;
/** Keys that a server was shown. */
let seen: unknown[];

beforeAll(async () => {
  ours = await makeCertificate("scoring", ["qa.scoring.internal"]);
});
beforeEach(() => (seen = []));
afterEach(() => {
  server?.close();
  server?.closeAllConnections();
});

async function serveWith(pair: { key: string; cert: string }): Promise<string> {
  server = createServer(pair, ({ headers, method }, response) => {
    seen.push(headers.authorization);
    response.end(`${method}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const headers = { authorization: "Bearer of-this-test" };

test("a service is called by the one certificate that it may show, whatever its address is called", async () => {
  const url = await serveWith(ours);
  expect(await callService(url, { method: "POST", headers, body: "{}", certificate: ours.cert })).toEqual({
    status: 200,
    text: "POST",
  });
  expect(seen).toEqual(["Bearer of-this-test"]);
});

test.each([
  ["another certificate of the same name", () => makeCertificate("scoring", ["qa.scoring.internal"]), true],
  ["a certificate that nobody vouches for", () => Promise.resolve(ours), false],
])("no key goes to a server with %s", async (_what, pair, pinned) => {
  const url = await serveWith(await pair());
  const call = callService(url, { headers, ...(pinned && { certificate: ours.cert }) });
  await expect(call).rejects.toThrow(/self[- ]signed|unable to verify/i);
  expect(seen).toEqual([]);
});

test("the name that is asked for is the address's where the certificate has it, and its own where not", () => {
  expect(trustOf("qa.scoring.internal", ours.cert)).toEqual({ ca: ours.cert });
  expect(trustOf("mlops-qa.a1b2.westeurope.azurecontainer.io", ours.cert)).toEqual({
    ca: ours.cert,
    servername: "qa.scoring.internal",
  });
  expect(trustOf("score.example.com", undefined)).toEqual({});
});

test("why there is no answer is said in words", async () => {
  const nobody = await callService("http://127.0.0.1:9").catch(explainCallError);
  expect(nobody).toMatch(/ECONNREFUSED|EACCES/);
  const url = await serveWith(ours);
  const late = callService(url, { certificate: ours.cert, signal: AbortSignal.timeout(0) });
  expect(await late.catch(explainCallError)).toMatch(/timeout/);
  expect(explainCallError(Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }))).toBe(
    "ECONNREFUSED",
  );
});
