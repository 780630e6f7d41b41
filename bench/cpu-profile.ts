import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  /** Counted from 0. */
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: CallFrame;
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A place in the sources, as source maps give it. */
export type SourceOf = (url: string, line: number, column: number) => string | undefined;

/** Kinds of work; the first whose pattern fits a function, or the nearest caller that has one, takes its time. */
const groups: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["idle", /^\(idle\)/],
  ["garbage collection", /^\(garbage collector\)/],
  ["prediction log", /platform\/monitoring\/prediction-/],
  [
    "request log",
    /node_modules\/(pino|sonic-boom|safe-stable-stringify|quick-format-unescaped)\/|telemetry\/(logger|request-lines)/,
  ],
  ["metrics, trace context", /scoring\/(metrics|telemetry\/)/],
  ["JSON parse", /scoring\/json-body/],
  ["checks of the rows", /scoring\/(read-|row-table|request-columns)/],
  ["model", /platform\/linear-model|scoring\/(scorer|limiter)/],
  ["answer as JSON", /scoring\/answer|fastify\/lib\/reply\.js (serialize|preSerialization)/],
  [
    "headers, ids, limits, security",
    /scoring\/(dialects|security-headers|auth|loop-guard|request-headers|score-request)/,
  ],
  [
    "writing to the socket",
    /^(writev|writeUtf8String|writeLatin1String|writeBuffer|shutdown) |writevGeneric|writeGeneric/,
  ],
  [
    "framework (Fastify)",
    /node_modules\/(fastify|find-my-way|avvio|light-my-request|fast-json-stringify|secure-json-parse|toad-cache|reusify|process-warning|abstract-logging)\//,
  ],
  [
    "HTTP (Node.js)",
    /node:(_http|internal\/http|http|net|internal\/stream|stream|internal\/streams|events|internal\/process|internal\/timers|internal\/async|async_hooks|internal\/abort)/,
  ],
];

function nameOf({ functionName, url, lineNumber, columnNumber }: CallFrame, sourceOf: SourceOf): string {
  const place =
    url.startsWith("file:") || url.startsWith("/") ? sourceOf(url, lineNumber, columnNumber) : undefined;
  return `${functionName} ${place ?? url} ${place === undefined ? "" : `${place} ${functionName}`}`;
}

/** Main thread's time by kind of work, in microseconds, the largest first. */
export async function timeByGroup(folder: string, sourceOf: SourceOf): Promise<Map<string, number>> {
  // The threads have profiles of their own; that of the main thread is numbered first.
  const files = (await readdir(folder)).sort();
  const main = files.find((name) => /\.0\.\d+\.cpuprofile$/.test(name)) ?? files[0] ?? "";
  const profile = JSON.parse(await readFile(path.join(folder, main), "utf8")) as CpuProfile;
  const groupOf = new Map<number, string>();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const open: [id: number, inherited: string][] = [[profile.nodes[0]?.id ?? 0, "other"]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [id, inherited] = next;
    const node = byId.get(id);
    if (node === undefined) continue;
    const name = nameOf(node.callFrame, sourceOf);
    const group = groups.find(([, pattern]) => pattern.test(name))?.[0] ?? inherited;
    groupOf.set(id, group);
    for (const child of node.children ?? []) open.push([child, group]);
  }
  const times = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    const group = groupOf.get(id) ?? "other";
    times.set(group, (times.get(group) ?? 0) + (profile.timeDeltas[index] ?? 0));
  });
  return new Map([...times].sort(([, one], [, other]) => other - one));
}
