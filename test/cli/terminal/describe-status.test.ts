import type { RunRecord } from "../../../cli/runs/runs";
import { describeDeployments, describeRuns } from "../../../cli/terminal/describe-status";
import { digestOf } from "../../../platform/base/files";

const releaseOf = (version: number) => ({
  model: `cost:${version}`,
  package: "/nowhere",
  digest: digestOf(String(version)),
});
const cells = (table: string, line: number): string[] =>
  (table.split("\n")[line] ?? "")
    .split("│")
    .map((cell) => cell.trim())
    .filter(Boolean);
const measured = { "cost:1": "rmse 60", "cost:2": "rmse 54.3" };

test("what serves is told with what the gate measured of it", () => {
  const status = {
    environment: "prod",
    model: "cost",
    history: [],
    stable: releaseOf(1),
    canary: { ...releaseOf(2), weight: 10, shadow: 0 },
    previous: releaseOf(3),
    url: "http://127.0.0.1:1",
    samples: {},
  };
  expect(cells(describeDeployments([status], measured), 3)).toEqual([
    "prod",
    "cost:1 (rmse 60)",
    "cost:2 (rmse 54.3, 10 %)",
    "cost:3",
    "http://127.0.0.1:1",
  ]);
  // Without a registry that says.
  expect(cells(describeDeployments([status]), 3).slice(1, 3)).toEqual(["cost:1", "cost:2 (10 %)"]);
  const none = describeDeployments(
    [{ environment: "qa", model: "cost", history: [], samples: {} }],
    measured,
  );
  expect(cells(none, 3)).toEqual(["qa", "-", "-", "-", "no, it is stopped"]);
});

test("runs have what the gate measured of the version that they registered", () => {
  const run = (id: string, version?: string) =>
    ({ id, outcome: "registered", ...(version !== undefined && { version }) }) as RunRecord;
  const table = describeRuns([run("a", "cost:2"), run("b")], measured);
  expect([cells(table, 3), cells(table, 5)]).toEqual([
    ["a", "cost:2", "rmse 54.3", "registered"],
    ["b", "-", "-", "registered"],
  ]);
  expect(describeRuns([])).toBe("No runs yet.");
});
