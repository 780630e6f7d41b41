import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** A line that is longer comes in pieces: a program may print gigabytes without a line feed. */
export const maxLineLength = 8_192;

/** Calls `onLine` for each line of a stream. A carriage return ends a line, too: progress bars write over themselves with it. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const take = (text: string): void => {
    // A carriage return at the end may be the first half of a line end.
    const lines = `${rest}${text}`.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) for (const piece of piecesOf(line)) onLine(piece);
    while (rest.length > maxLineLength) {
      onLine(rest.slice(0, maxLineLength));
      rest = rest.slice(maxLineLength);
    }
  };
  stream.on("data", (chunk: Buffer) => take(decoder.write(chunk)));
  stream.once("end", () => {
    take(decoder.end());
    const last = rest.replace(/\r$/, "");
    if (last !== "") onLine(last);
  });
}

function piecesOf(line: string): string[] {
  if (line.length <= maxLineLength) return [line];
  const count = Math.ceil(line.length / maxLineLength);
  return Array.from({ length: count }, (_, index) =>
    line.slice(index * maxLineLength, (index + 1) * maxLineLength),
  );
}
