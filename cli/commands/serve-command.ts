import path from "node:path";
import type { ModelDefinition } from "../../platform/definition/definition";
import { requirePackage } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { readGoldenRows } from "../../platform/model/model-directory";
import type { CommandScope } from "./command-scope";
import type { Session } from "../session/session";

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
      `No version of ${name} is in production, so there is nothing to serve. Approve one with --yes.`,
    );
  }
  const { url = "" } = await session.deployer.resume(session.environments.production, name);
  const golden = await readGoldenRows(path.join(requirePackage(stable).package, "model"));
  const body = JSON.stringify({ data: golden.rows.slice(0, 1) }).replaceAll("'", String.raw`'\''`);
  const curl = `curl -s ${url}/score -H 'content-type: application/json' -d '${body}'`;
  return { model: stable.model, url, curl };
}

/** Says what serves and how to ask it, and waits for Ctrl-C. */
export async function serveUntilStopped(
  { model, url, curl }: Serving,
  { output }: Session,
  scope: CommandScope,
): Promise<void> {
  output.print(`\n${model} serves at ${url}. Ask it:\n\n  ${curl}\n\nCtrl-C stops it.`);
  // The timer keeps the process alive; the handler of the signal ends it.
  const timer = setInterval(() => undefined, 2 ** 30);
  await new Promise((resolve) => {
    scope.signal.addEventListener("abort", resolve, { once: true });
  });
  clearInterval(timer);
}
