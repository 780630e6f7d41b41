import { checkNameCount } from "../../../scoring/http/json-names";
import { cost } from "../dialects/service-fixture";

const check = (text: string): void => checkNameCount(Buffer.from(text), cost.signature);
const names = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, index) => `"c${from + index}":1`).join(",");
const firstNames = Array.from({ length: 20 }, (_, index) => `"c${index}"`).join(", ");
/** Makes a text long enough to be looked at, and says nothing. */
const long = " ".repeat(70_000);

test.each([
  ["few names", `{"data":{${names(40)}}}${long}`],
  ["many names in a body that is small", `{${names(5000)}}`],
  ["few names, very often", `{"data":[${'{"a":1,"b":2,"c":3},'.repeat(10_000)}{}]}`],
  ["texts that are no names", `{"data":[${'"x","y:",'.repeat(10_000)}1]}`],
  ["names inside of texts", `{"data":[${JSON.stringify(`{${names(1000)}}`)}]}${long}`],
  ["what is no JSON", `"${"\\".repeat(70_000)}`],
])("%s are the parser's business", (_, text) => {
  expect(() => check(text)).not.toThrow();
});

test.each([
  ["in one object", `{"data":{${names(450_000)}}}`],
  [
    "in many objects",
    `{"data":[${Array.from({ length: 15_000 }, (_, row) => `{${names(28, row * 28)}}`).join()}]}`,
  ],
  ["with spaces before the colons", `{${names(60).replaceAll(":", " \n\t:")}}${long}`],
  ["after very many good rows", `[${'{"a":1,"b":2,"c":3},'.repeat(50_000)}{${names(60)}}]`],
])("more names than any good body has, %s, are refused at once, the first of them by name", (_, text) => {
  const begun = process.cpuUsage();
  expect(() => check(text)).toThrow(
    `The body has more than 53 different names, but the model has 3 features. Send those and no others. Unknown are ${firstNames} and others.`,
  );
  const { user, system } = process.cpuUsage(begun);
  expect((user + system) / 1000).toBeLessThan(200);
});

test("a very long name is cut short", () => {
  const text = `{${Array.from({ length: 60 }, (_, index) => `"${index}${"x".repeat(5000)}":1`).join()}}`;
  expect(() => check(text)).toThrow(/^.{1,1600}$/);
});
