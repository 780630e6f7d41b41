import { findLabelFault } from "../../../training/evaluation/label-fault";

const numbers = { target: { name: "y", classes: [0, 1] as const } };
const rare = { target: { name: "y", classes: [0, 1] as const, threshold: 0.3 } };
const texts = { target: { name: "y", classes: ["no", "yes"] as const } };

test.each<
  [
    string,
    Parameters<typeof findLabelFault>[0],
    number[] | string[],
    number[] | undefined,
    string | undefined,
  ]
>([
  ["numbers that follow the probability", numbers, [0, 1], [0.2, 0.9], undefined],
  ["texts that follow the probability", texts, ["no", "yes"], [0.2, 0.9], undefined],
  ["either class at one half, to rounding", numbers, [0, 1], [0.5000004, 0.5], undefined],
  ["any number of a regression", { target: { name: "y" } }, [7, -2], undefined, undefined],
  ["a third class", numbers, [0, 2], [0.2, 0.9], "it predicts 2, which is none of the two classes 0 and 1"],
  [
    "a third text",
    texts,
    ["maybe", "yes"],
    [0.2, 0.9],
    "it predicts maybe, which is none of the two classes no and yes",
  ],
  [
    "the classes the other way round",
    texts,
    ["yes", "no"],
    [0.2, 0.9],
    "it predicts yes where its probability of yes is 0.2; yes is what is predicted above 0.5",
  ],
  ["a threshold that was chosen", rare, [0, 1], [0.29, 0.31], undefined],
  [
    "another than the threshold that was chosen",
    rare,
    [0, 1],
    [0.4, 0.6],
    "it predicts 0 where its probability of 1 is 0.4; 1 is what is predicted above 0.3",
  ],
  [
    "a threshold of its own",
    numbers,
    [1, 1],
    [0.31, 0.9],
    "it predicts 1 where its probability of 1 is 0.31; 1 is what is predicted above 0.5",
  ],
])("labels: %s", (_, signature, labels, probability, fault) => {
  const prediction =
    typeof labels[0] === "string" ? (labels as string[]) : Float64Array.from(labels as number[]);
  expect(
    findLabelFault(signature, {
      prediction,
      ...(probability && { probability: Float64Array.from(probability) }),
    }),
  ).toBe(fault);
});
