import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { withTemporaryFolder } from "../../../platform/base/files";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";
import { maskText } from "../base/mask";
import type { PreviewOutput } from "./preview-changes";

export interface PreviewRun {
  readonly stack: string;
  /** Folder of the Pulumi project. */
  readonly project: string;
  /** Folder of the policy pack. */
  readonly policies: string;
  readonly env: NodeJS.ProcessEnv;
  readonly secrets: readonly string[];
  /** Timeout in milliseconds. */
  readonly timeoutMs: number;
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

function run(args: readonly string[], { project, env, timeoutMs, stack }: PreviewRun): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, { cwd: project, env, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
    const text = (name: "stdout" | "stderr"): string => Buffer.concat(chunks[name]).toString("utf8");
    let late = false;
    // Like Ctrl-C: on SIGINT, Pulumi ends its programs and plugins, and a second signal would stop it at once.
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGINT");
    }, timeoutMs);
    const killer = setTimeout(() => child.kill("SIGKILL"), timeoutMs + 10_000);
    const stop = (): void => {
      clearTimeout(timer);
      clearTimeout(killer);
    };
    child.stdout.on("data", (chunk: Buffer) => chunks.stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.stderr.push(chunk));
    child.on("error", (error) => {
      stop();
      reject(missing(error));
    });
    child.on("close", (code) => {
      stop();
      if (late) reject(tooLate(stack, timeoutMs));
      else resolve({ stdout: text("stdout"), stderr: text("stderr"), exitCode: code ?? 1 });
    });
  });
}

function missing(error: Error): Error {
  if (systemErrorCode(error) !== "ENOENT") return error;
  return new PlatformError(
    "NOT_FOUND",
    "The command `pulumi` was not found. A preview needs the Pulumi CLI. Install the version of @pulumi/pulumi in package.json (https://www.pulumi.com/docs/install), and add it to the PATH.",
    { cause: error },
  );
}

function tooLate(stack: string, timeoutMs: number): PlatformError {
  return new PlatformError(
    "REMOTE_FAILED",
    `The preview of stack ${stack} did not finish within ${Math.round(timeoutMs / 1000)} s and was stopped. A preview usually takes a few minutes. Check that the state's storage and Azure can be reached from here.`,
  );
}

/** Remedies by error output, for a preview that could not start. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /no stack named|no Pulumi project/i,
    "Expected a stack with this name in the backend. Run `pulumi stack init`, or correct STACK or PULUMI_BACKEND_URL.",
  ],
  [
    /PULUMI_ACCESS_TOKEN|not logged in|pulumi login|passphrase/i,
    "Expected a backend, and access to its secrets. Set PULUMI_BACKEND_URL, and sign in.",
  ],
  [
    /AuthorizationPermissionMismatch|AuthorizationFailed|does not have authorization|403/i,
    'Expected the roles of a preview: "Reader", "Storage Blob Data Reader" on the state, "Key Vault Crypto User" on its key. Run `npm run bootstrap`, or assign them.',
  ],
  [/AADSTS|az login|DefaultAzureCredential|401/i, "Expected a signed-in identity. Run `az login`."],
];

function cannotBegin({ stderr, stdout, exitCode }: Ended, { stack, secrets }: PreviewRun): PlatformError {
  const text = maskText(stderr.trim() === "" ? stdout : stderr, secrets);
  const line = /(?:error|panic): (.+)/.exec(text)?.[1] ?? text.trim().split("\n").at(-1) ?? "";
  const remedy =
    remedies.find(([pattern]) => pattern.test(text))?.[1] ??
    `Run \`pulumi preview --stack ${stack}\` here to see the full output.`;
  return new PlatformError(
    "REMOTE_FAILED",
    `Stack ${stack} cannot be previewed (exit code ${exitCode}): ${line.slice(0, 500).replace(/\.$/, "")}. ${remedy}`,
  );
}

/** Previews an update of a stack with the Pulumi CLI on the PATH and the policy pack. Changes nothing. */
export async function runPreview(options: PreviewRun): Promise<PreviewOutput> {
  const { stack, policies, secrets, env } = options;
  return withTemporaryFolder("mlops-preview-", async (folder) => {
    const eventLog = path.join(folder, "events.jsonl");
    const args = ["preview", "--stack", stack, "--policy-pack", policies, "--event-log", eventLog];
    // Pulumi treats the event log as a debug option for now. It contains secrets, so its temporary folder is deleted.
    const own = { ...env, PULUMI_DEBUG_COMMANDS: "true", PULUMI_SKIP_UPDATE_CHECK: "true" };
    const ended = await run([...args, "--non-interactive", "--color", "never"], { ...options, env: own });
    const events = await readIfThere(eventLog);
    if (ended.exitCode !== 0 && !events.includes('"resourcePreEvent"')) throw cannotBegin(ended, options);
    return { stack, events, exitCode: ended.exitCode, secrets };
  });
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "";
    throw error;
  }
}
