import path from "node:path";
import type { ModelDefinition } from "../../platform/definition";
import { PlatformError } from "../../platform/errors";
import { readGoldenRows } from "../../platform/model-directory";
import type { CommandScope } from "../command-scope";
import type { Session } from "../session";

/** Serves what production holds until Ctrl-C, and says how to ask it. */
export async function serveUntilStopped(
  session: Session,
  { name }: ModelDefinition,
  scope: CommandScope,
): Promise<void> {
  const { stable } = await session.deployer.status("prod", name);
  if (!stable) {
    throw new PlatformError(
      "NOT_FOUND",
      `No version of ${name} is in production, so there is nothing to serve. Approve one with --yes.`,
    );
  }
  const { url } = await session.deployer.resume("prod", name);
  const golden = await readGoldenRows(path.join(stable.package, "model"));
  const body = JSON.stringify({ data: golden.rows.slice(0, 1) });
  session.output.print(
    `\n${stable.model} serves at ${url}. Ask it:\n\n  curl -s ${url}/score -H 'content-type: application/json' -d '${body.replaceAll("'", "'\\''")}'\n\nCtrl-C stops it.`,
  );
  // The timer keeps the process alive; the handler of the signal ends it.
  const timer = setInterval(() => undefined, 2 ** 30);
  await new Promise((resolve) => {
    scope.signal.addEventListener("abort", resolve, { once: true });
  });
  clearInterval(timer);
}
