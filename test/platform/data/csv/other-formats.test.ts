import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { readCsvStructure } from "../../../../platform/data/csv/csv-file";
import { useTemporaryFolder } from "../../base/temporary-folder";

const temporary = useTemporaryFolder();

async function read(name: string, content: string | Buffer): Promise<unknown> {
  const file = temporary(name);
  await writeFile(file, content);
  return readCsvStructure(file, []).catch((error: unknown) => error);
}

const bytes = (...start: number[]): Buffer => Buffer.from([...start, ...Buffer.alloc(60, 7)]);

describe("a file of another format", () => {
  test.each<[string, string | Buffer, string]>([
    ["a list of documents", '[{"a":1},{"a":2}]', "JSON"],
    ["a list over several lines", '\n[\n  {\n    "a": 1\n  }\n]\n', "JSON"],
    ["a list of lists", "[[1,2],[3,4]]", "JSON"],
    ["a document", '{\n "a": [1, 2]\n}\n', "JSON"],
    ["documents line by line", '{"a":1}\n{"a":2}\n', "JSON"],
    ["JSON behind a byte order mark", '\ufeff{"a":1}\n', "JSON"],
    ["JSON that is compressed", gzipSync('{"a":1}\n'), "JSON"],
    ["XML", '<?xml version="1.0"?>\n<a>1</a>\n', "XML"],
    ["a page", "<!DOCTYPE html>\n<html></html>\n", "HTML"],
    ["a page without its type", "<html>\n<body></body></html>\n", "HTML"],
    ["an Excel workbook", Buffer.from("PK\x03\x04 and more"), "a zip archive or an Excel workbook"],
    ["an old Excel workbook", bytes(0xd0, 0xcf, 0x11, 0xe0), "an Excel workbook"],
    ["UTF-16", Buffer.from("\ufeffa,b\n1,2\n", "utf16le"), "text in UTF-16"],
    ["SQLite", Buffer.from("SQLite format 3\0 and more"), "a SQLite database"],
    ["Feather", Buffer.from("ARROW1\0\0 and more"), "an Arrow (Feather) file"],
    ["Avro", Buffer.from("Obj\x01 and more"), "an Avro file"],
    ["ORC", Buffer.from("ORC\x03 and more"), "an ORC file"],
    ["PDF", Buffer.from("%PDF-1.7\n"), "a PDF document"],
    ["a pickle", bytes(0x80, 4, 0x95), "a pickle of Python"],
    ["7-Zip", bytes(0x37, 0x7a, 0xbc, 0xaf), "a 7-Zip archive"],
    ["xz", bytes(0xfd, 0x37, 0x7a, 0x58, 0x5a), "compressed by xz"],
  ])("is refused as what it is: %s", async (_, content, kind) => {
    expect(await read("data.csv", content)).toMatchObject({
      code: "DATA_UNREADABLE",
      message: expect.stringMatching(
        new RegExp(
          `data\\.csv is ${kind.replaceAll(/[()]/g, "\\$&")}\\. Data is a CSV file in UTF-8 or a Parquet file\\. (Write|Save|Unpack) it.*\\.$`,
        ),
      ),
    });
  });

  test("says how JSON becomes CSV", async () => {
    expect(await read("data.json", '[{"a":1}]')).toMatchObject({
      message: expect.stringContaining('pandas.read_json(file).to_csv("data.csv", index=False)'),
    });
  });

  test.each([
    ["names in brackets", "[id],[name]\n1,2\n", ["[id]", "[name]"]],
    ["names in angles", "<DATE>,<OPEN>\n1,2\n", ["<DATE>", "<OPEN>"]],
    ["names in braces", "{id},{name}\n1,2\n", ["{id}", "{name}"]],
    ["JSON in a field", 'id,what\n1,"{""a"": 1}"\n', ["id", "what"]],
    ["the euro sign of Windows-1252, in UTF-8", "€,a\n1,2\n", ["€", "a"]],
  ])("is none with %s", async (_, text, header) => {
    expect(await read("data.csv", text)).toMatchObject({ header, rows: 1 });
  });
});

describe("a file that is not well-formed", () => {
  const faulty = "a: 1, 2\nb: 2\n";

  test.each(["data.yaml", "data.LOG"])("is doubted by its name: %s", async (name) => {
    const extension = name.slice(4).toLowerCase();
    expect(await read(name, faulty)).toMatchObject({
      message: expect.stringContaining(
        ` Its name ends in ${extension}: data is a CSV file in UTF-8 or a Parquet file. If it is neither, write it as one of them.`,
      ),
    });
  });

  test.each(["data.csv", "data.TSV", "data", "data.txt"])("is CSV by its name: %s", async (name) => {
    expect(await read(name, faulty)).toMatchObject({
      message: expect.stringMatching(/is not a well-formed CSV file:.*\(the header is not counted\)\.$/),
    });
  });
});
