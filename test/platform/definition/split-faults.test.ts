import { splitFaults } from "../../../platform/definition/split-faults";

const columns = [
  { name: "key", role: "id" },
  { name: "year", role: "feature" },
  { name: "y", role: "target" },
];

test.each<[Parameters<typeof splitFaults>[0]["split"], string, RegExp | undefined]>([
  [{}, "regression", undefined],
  [{ group: "customer" }, "regression", undefined],
  [{ group: "year" }, "regression", undefined],
  [{ time: "year" }, "regression", undefined],
  [{ stratify: true }, "classification", undefined],
  [{ column: "side" }, "regression", undefined],
  [{ column: "year" }, "regression", /split.column "year" is among the columns/],
  [{ group: "key" }, "regression", /split.group "key" is the id: each row has one of its own/],
  [{ time: "y" }, "regression", /split.time "y" is the target: it is what is predicted/],
  [{ stratify: true }, "regression", /split.stratify is for a classification/],
  [{ group: "customer", time: "at" }, "regression", /"split.group", "split.time" each say which rows/],
  [{ column: "side", stratify: true }, "classification", /"split.column", "split.stratify" each say/],
])("%j of a %s", (split, task, fault) => {
  const faults = splitFaults({ split, columns, task });
  if (fault === undefined) expect(faults).toEqual([]);
  else expect(faults).toEqual([expect.stringMatching(fault)]);
});
