import { possibleActions, standOf } from "../../../../cli/dashboard/actions/possible-actions";
import { boardOf, deploymentOf, releaseOf, runOf } from "../a-board";

const prod = (changes: Parameters<typeof deploymentOf>[1]) => [deploymentOf("prod", changes)];
const canary = { ...releaseOf(2), weight: 10, shadow: 0 };

const boards = {
  empty: boardOf({ deployments: [], runs: [], versions: [] }),
  "first release": boardOf({ deployments: prod({ stable: releaseOf(1) }) }),
  "second release": boardOf({ deployments: prod({ stable: releaseOf(2), previous: releaseOf(1) }) }),
  canary: boardOf({ deployments: prod({ stable: releaseOf(1), canary }) }),
  waiting: boardOf({ runs: [runOf(3, { outcome: "waiting-for-approval" }), runOf(2)] }),
  overtaken: boardOf({ runs: [runOf(4), runOf(3, { outcome: "waiting-for-approval" })] }),
};

test.each([
  ["empty", { retrain: "retrain --model houses" }],
  ["first release", { retrain: "retrain --model houses" }],
  [
    "second release",
    { rollback: "rollback --model houses --of houses:2", retrain: "retrain --model houses" },
  ],
  [
    "canary",
    {
      promote: "canary promote --model houses --run run-2",
      rollback: "rollback --model houses --of houses:2",
      retrain: "retrain --model houses",
    },
  ],
  ["waiting", { approve: "promote houses:3 --yes", retrain: "retrain --model houses" }],
  ["overtaken", { retrain: "retrain --model houses" }],
] as const)("with %s, what can be done is %j", (name, verbs) => {
  const found = possibleActions(boards[name]).map(({ id, verb }) => [id, verb.join(" ")]);
  expect(Object.fromEntries(found)).toEqual(verbs);
});

test("says what will happen, by versions", () => {
  const said = (board: keyof typeof boards, id: string) =>
    possibleActions(boards[board]).find((action) => action.id === id)?.consequence;
  expect(said("second release", "rollback")).toMatch(/^houses:1 takes the place of houses:2 in prod/);
  expect(said("canary", "rollback")).toMatch(/^houses:1 answers all requests of prod again/);
  expect(said("canary", "promote")).toMatch(/^The canary houses:2 gets all requests/);
  expect(said("waiting", "approve")).toMatch(/^houses:3, which passed its tests, goes to prod/);
});

test("the stand is the same as long as nothing changes that a decision rests on", () => {
  const stands = Object.values(boards).map(standOf);
  expect(new Set(stands).size).toBe(stands.length);
  expect(standOf(boardOf({ readAt: "2027-01-01T00:00:00.000Z", problems: ["x"] }))).toBe(standOf(boardOf()));
  const moved = boardOf({ deployments: prod({ stable: releaseOf(1), canary: { ...canary, weight: 50 } }) });
  expect(standOf(moved)).not.toBe(standOf(boards.canary));
});
