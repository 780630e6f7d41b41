import os from "node:os";
import { createInterface } from "node:readline";
import type { Release } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { verifyPackage } from "../../deploy/package/package";
import { releaseOf } from "./release-steps";
import type { RunContext, Step } from "./step";

/** The package of a run, if it is, byte for byte, the one that passed QA. */
export async function passedQa(context: RunContext): Promise<Release> {
  const { run } = context;
  const release = releaseOf(context);
  if (run.qa?.digest !== release.digest || run.qa.smoke === undefined || run.qa.load === undefined) {
    throw new PlatformError(
      "CONFLICT",
      `${release.model} has not passed QA. Run \`mlops deploy\`, \`mlops smoke\` and \`mlops load\` first; they take --run ${run.id}.`,
    );
  }
  await verifyPackage(release);
  return release;
}

/** Whether production has this very package as its stable version. */
export async function isInProduction(
  { target, definition }: Pick<RunContext, "target" | "definition">,
  release: Release,
): Promise<boolean> {
  const { stable } = await target.deployer.status("prod", definition.name);
  return stable?.digest === release.digest;
}

/** Asks on the terminal; undefined when there is nobody to ask. The end of the input (Ctrl-D) is a no. */
async function askApproval({ session }: RunContext, question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  session.output.print("");
  // Not in raw mode, in which Ctrl-C would be a character and no signal.
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    process.stdout.write(`${question} [y/N] `);
    const answer = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("close", () => {
        process.stdout.write("\n");
        resolve("");
      });
      const abandon = (): void => {
        reject(new PlatformError("INTERRUPTED", "Nobody answered. Production stays as it is. Run it again."));
      };
      session.signal.addEventListener("abort", abandon, { once: true });
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.removeAllListeners("close").close();
  }
}

export const approveStep: Step = {
  name: "approve",
  async run(context) {
    const { run, session, yes, definition } = context;
    const release = await passedQa(context);
    // QA has done its part; it costs nothing while nobody tests.
    await session.deployer.stop("qa", definition.name);
    if (await isInProduction(context, release)) {
      const explanation = `${release.model} is in production already.`;
      return { message: explanation, ends: { outcome: "released", explanation } };
    }
    const approved = yes ? true : await askApproval(context, `Release ${release.model} to production?`);
    if (approved === undefined) {
      const explanation = `${release.model} passed QA and waits for approval. Release it with: npm run mlops -- promote ${release.model} --yes`;
      return { message: explanation, ends: { outcome: "waiting-for-approval", explanation } };
    }
    if (!approved) {
      const explanation = `${release.model} was not approved; production stays as it is.`;
      return { message: explanation, ends: { outcome: "declined", explanation } };
    }
    run.approval = { by: os.userInfo().username, at: new Date().toISOString() };
    return { message: `approved by ${run.approval.by}${yes ? " (--yes)" : ""}` };
  },
};
