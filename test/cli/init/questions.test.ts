import { chooseId, chooseTarget, chooseTask } from "../../../cli/init/questions";
import type { SeenColumn } from "../../../cli/init/seen-columns";
import type { SeenFile } from "../../../cli/init/seen-file";

const none = { missing: [], boolean: false, longNumbers: 0, leadingZeros: 0, dates: 0, uuids: 0 };
const column = (name: string, facts: Partial<SeenColumn> = {}): SeenColumn => ({
  ...none,
  ...{ name, rows: 100, present: 100, distinct: 80, numeric: true, whole: true, min: 5, max: 95, ...facts },
});

const fileOf = (...columns: SeenColumn[]): SeenFile => ({
  from: "cars.csv",
  format: "csv",
  header: columns.map(({ name }) => name),
  notation: { decimal: "." },
  columns,
});

/** Somebody who gives these answers, and what they were asked. */
function person(...answers: string[]): { asked: string[]; ask: (question: string) => Promise<string> } {
  const asked: string[] = [];
  return {
    asked,
    ask: (question) => {
      asked.push(question);
      const answer = answers.shift();
      return answer === undefined ? Promise.reject(new Error("asked too often")) : Promise.resolve(answer);
    },
  };
}

describe("the target", () => {
  const file = fileOf(column("km"), column("price"), column("make"));

  test("is the one that was named, and nobody is asked", async () => {
    const { ask } = person();
    expect((await chooseTarget(file, { target: "price" }, ask)).name).toBe("price");
  });

  test.each([
    ["the last", file, "make"],
    ["one of a usual name", fileOf(column("km"), column("Target"), column("make")), "Target"],
  ])("is %s when there is nobody to ask", async (_, seen, name) => {
    expect((await chooseTarget(seen, {}, undefined)).name).toBe(name);
  });

  test("is asked for until it is a column; nothing takes what is suggested", async () => {
    const somebody = person("prise", " price ");
    expect((await chooseTarget(file, {}, somebody.ask)).name).toBe("price");
    expect(somebody.asked[0]).toMatch(
      /^Columns: "km", "price", "make"\.\nWhich one is to be predicted\? \[make\] $/,
    );
    expect(somebody.asked[1]).toMatch(/^"prise" is not a column of cars\.csv\./);
    expect((await chooseTarget(file, {}, person("").ask)).name).toBe("make");
  });
});

describe("the id", () => {
  const target = column("price");
  const [car, buyer] = [column("car_id", { distinct: 100 }), column("buyer_id", { distinct: 100 })];
  const card = column("card", { distinct: 100, longNumbers: 100 });

  test("is the one that was named, if it tells rows apart", async () => {
    const file = fileOf(column("km", { distinct: 100 }), column("make"), target);
    expect(await chooseId(file, { target, answers: { id: "km" }, ask: undefined })).toBe("km");
    await expect(chooseId(file, { target, answers: { id: "make" }, ask: undefined })).rejects.toThrow(
      '"make" is repeated in 20 rows. Each row has an id of its own.',
    );
  });

  test.each<[string, SeenColumn[], string | undefined]>([
    ["none", [column("km")], undefined],
    ["the one with such a name", [column("km"), car], "car_id"],
    ["the one with such a name before the one with such values", [card, car], "car_id"],
  ])("is %s, and nobody is asked", async (_, columns, id) => {
    const { ask } = person();
    expect(await chooseId(fileOf(...columns, target), { target, answers: {}, ask })).toBe(id);
  });

  test.each<[string, SeenColumn[], string, string | undefined]>([
    ["two with such a name", [car, buyer], "buyer_id", "buyer_id"],
    ["two with such a name", [car, buyer], "", "car_id"],
    ["one with such values", [card], "none", undefined],
  ])("is asked for where there are %s", async (_, columns, answer, id) => {
    const file = fileOf(...columns, target);
    expect(await chooseId(file, { target, answers: {}, ask: person(answer).ask })).toBe(id);
    expect(await chooseId(file, { target, answers: {}, ask: undefined })).toBe(columns[0]?.name);
  });

  test("is never the target", async () => {
    expect(await chooseId(fileOf(column("km"), car), { target: car, answers: {}, ask: undefined })).toBe(
      undefined,
    );
  });
});

describe("the task", () => {
  const grades = column("grade", { distinct: 3, min: 1, max: 3, values: ["1", "2", "3"] });

  test("is asked for where a few whole numbers may be classes", async () => {
    const question = '"grade" is 1 to 3. Are these amounts, or the names of 3 classes? [amounts or classes] ';
    const somebody = person("amounts");
    expect((await chooseTask(grades, {}, somebody.ask)).task).toBe("regression");
    expect(somebody.asked).toEqual([question]);
    const other = person("", "classes");
    expect(await chooseTask(grades, {}, other.ask)).toMatchObject({
      task: "classification",
      column: { type: "number", classes: [1, 2, 3] },
    });
    expect(other.asked).toEqual([question, `"" is neither. Expected amounts or classes.\n${question}`]);
  });

  test("is nobody's question where the values tell it, or the user has", async () => {
    const { ask } = person();
    expect((await chooseTask(column("price"), {}, ask)).task).toBe("regression");
    expect((await chooseTask(grades, { task: "regression" }, ask)).task).toBe("regression");
  });
});
