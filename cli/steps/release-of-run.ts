import type { PackagedRelease } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { verifyPackage } from "../../deploy/package/package";
import type { Session } from "../session/session";
import type { RunContext } from "./step";

/** The package of a run's version. */
export function releaseOf({ run }: Pick<RunContext, "run">): PackagedRelease {
  if (run.release) return run.release;
  throw new PlatformError(
    "CONFLICT",
    `Run ${run.id} has no package. Run \`mlops package --run ${run.id}\` first.`,
  );
}

/** The package of a run, if it is, byte for byte, the one that passed QA. */
export async function passedQa({ run }: Pick<RunContext, "run">): Promise<PackagedRelease> {
  const release = releaseOf({ run });
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
  release: PackagedRelease,
): Promise<boolean> {
  const { stable } = await target.deployer.status("prod", definition.name);
  return stable?.digest === release.digest;
}

/** Makes a version the champion: the one that production has as its stable version. */
export async function crown({ registry }: Pick<Session, "registry">, model: string): Promise<void> {
  await registry.setAlias(parseModelRef(model), "champion");
}
