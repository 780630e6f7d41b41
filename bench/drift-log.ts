import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Whose log it is. */
export const logged = { environment: "live", model: "example" } as const;

const rowsOfRequest = 10;
const requestsOfFile = 5000;

/** Writes a prediction log of so many rows, in requests of ten, into a folder. */
export async function writeLog(folder: string, rows: number): Promise<void> {
  const hour = path.join(folder, logged.environment, logged.model, "date=2026-11-21", "hour=00");
  await mkdir(hour, { recursive: true });
  const random = xoroshiro128plus(3);
  const chance = (): number => uniformFloat64(random);
  const requests = rows / rowsOfRequest;
  for (let first = 0; first < requests; first += requestsOfFile) {
    const lines = Array.from({ length: Math.min(requestsOfFile, requests - first) }, (_, index) => {
      const inputs = Array.from({ length: rowsOfRequest }, () => ({
        age: 20 + Math.floor(60 * chance()),
        income: Math.exp(10.5 + chance()),
        debt: chance() < 0.1 ? null : 1000 * chance(),
        visits: Math.floor(10 * chance() * chance()),
        town: `town ${Math.floor(40 * chance())}`,
      }));
      const of = { id: `r-${first + index}`, time: "2026-11-21T00:00:00.000Z", model: "example:1" };
      return `${JSON.stringify({ ...of, inputs, outputs: inputs.map(() => 1) })}\n`;
    });
    const name = `20261121T000000000Z-writer-${String(first).padStart(9, "0")}.jsonl`;
    await writeFile(path.join(hour, name), lines.join(""));
  }
}
