import type { PackagedRelease } from "../../../platform/release/deployment";
import { requireSmoke, smokeRelease, smokeTest, type SmokeCheck } from "../../../deploy/tests/smoke";
import { digestOf } from "../../../platform/base/files";
import { costOf, row, signature, writeCostModel } from "../../scoring/model-fixture";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { sendJson, startServer, type SmallServer } from "../../platform/http/http-server";

/** How a service may err; a healthy one errs in nothing. */
interface Faults {
  readonly notReady?: boolean;
  readonly model?: string;
  readonly result?: unknown;
  readonly probabilities?: unknown;
  readonly scoreStatus?: number;
  readonly acceptsMisspelt?: boolean;
  readonly namesNothing?: boolean;
}

const golden = {
  rows: [row, { ...row, age: 50 }],
  predictions: [costOf(row), costOf(row) + 20],
  tolerance: 1e-6,
};
const classified = { ...golden, predictions: ["no", "yes"], probabilities: [0.25, 0.75] };
const right = [
  [0.75, 0.25],
  [0.25, 0.75],
];

let servers: SmallServer[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  servers = [];
});

async function serve(faults: Faults, result: unknown = golden.predictions): Promise<string> {
  const server = await startServer(({ path, body }, response) => {
    if (path === "/readyz") return sendJson(response, faults.notReady === true ? 503 : 200, {});
    const { data } = JSON.parse(body) as { data: Record<string, unknown>[] };
    const misspelt = data.some((one) => Object.hasOwn(one, "agex"));
    if (misspelt && faults.acceptsMisspelt !== true) {
      const detail = faults.namesNothing === true ? "bad row" : 'There is no "agex". Did you mean "age"?';
      return sendJson(response, 422, { detail });
    }
    sendJson(response, faults.scoreStatus ?? 200, {
      model: faults.model ?? "cost:1",
      result: "result" in faults ? faults.result : result,
      ...(faults.probabilities !== undefined && { probabilities: faults.probabilities }),
    });
  });
  servers.push(server);
  return server.url;
}

const failedOf = (checks: readonly SmokeCheck[]): [string, string][] =>
  checks.filter(({ passed }) => !passed).map(({ name, detail }) => [name, detail]);

test("a healthy service passes every check", async () => {
  const checks = await smokeTest({ url: await serve({}), model: "cost:1", signature, golden });
  expect(checks).toEqual([
    { name: "ready", passed: true, detail: "GET /readyz answered 200" },
    { name: "version", passed: true, detail: "serves cost:1" },
    { name: "golden rows", passed: true, detail: "2 predictions as in training" },
    { name: "misspelt feature", passed: true, detail: '"agex" for "age" answered 422' },
  ]);
  expect(() => requireSmoke(checks, "qa")).not.toThrow();
});

test.each<[string, Faults, [string, string][]]>([
  ["is not ready", { notReady: true }, [["ready", "GET /readyz answered 503"]]],
  ["serves another version", { model: "cost:2" }, [["version", "serves cost:2, not cost:1"]]],
  [
    "predicts something else",
    { result: [costOf(row), costOf(row) + 20.01] },
    [["golden rows", `row 2: ${costOf(row) + 20.01} instead of ${costOf(row) + 20}`]],
  ],
  [
    "leaves a prediction out",
    { result: [costOf(row)] },
    [["golden rows", `row 2: undefined instead of ${costOf(row) + 20}`]],
  ],
  [
    "predicts text for a number",
    { result: [`${costOf(row)}`, 0] },
    [["golden rows", `row 1: ${costOf(row)} instead of ${costOf(row)}`]],
  ],
  ["answers with no result", { result: undefined }, [["golden rows", 'answered 200: {"model":"cost:1"}']]],
  ["fails", { scoreStatus: 500, result: undefined }, [["golden rows", 'answered 500: {"model":"cost:1"}']]],
  [
    "takes a misspelt feature",
    { acceptsMisspelt: true },
    [["misspelt feature", '"agex" for "age" answered 200, without naming the feature']],
  ],
  [
    "refuses one without naming it",
    { namesNothing: true },
    [["misspelt feature", '"agex" for "age" answered 422, without naming the feature']],
  ],
])("a service that %s fails that check only", async (_, faults, failed) => {
  const checks = await smokeTest({ url: await serve(faults), model: "cost:1", signature, golden });
  expect(failedOf(checks)).toEqual(failed);
});

test.each<[string, unknown, unknown, [string, string][]]>([
  ["right labels and probabilities", ["no", "yes"], right, []],
  ["a wrong label", ["no", "no"], right, [["golden rows", "row 2: no instead of yes"]]],
  [
    "a probability that is off",
    ["no", "yes"],
    [right[0], [0.24, 0.76]],
    [["golden rows", "row 2: probability 0.76 instead of 0.75"]],
  ],
  [
    "no probabilities",
    ["no", "yes"],
    undefined,
    [["golden rows", "row 1: probability undefined instead of 0.25"]],
  ],
])("a classification with %s is judged so", async (_, result, probabilities, failed) => {
  const url = await serve({ result, probabilities });
  const checks = await smokeTest({ url, model: "cost:1", signature, golden: classified });
  expect(failedOf(checks)).toEqual(failed);
});

test("a service that is not there fails every check, and the error lists them", async () => {
  const url = await serve({});
  await servers[0]?.close();
  const checks = await smokeTest({ url, model: "cost:1", signature, golden });
  expect(failedOf(checks).map(([name]) => name)).toEqual([
    "ready",
    "version",
    "golden rows",
    "misspelt feature",
  ]);
  expect(() => requireSmoke(checks, "qa")).toThrow(
    /^The smoke test in qa failed\. Every check has to pass\. Look at the service's log for the reason\.\n {2}- ready: GET \/readyz did not answer: connect ECONNREFUSED \S+\n {2}- version: serves no version, not cost:1\n {2}- golden rows: did not answer: .*\n {2}- misspelt feature: "agex" for "age" did not answer: [^\n]*$/,
  );
});

describe("a release", () => {
  const folder = useTemporaryFolder();

  test("is tested with the golden rows of its own package", async () => {
    await writeCostModel(folder("model"), 7);
    const release: PackagedRelease = { model: "cost:1", package: folder(), digest: digestOf("") };
    expect(failedOf(await smokeRelease(release, await serve({}, [costOf(row, 7)])))).toEqual([]);
    expect(failedOf(await smokeRelease(release, await serve({}, [costOf(row, 8)])))).toEqual([
      ["golden rows", `row 1: ${costOf(row, 8)} instead of ${costOf(row, 7)}`],
    ]);
  });
});
