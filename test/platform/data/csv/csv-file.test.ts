import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { readCsv, readCsvStructure } from "../../../../platform/data/csv/csv-file";
import { CsvNumbers } from "../../../../platform/data/csv/csv-numbers";
import { useTemporaryFolder } from "../../base/temporary-folder";

const temporary = useTemporaryFolder();

describe("whether the fields of a file are plain", () => {
  const isPlain = async (text: string): Promise<boolean> => {
    const file = temporary("in.csv");
    await writeFile(file, text);
    return (await readCsvStructure(file, [])).isPlain;
  };

  test.each([
    ["numbers and words", "a b,c\n1.5, x y\n", true],
    ["line ends of the other kind", "a,c\r\n1,2\r\n", true],
    ["a quoted delimiter", 'a,c\n"1,5","x ""y"""\n', true],
    ["an underscore in the header alone", "a_b,c\n1,2\n", true],
    ["tabs that are delimiters", "a\tc\n1\t2\n", true],
    ["an underscore", "a,c\n1_0,2\n", false],
    ["two signs", "a,c\n1,+-2\n", false],
    ["a tab", "a,c\n1,\t2\n", false],
    ["a tab in quotes where tabs are delimiters", 'a\tc\n1\t"2\t"\n', false],
    ["a line end in quotes", 'a,c\n1,"2\n"\n', false],
    ["a carriage return in quotes", 'a,c\n1,"2\r"\n', false],
    ["a vertical tab", "a,c\n1,2\v\n", false],
    ["a form feed", "a,c\n1,2\f\n", false],
    ...["\u00a0", "\u1680", "\u2003", "\u202f", "\u205f", "\u3000"].map(
      (space): [string, string, boolean] => [
        `the space ${JSON.stringify(space)}`,
        `a,c\n1,${space}2\n`,
        false,
      ],
    ),
  ])("with %s", async (_, text, expected) => {
    expect(await isPlain(text)).toBe(expected);
  });

  test("is told of what lies far behind the header, and of compressed files", async () => {
    const rows = "1,2\n".repeat(400_000);
    expect(await isPlain(`a,c\n${rows}`)).toBe(true);
    expect(await isPlain(`a,c\n${rows}1,2_0\n`)).toBe(false);
    const file = temporary("in.csv.gz");
    await writeFile(file, gzipSync("a_a,c\n1,2_0\n"));
    expect(await readCsvStructure(file, [])).toEqual({
      header: ["a_a", "c"],
      delimiter: ",",
      rows: 1,
      isPlain: false,
      gzip: true,
    });
  });
});

test.each([0, 1, 2])(
  "rows and characters that lie in two pieces of a file are read whole (%p bytes further on)",
  async (shift) => {
    const rows = 20_000;
    // They are scanned, for their quotes, and nearly all of their bytes are of characters of three.
    const lines = Array.from({ length: rows }, (_, row) => `"${row}.5","""${"€".repeat(70)}",${-row - 1}`);
    const text = `${"x".repeat(shift + 1)},t,n\n${lines.join("\n")}\n`;
    expect(Buffer.byteLength(text)).toBeGreaterThan(4 * 2 ** 20);
    const read = async (name: string, bytes: Uint8Array): Promise<number[][]> => {
      const file = temporary(name);
      await writeFile(file, bytes);
      const columns = ["x".repeat(shift + 1), "n"];
      const numbers = new CsvNumbers(
        columns.map((column) => ({ name: column, type: "number" })),
        { decimal: ".", missing: [] },
      );
      const found: number[][] = [[], []];
      const take = (block: readonly Float64Array[]): void => {
        for (const [index, values] of block.entries()) found[index]?.push(...values);
      };
      for await (const block of readCsv(file, columns, numbers)) take(block);
      take(numbers.take());
      return found;
    };
    const expected = [lines.map((_, row) => row + 0.5), lines.map((_, row) => -row - 1)];
    expect(await read("plain.csv", Buffer.from(text))).toEqual(expected);
    expect(await read("packed.csv.gz", gzipSync(text, { level: 1 }))).toEqual(expected);
  },
);
