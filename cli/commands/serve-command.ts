import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ModelDefinition } from "../../platform/definition/definition";
import { requirePackage } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { requireWritable } from "../../platform/settings/workspace";
import { readGoldenRows } from "../../platform/model/model-directory";
import { shellWords } from "../terminal/shell-words";
import { watchHome } from "../session/home-watch";
import type { CommandScope } from "./command-scope";
import type { Session } from "../session/session";
import { scorePath } from "../../scoring/dialects/score-path";

/** What serves, where, and a command that asks it. */
export interface Serving {
  readonly model: string;
  readonly url: string;
  readonly curl: string;
}

/** Serves what production holds. */
export async function startServing(session: Session, { name }: ModelDefinition): Promise<Serving> {
  const { stable } = await session.deployer.status(session.environments.production, name);
  if (!stable) {
    throw new PlatformError(
      "NOT_FOUND",
      `No version of ${name} is in production, so there is nothing to serve. Release one with \`mlops lifecycle --model ${name}\`.`,
    );
  }
  const { url = "" } = await session.deployer.resume(session.environments.production, name);
  const golden = await readGoldenRows(path.join(requirePackage(stable).package, "model"));
  const body = JSON.stringify({ data: golden.rows.slice(0, 1) });
  const curl = `curl -s ${url}${scorePath} -H 'content-type: application/json' -d ${shellWords([body])}`;
  return { model: stable.model, url, curl };
}

/** How often it is looked whether the gateway is still there, in milliseconds. */
const gatewayPollMs = 1000;

/** Says what serves and how to ask it, and sees to it that it goes on until Ctrl-C or `mlops stop`. */
export async function serveUntilStopped(
  { model, url, curl }: Serving,
  { output, deployer, environments, workspace }: Session,
  { signal }: CommandScope,
): Promise<void> {
  output.print(`\n${model} serves at ${url}. Ask it:\n\n  ${curl}\n\nCtrl-C stops it.`);
  const { name } = parseModelRef(model);
  const { production } = environments;
  const look = watchHome({
    check: () => requireWritable(workspace),
    print: (text) => output.print(text),
  });
  while (await wait(gatewayPollMs, signal)) {
    await look();
    const state = await deployer.gatewayState(production, name);
    if (state === "stopped") {
      output.print(`${name} was stopped by another command.`);
      return;
    }
    if (state === "running") continue;
    output.print("The gateway has gone without having been stopped. It is started again.");
    const served = await deployer.resume(production, name, Number(new URL(url).port));
    output.print(`${served.stable?.model ?? name} serves at ${served.url} again.`);
  }
}

/** Whether a time has passed without the signal having come. */
async function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return !signal.aborted;
}
