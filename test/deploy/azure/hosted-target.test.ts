import { openHostedTarget } from "../../../deploy/azure/hosted-target";
import { recordedOutputs, recordServed, type Served } from "../../../deploy/azure/served-record";
import { digestOf } from "../../../platform/base/files";
import type { TrackSample } from "../../../platform/release/deployment";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const image = `registry.example/scoring@sha256:${digestOf("1")}`;
const served: Served = {
  deployment: {
    ...{ environment: "prod", model: "cost" },
    stable: { model: "cost:1", digest: digestOf("cost:1"), image },
    canary: { model: "cost:2", digest: digestOf("cost:2"), image, weight: 10, shadow: 0 },
    history: [{ time: "2026-11-27T10:00:00.000Z", action: "deploy", model: "cost:2" }],
  },
  url: "https://scoring.example",
  outputs: { insightsAppId: "app", environment: { scoring: { MLOPS_AUTH: "none" } } },
};
const storage = () => openLocalStorage(folder("history"));
const sample: TrackSample = { requests: 40, failures: 1 };
const lines: string[] = [];

const target = (since: () => Promise<ReadonlyMap<string, TrackSample>>) =>
  openHostedTarget({
    records: () => Promise.resolve(storage()),
    report: (line) => lines.push(line),
    samplesOf: () => ({ since }),
  });
const seen = target(() => Promise.resolve(new Map([["cost:2", sample]])));

test("an environment is what its last release has recorded, with what was seen since", async () => {
  await recordServed(storage(), { ...served, url: "https://before.example" });
  await recordServed(storage(), served);
  expect(await seen.deployer.status("prod", "cost")).toEqual({
    ...served.deployment,
    url: "https://scoring.example",
    samples: { stable: { requests: 0, failures: 0 }, canary: sample },
  });
  expect(await seen.access("prod", "cost")).toEqual({ headers: {} });
});

test("a page that only asks looks at no telemetry", async () => {
  await recordServed(storage(), served);
  const samplesOf = jest.fn();
  const { deployer } = openHostedTarget({
    records: () => Promise.resolve(storage()),
    report: (line) => lines.push(line),
    onlyAsks: true,
    samplesOf,
  });
  expect(await deployer.status("prod", "cost")).toMatchObject({ url: "https://scoring.example" });
  expect(samplesOf).not.toHaveBeenCalled();
});

test("before the first release nothing serves", async () => {
  expect(await seen.deployer.status("prod", "cost")).toEqual({
    ...{ environment: "prod", model: "cost", history: [], samples: {} },
  });
});

test("telemetry that is away is told, and hides nothing else", async () => {
  await recordServed(storage(), served);
  const { deployer } = target(() => Promise.reject(new Error("No answer.")));
  expect(await deployer.status("prod", "cost")).toMatchObject({ stable: { model: "cost:1" } });
  expect(lines).toEqual(["No answer."]);
});

test("a record that is torn says which, and what mends it", async () => {
  await storage().put("serving/prod/cost.json", "{");
  await expect(seen.deployer.status("prod", "cost")).rejects.toThrow(
    "The record serving/prod/cost.json of what is served is corrupt: it is not JSON. The next release writes it anew",
  );
});

test("nothing is released from a web app", async () => {
  await expect(seen.deployer.rollback("prod", "cost")).rejects.toThrow("A web app changes no environment");
});

const scoringKeys = { vault: "https://v.example", certificate: { names: ["qa.example"] } };

test("of an environment's outputs only addresses are recorded", () => {
  expect(
    recordedOutputs({
      ...{ insightsAppId: "app", vault: "v", scoringKeys: { ...scoringKeys, generations: { one: "1" } } },
      environment: { scoring: { MLOPS_AUTH: "keys" }, cli: { MLOPS_HISTORY: "h" } },
    }),
  ).toEqual({ insightsAppId: "app", environment: { scoring: { MLOPS_AUTH: "keys" } }, scoringKeys });
});
