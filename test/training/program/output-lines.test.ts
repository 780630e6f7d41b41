import { Readable } from "node:stream";
import { maxLineLength, readLines } from "../../../training/program/output-lines";

async function linesOf(...chunks: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  const ended = new Promise((resolve) => stream.once("close", resolve));
  readLines(stream, (line) => lines.push(line));
  await ended;
  return lines;
}

const umlaut = Buffer.from("ü");

test.each<[string, (string | Buffer)[], string[]]>([
  ["line feeds", ["one\ntwo\n\nthree"], ["one", "two", "", "three"]],
  ["line ends of Windows, also between chunks", ["one\r", "\ntwo\r\n"], ["one", "two"]],
  ["a progress bar", ["10 %\r20 %\r", "30 %\r\n"], ["10 %", "20 %", "30 %"]],
  ["a carriage return at the very end", ["done\r"], ["done"]],
  ["a character in two chunks", [umlaut.subarray(0, 1), umlaut.subarray(1), "\n"], ["ü"]],
  ["nothing", [], []],
])("lines are told apart at %s", async (_, chunks, lines) => {
  expect(await linesOf(...chunks)).toEqual(lines);
});

test("a line without an end comes in pieces while it is printed, so that memory stays small", async () => {
  const chunk = "x".repeat(3 * maxLineLength + 5);
  const lines = await linesOf(chunk, chunk, "\nend\n");
  expect(lines.join("")).toBe(`${chunk}${chunk}end`);
  expect(lines.every((line) => line.length <= maxLineLength)).toBe(true);
  expect(lines).toHaveLength(8);
});
