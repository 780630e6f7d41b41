import { placeOf, targetNames } from "../../../platform/release/place";

test.each([
  ["local", { environments: "processes", trainings: "runs", keepsFolders: true }],
  ["azure", { environments: "stacks", trainings: "jobs", keepsFolders: false }],
] as const)("at the target %s is %j", (target, place) => {
  expect(placeOf(target)).toEqual(place);
});

test("this machine is the first target, which a command takes that is told nothing", () => {
  expect(targetNames).toEqual(["local", "azure"]);
});
