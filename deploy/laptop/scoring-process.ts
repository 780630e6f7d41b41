import { spawn, type ChildProcess } from "node:child_process";
import { open } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { programArguments } from "../../build/start-program";
import { requirePackage, type Release } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { fileExists } from "../../platform/base/files";
import { packageSettings } from "../../scoring/process/package-settings";

const root = path.join(__dirname, "..", "..");

/** The product's own entry of a scoring process. */
export const scoringEntry = path.join(root, "scoring", "process", "main.ts");

/**
 * How Node.js starts a program that answers requests. Short-lived garbage is collected in smaller steps than by default: the process
 * stays about 20 MB smaller for it.
 */
export function nodeArguments(program: string): string[] {
  return ["--max-semi-space-size=2", ...programArguments(program)];
}

export interface LaunchOptions {
  readonly environment: string;
  /** Program of the scoring process. */
  readonly entry: string;
  /** Folder of the prediction log. */
  readonly predictions: string;
  /** File that gets the process's output. */
  readonly logFile: string;
  readonly logLevel: string;
  /** File of the public keys by which what is served must be signed. */
  readonly trustedKeys?: string;
  /** Whoever shows it may mark requests as tests. */
  readonly testKey: string;
}

/** A scoring process that has said it is ready. */
export interface RunningScoring {
  readonly pid: number;
  readonly port: number;
  /** Settles when the process has ended, with how, and with the last lines it wrote to stderr. */
  readonly ended: Promise<string>;
  /** Tells it to finish what is in flight and end; kills it when it does not. */
  stop(): Promise<void>;
}

/** Longest time from start to ready, in milliseconds. */
const startTimeoutMs = 30_000;
/** Longest time from SIGTERM to the end, in milliseconds. */
const stopTimeoutMs = 12_000;

const readyMessage = z.strictObject({ port: z.number().int() });

/** This process's environment without its own settings: they are not the child's. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^mlops_/i.test(name)));
}

async function spawnScoring(release: Release, options: LaunchOptions): Promise<ChildProcess> {
  const { model, package: folder } = requirePackage(release);
  if (!(await fileExists(path.join(folder, "package.json")))) {
    throw new PlatformError(
      "NOT_FOUND",
      `The package of ${model} is gone from ${folder}. Run \`mlops package ${model}\`: it starts by itself once the folder is there. If the code has changed since, run \`mlops release ${model}\`, which packages it anew.`,
    );
  }
  const settings = await packageSettings(folder);
  const log = await open(options.logFile, "a");
  try {
    return spawn(process.execPath, nodeArguments(options.entry), {
      cwd: root,
      env: {
        ...inheritedEnvironment(),
        ...settings,
        MLOPS_MODEL: model,
        MLOPS_PORT: "0",
        MLOPS_ENVIRONMENT: options.environment,
        MLOPS_PREDICTION_LOG: options.predictions,
        MLOPS_LOG_LEVEL: options.logLevel,
        ...(options.trustedKeys !== undefined && { MLOPS_TRUSTED_KEYS: options.trustedKeys }),
        MLOPS_TEST_KEY: options.testKey,
      },
      // Over the IPC channel the child says its port, and learns that this process is gone, however it went.
      stdio: ["ignore", log.fd, "pipe", "ipc"],
    });
  } finally {
    await log.close();
  }
}

/** Keeps the last characters of what a child writes to stderr. */
function tailOf(child: ChildProcess): () => string {
  let tail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (tail = (tail + text).slice(-2000)));
  return () => tail.trim().split("\n").slice(-20).join("\n");
}

function endOf(child: ChildProcess, stderr: () => string): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    // "close" comes after "exit", when all that was written to stderr has been read.
    child.once("close", (code, signal) => {
      const how = signal ?? `exit code ${code}`;
      resolve([`The process ended with ${how}.`, stderr()].filter(Boolean).join(" "));
    });
  });
}

function readyOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.on("message", (message) => {
      const ready = readyMessage.safeParse(message);
      if (ready.success) resolve(ready.data.port);
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}

/** Starts a scoring process and waits until it is ready; throws with the reason it gave when it does not get so. */
export async function launchScoring(release: Release, options: LaunchOptions): Promise<RunningScoring> {
  const child = await spawnScoring(release, options);
  const ended = endOf(child, tailOf(child));
  const done = new AbortController();
  const expired = sleep(startTimeoutMs, `It was not ready after ${startTimeoutMs} ms.`, done).catch(
    () => "It was not waited for.",
  );
  const outcome = await Promise.race([readyOf(child), ended, expired]);
  done.abort();
  if (typeof outcome === "string" || child.pid === undefined) {
    child.kill("SIGKILL");
    throw new PlatformError(
      "DEPLOYMENT_FAILED",
      `${release.model} did not start in ${options.environment}; what is deployed stays as it is. ${outcome}`,
    );
  }
  return { pid: child.pid, port: outcome, ended, stop: () => stop(child, ended) };
}
