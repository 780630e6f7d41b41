import { requireValidRows } from "../../../../platform/data/checks/new-row-checks";
import { parseModelDefinition } from "../../../../platform/definition/definition";
import type { SqlRow } from "../../../../platform/sql/engine";

const definition = parseModelDefinition(
  {
    name: "loans",
    task: "classification",
    data: "data.csv",
    format: { decimal: "," },
    columns: [
      { name: "income", type: "number", range: [0, 100.5] },
      { name: "town", type: "category", values: ["Bonn", "Ulm"], nullable: true },
      { name: "paid", type: "category", values: ["no", "yes"], role: "target" },
    ],
    trainer: { kind: "logistic", l2: 1 },
    gate: { metric: "auc" },
  },
  "the test",
);
const row = (income: number | null, town: string | null, paid: string): SqlRow => ({ income, town, paid });
const check = (rows: readonly SqlRow[]): Promise<void> =>
  requireValidRows(definition, rows, (found) => `request r-${rows.indexOf(found)}, row 0`);

test("rows that the definition allows are let be, and so are none", async () => {
  await check([row(100.5, "Ulm", "yes"), row(0, null, "no")]);
  await check([]);
});

test("rows may miss more of a value than the whole data may", async () => {
  await check(Array.from({ length: 10 }, () => row(1, null, "no")));
});

test("every fault is named, with the requests that it is of", async () => {
  const rows = [row(101.5, "Ulm", "yes"), row(null, "Rome", "no"), row(1, "Ulm", "maybe")];
  const fault = await check(rows).then(
    () => "",
    (error: unknown) => String(error),
  );
  expect(fault).toContain(
    "3 labelled rows cannot be added to the data of loans. Nothing was written. Correct:",
  );
  expect(fault).toMatch(/"income" is empty in 1 row\..* First: request r-1, row 0: ""/);
  expect(fault).toMatch(/"income" is outside 0 to 100.5 in 1 row.* First: request r-0, row 0: "101,5"/);
  expect(fault).toMatch(/"town" has a value that is not allowed.* First: request r-1, row 0: "Rome"/);
  expect(fault).toMatch(/"paid" has a value that is not allowed.* First: request r-2, row 0: "maybe"/);
});
