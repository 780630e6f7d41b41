import { withSetting } from "../../../training/tuning/with-setting";

const trainer = {
  kind: "python",
  timeoutMinutes: 5,
  parameters: { depth: 3, tree: { leaves: 7 }, tags: ["a"] },
};

test.each([
  ["timeoutMinutes", 9, { ...trainer, timeoutMinutes: 9 }],
  ["validationFraction", 0.1, { ...trainer, validationFraction: 0.1 }],
  ["parameters.depth", 6, { ...trainer, parameters: { ...trainer.parameters, depth: 6 } }],
  ["parameters.tree.leaves", 9, { ...trainer, parameters: { ...trainer.parameters, tree: { leaves: 9 } } }],
])("%s is set, and nothing else", (name, value, expected) => {
  expect(withSetting(trainer, name, value)).toEqual(expected);
});

test.each([
  ["parameters.dept", 'has no "dept" in its parameters. There are "depth", "tree", "tags".'],
  ["parameters.tree.depth", 'has no "depth" in its tree. There are "leaves".'],
  ["parameters.depth.of", 'has no "of" in its depth. There is none to choose from.'],
  ["parameters.toString", 'has no "toString" in its parameters.'],
  ["settings.depth", 'has no "depth" in its settings. There is none to choose from.'],
])("%s is not there to be set", (name, fault) => {
  expect(() => withSetting(trainer, name, 1)).toThrow(`--try ${name}: the definition's trainer ${fault}`);
});
