import { spawn } from "node:child_process";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readEnvironments } from "../../platform/release/environments";
import type { Flat } from "./town";
import { programArguments } from "../../build/start-program";
import { scorePath } from "../../scoring/dialects/score-path";

export const { production } = readEnvironments();

const root = path.join(__dirname, "..", "..");

/**
 * The model of the demonstration. How long an answer takes is not judged: a busy machine would tell another story. What is shown is
 * what is predicted.
 */
const definition = {
  name: "rent",
  task: "regression",
  data: "data.csv",
  columns: [
    { name: "rooms", type: "number" },
    { name: "size", type: "number" },
    { name: "district", type: "category", values: ["hill", "harbour"] },
    { name: "rent", type: "number", role: "target" },
  ],
  trainer: { kind: "ridge", alpha: 1 },
  gate: { metric: "rmse", minImprovement: 0.05 },
  checks: { mayMove: ["size", "district", "rent"] },
  canary: { mayBeSlowerBy: 1000, latencyToleranceMs: 60_000 },
};

const line = ({ rooms, size, district, rent }: Flat): string => [rooms, size, district, rent].join();

/** A home of its own, and the real `mlops` command in it. */
export class DemoPlace {
  constructor(readonly home: string) {}

  async prepare(flats: readonly Flat[]): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
    const folder = path.join(this.home, "models", "rent");
    await mkdir(folder, { recursive: true });
    await writeFile(
      path.join(folder, "model.ts"),
      `export default ${JSON.stringify(definition, null, 2)};\n`,
    );
    await writeFile(
      path.join(folder, "data.csv"),
      `rooms,size,district,rent\n${flats.map(line).join("\n")}\n`,
    );
  }

  /** Runs a verb about the model, and gives its answer and exit code. Throws when it has none, or ends with 2. */
  async verb<Answer>(...args: string[]): Promise<{ readonly code: number; readonly answer: Answer }> {
    const env = { ...process.env, MLOPS_HOME: this.home, MLOPS_MODELS: path.join(this.home, "models") };
    const child = spawn(
      process.execPath,
      [...programArguments("cli/main.ts"), ...args, "--model", "rent", "--json"],
      { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] },
    );
    let [out, errors] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    if (code === null || code > 1 || out.trim() === "")
      throw new Error(`mlops ${args.join(" ")} ended with ${code}:\n${out}${errors}`);
    return { code, answer: JSON.parse(out) as Answer };
  }

  /** Asks production what the flats of a week cost, a request each whose id tells week and flat; its answers. */
  async ask(week: number, flats: readonly Flat[]): Promise<number[]> {
    const { answer } = await this.verb<{ deployments: { environment: string; url?: string }[] }>("status");
    const url = answer.deployments.find(({ environment }) => environment === production)?.url;
    if (url === undefined) throw new Error("Production serves nothing.");
    const rents: number[] = [];
    for (const [index, { rooms, size, district }] of flats.entries()) {
      const response = await fetch(`${url}${scorePath}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-request-id": idOf(week, index) },
        body: JSON.stringify({ data: [{ rooms, size, district }] }),
      });
      if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
      const { result } = (await response.json()) as { result: number[] };
      rents.push(result[0] ?? NaN);
    }
    await this.waitForLog(idOf(week, flats.length - 1));
    return rents;
  }

  /** Writes what the flats of a week turned out to cost; the file's path. */
  async tellTruth(week: number, flats: readonly Flat[]): Promise<string> {
    const file = path.join(this.home, `truth-${week}.csv`);
    const rows = flats.map(({ rent }, index) => `${idOf(week, index)},${rent}`);
    await writeFile(file, `request_id,rent\n${rows.join("\n")}\n`);
    return file;
  }

  /** Waits until the last of a week's records is stored: it waits for the machine, and decides nothing. */
  private async waitForLog(id: string): Promise<void> {
    const folder = path.join(this.home, "predictions", production, "rent");
    for (let look = 0; look < 600; look += 1) {
      for (const file of await readdir(folder, { recursive: true }).catch(() => [])) {
        if (file.endsWith(".jsonl") && (await readFile(path.join(folder, file), "utf8")).includes(`"${id}"`))
          return;
      }
      await sleep(100);
    }
    throw new Error(`The record ${id} is not in the prediction log after a minute.`);
  }
}

const idOf = (week: number, index: number): string => `week-${week}-${index}`;
