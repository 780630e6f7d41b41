import type { Signature } from "../../../platform/model/signature";
import { readCsv } from "../../../scoring/rows/read-csv";
import { colour, cost } from "../dialects/service-fixture";

const read = (text: string, { signature }: { readonly signature: Signature } = cost): unknown =>
  Object.fromEntries(readCsv(Buffer.from(text), signature, 100));

test("fields are values as JSON would have them, by the type of their feature", () => {
  const text = '\uFEFFage,bmi,smoker,town,other\r\n4.0e1,,TRUE,"A, ""å""",1\r\n-.5,1.,0, ,\n';
  expect(read(text, colour)).toEqual({
    age: [40, -0.5],
    bmi: [null, 1],
    smoker: [true, false],
    town: ['A, "å"', " "],
    other: ["1", null],
  });
});

test.each(["x", "1x", "1.2.3", "1e", ".", "0x10", "NaN", "1 2", "\t1", "٣"])(
  "%p is no number and stays text",
  (text) => {
    expect(read(`a\n${text}\n`)).toEqual({ a: [text] });
  },
);

test("spaces around a number do not count, as in a file of training data", () => {
  expect(read("a\n 1\n1 \n")).toEqual({ a: [1, 1] });
});

test("a boolean that may be missing is read as a boolean", () => {
  const inputs = [{ name: "sold", type: "category" as const, nullable: true, values: ["false", "true"] }];
  expect(read("sold,x\n True,1\n,2\nFALSE,3\nno,4\n", { signature: { ...cost.signature, inputs } })).toEqual({
    sold: ["true", null, "false", "no"],
    x: ["1", "2", "3", "4"],
  });
});

test("empty lines are no rows, and an empty field in quotes is a missing value", () => {
  expect(read('c\n\n1\n\r\n""\n')).toEqual({ c: [1, null] });
});

test.each([
  ["a short row", "a,b\n\n1,2\n3\n", "Row 1 of the CSV has 1 fields; its header has 2. Correct the row."],
  ["a repeated name", "a,b,a\n", 'The CSV has the column "a" twice. Send it once.'],
  [
    "a fault below a field of two lines",
    'a,b\n"1\n",2\n3,"4"5\n',
    "Line 4 of the CSV has text after a closing quote.",
  ],
  ["a lone carriage return", "a,b\r1,2\r", "Line 1 of the CSV has a carriage return without a line feed."],
  ["an open quote", 'a,b\n1,"2\n3,4\n', "Line 2 of the CSV has a quote that is never closed."],
  [
    "nothing but a byte order mark",
    "\uFEFF",
    "The body is empty. Expected CSV with a header and a line per row.",
  ],
])("%s is refused", (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});

/** A pattern that tries a text in many ways would take hours. */
test.each([
  ["a million digits and a letter", `${"1".repeat(1_000_000)}x`],
  ["a point, a million digits and a letter", `1.${"1".repeat(1_000_000)}x`],
  ["a digit, a million spaces and a letter", `1${" ".repeat(1_000_000)}x`],
])("%s are no number, which is known at once", (_, text) => {
  const begun = process.cpuUsage();
  expect(readCsv(Buffer.from(`a\n${text}\n`), cost.signature, 100).get("a")).toEqual([text]);
  expect(process.cpuUsage(begun).user).toBeLessThan(3_000_000);
});

test("a header of 100,000 columns is refused by their number, at once", () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `column ${index}`);
  const begun = process.cpuUsage();
  expect(() => read(`${names.join(",")}\n`)).toThrow(
    "The rows have more than 23 columns, but the model has 3 features. Send a column for each feature and no other.",
  );
  expect(process.cpuUsage(begun).user).toBeLessThan(3_000_000);
});

test("rows beyond those allowed are not read", () => {
  expect(() => readCsv(Buffer.from("a\n1\n2\n3\n"), cost.signature, 2)).toThrow(
    "The request has more than 2 rows. At most 2 are allowed. Send them in several requests.",
  );
  expect([...readCsv(Buffer.from("a\n1\n2\n"), cost.signature, 2)]).toEqual([["a", [1, 2]]]);
  // Were it read on, there would be another fault.
  expect(() => readCsv(Buffer.from('a\n1\n2\n3\n4"'), cost.signature, 2)).toThrow("more than 2 rows");
});

test("a row of very many fields is refused by their number", () => {
  expect(() => read(`a,b,c\n${"1,".repeat(100_000)}`)).toThrow("The rows have more than 23 columns");
});

test("a body is read as the files of the model's definition are", () => {
  const format = { decimal: "," as const, thousands: "." as const, missing: ["NA"] };
  const inputs = [
    { name: "age", type: "number" as const, nullable: true },
    { name: "land", type: "category" as const, nullable: true },
  ];
  const signature = { ...cost.signature, inputs, format };
  expect(read("land;age\nZA;1.033,5\nNA;NA\n", { signature })).toEqual({
    land: ["ZA", null],
    age: [1033.5, null],
  });
  expect(read('age,land\n"1,5",NA\n1.5,ZA\n', { signature })).toEqual({
    age: [1.5, "1.5"],
    land: [null, "ZA"],
  });
});
