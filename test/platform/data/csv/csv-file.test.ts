import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { readCsvStructure } from "../../../../platform/data/csv/csv-file";
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
