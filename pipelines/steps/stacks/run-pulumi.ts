import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { missingRoleCode, missingRolePauseMs } from "../../../platform/azure/missing-roles";
import { PlatformError } from "../../../platform/base/errors";
import type { StepContext } from "../base/step";

/** Output that is searched for errors, in characters: they are at its end. */
const searchedCharacters = 1 << 20;

interface Ended {
  /** Exit code; null after a signal. */
  readonly code: number | null;
  /** The end of what it wrote. */
  readonly output: string;
}

/** Runs Pulumi, and shows what it writes as it comes. */
async function runOnce(words: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn("pulumi", words, { env, stdio: ["inherit", "pipe", "pipe"] });
  let output = "";
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.setEncoding("utf8").on("data", (text: string) => {
      to.write(text);
      output = (output + text).slice(-searchedCharacters);
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

/**
 * Runs Pulumi; throws DEPLOYMENT_FAILED when it fails. An update that fails for want of a role is repeated once after a pause, because a
 * new role assignment takes minutes to be in effect: it resumes where it failed.
 */
export async function runPulumi(
  words: readonly string[],
  { env, print }: Pick<StepContext, "env" | "print">,
  pauseMs = missingRolePauseMs,
): Promise<void> {
  const first = await runOnce(words, env);
  let { code } = first;
  const isFailedUpdate = words[0] === "up" && code !== 0 && code !== null;
  const missing = isFailedUpdate ? missingRoleCode(first.output) : undefined;
  if (missing !== undefined) {
    print(
      `Azure refused a part of the update (${missing}). If its roles are new, they take minutes to be in effect: the update is repeated once, in ${Math.ceil(pauseMs / 1000)} s.`,
    );
    await pause(pauseMs);
    ({ code } = await runOnce(words, env));
  }
  if (code === 0) return;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `\`pulumi ${words.slice(0, 4).join(" ")}\` ${code === null ? "was ended by a signal" : `ended with exit code ${code}`}; the error is above. Correct it, and run the same command again: it resumes here.`,
  );
}
