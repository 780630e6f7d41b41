/**
 * `npm run bench:profile`: where the time of a request goes. Profiles the scoring process under the load of
 * `bench:scoring` and prints the main thread's time by kind of work.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildPrograms, startService, takeRows, trainExample } from "./bench-process";
import { timeByGroup, type SourceOf } from "./cpu-profile";
import { load } from "./load-generator";
import { printTable } from "./table";
import { scorePath } from "../scoring/dialects/score-path";

const seconds = 8;

/** Places in the bundle as places in the sources. */
function sourceMaps(): SourceOf {
  const maps = new Map<string, SourceMap>();
  return (url, line, column) => {
    const file = url.startsWith("file:") ? fileURLToPath(url) : url;
    const map = maps.get(file) ?? readMap(file);
    maps.set(file, map);
    const entry = map.findEntry(line, column);
    return "originalSource" in entry ? entry.originalSource : undefined;
  };
}

function readMap(file: string): SourceMap {
  return new SourceMap(JSON.parse(readFileSync(`${file}.map`, "utf8")) as SourceMapPayload);
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-bench-"));
  try {
    await buildPrograms();
    const example = await trainExample(folder);
    const profiles = path.join(folder, "profiles");
    const nodeOptions = ["--cpu-prof", `--cpu-prof-dir=${profiles}`, "--cpu-prof-interval=250"];
    const service = await startService(example, { folder: path.join(folder, "service"), nodeOptions });
    const body = JSON.stringify({ data: takeRows(example.rows, 2) });
    const { requests, errors } = await load({
      url: `${service.url}${scorePath}`,
      body,
      connections: 8,
      seconds,
      folder,
    });
    await service.stop();
    const times = await timeByGroup(profiles, sourceMaps());
    const idle = times.get("idle") ?? 0;
    times.delete("idle");
    const total = [...times.values()].reduce((sum, value) => sum + value, 0);
    const rows = [...times].map(([name, us]) => [
      name,
      (us / requests).toFixed(1),
      `${((100 * us) / total).toFixed(0)} %`,
    ]);
    rows.push(["all", (total / requests).toFixed(1), "100 %"]);
    printTable(["kind of work", "µs per request", "share"], rows);
    console.log(
      `${requests} requests of 2 rows, ${errors} errors, start included; the profiler itself slows all by about a fifth. ` +
        `The main thread was idle for ${((100 * idle) / (idle + total)).toFixed(0)} % of the time.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
