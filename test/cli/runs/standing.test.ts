import { nextCommand, standingAfter } from "../../../cli/runs/standing";
import type { Digest } from "../../../platform/base/files";
import type { Environments } from "../../../platform/release/environments";
import type { RunRecord } from "../../../cli/runs/runs";

const environments: Environments = {
  testing: ["dev", "qa"],
  training: "dev",
  production: "prod",
  names: ["dev", "qa", "prod"],
};
const run: RunRecord = {
  id: "1",
  model: "houses",
  startedAt: "2026-01-01T00:00:00.000Z",
  outcome: "registered",
  explanation: "",
  dataFile: "/data.csv",
  steps: [],
};
const digest = "a".repeat(64) as Digest;
const release = { model: "houses:2", digest, package: "/packages/a" };
const load = { requests: 1 } as never;
const version = "houses:2";

test.each<[string, string | undefined, string]>([
  ["split", undefined, "stopped"],
  ["train", undefined, "trained"],
  ["evaluate", undefined, "promotable"],
  ["register", version, "registered"],
  ["package", version, "registered"],
])("after %s with version %s a run is %s", (step, registered, outcome) => {
  expect(standingAfter({ ...(registered && { version: registered }) }, step).outcome).toBe(outcome);
});

test.each<[string | undefined, Partial<RunRecord>]>([
  ["evaluate --model houses --run 1", { outcome: "trained" }],
  ["register --model houses --run 1", { outcome: "promotable" }],
  ["release houses:2", { version }],
  ["deploy houses:2", { version, release }],
  ["smoke --model houses", { version, release, tests: { dev: { digest } } }],
  ["load --model houses", { version, release, tests: { dev: { digest, smoke: 4 } } }],
  ["deploy houses:2 --environment qa", { version, release, tests: { dev: { digest, smoke: 4, load } } }],
  [
    "smoke --model houses --environment qa",
    { version, release, tests: { dev: { digest, smoke: 4, load }, qa: { digest } } },
  ],
  [
    "deploy houses:2",
    { version, release, tests: { dev: { digest: "b".repeat(64) as Digest, smoke: 4, load } } },
  ],
  [
    "promote houses:2",
    {
      version,
      release,
      tests: { dev: { digest, smoke: 4, load }, qa: { digest, smoke: 4, load } },
    },
  ],
  ["status --model houses", { version, release, outcome: "released" }],
  [undefined, { outcome: "kept" }],
  [undefined, { outcome: "waiting-for-approval", version, release }],
  [undefined, { outcome: "failed", version, release }],
  [undefined, { outcome: "running" }],
])("%s is next for %j", (command, change) => {
  expect(nextCommand({ ...run, ...change }, environments)).toBe(command);
});
