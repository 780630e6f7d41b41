import { imagesToBuild } from "../../../deploy/package/images-to-build";

test.each([
  ["both of a version", { version: "churn:3", newest: false }, ["scoring", "training"]],
  ["both of the newest version", { version: "churn:3", newest: true }, ["scoring", "training"]],
  [
    "the training image alone, where no version is registered",
    { version: undefined, newest: true },
    ["training"],
  ],
  ["one that needs no version", { only: "training", version: undefined, newest: false }, ["training"]],
  [
    "a dashboard, for whoever asks for it",
    { only: "dashboard", version: undefined, newest: false },
    ["dashboard"],
  ],
  [
    "nothing, while a scoring image is asked for without a version",
    { version: undefined, newest: false },
    undefined,
  ],
  [
    "nothing, either, where that is the only one",
    { only: "scoring", version: undefined, newest: false },
    undefined,
  ],
] as const)("builds %s", (_, asked, expected) => {
  expect(imagesToBuild(asked)).toEqual(expected);
});
