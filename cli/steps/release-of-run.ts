import type { PackagedRelease } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { environmentsBefore } from "../../platform/release/environments";
import type { Digest } from "../../platform/base/files";
import { requireNewer } from "../../deploy/rules/older-release";
import { verifyPackage } from "../../deploy/package/package";
import { hasPackage, restorePackage } from "../../deploy/package/restore-package";
import type { ReleaseTest } from "../runs/runs";
import { packagingOf } from "../session/packaging";
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

/** Whether a test of an environment is one of this package, and complete. */
function hasPassed(test: ReleaseTest | undefined, digest: Digest): boolean {
  return test?.digest === digest && test.smoke !== undefined && test.load !== undefined;
}

/** The first of these environments that the package has not passed. */
export function findUntested(
  environments: readonly string[],
  tests: Readonly<Record<string, ReleaseTest>> = {},
  digest: Digest,
): string | undefined {
  return environments.find((environment) => !hasPassed(tests[environment], digest));
}

type Tested = Pick<RunContext, "run" | "session">;

/** The package of a run, if it is, byte for byte, the one that passed each environment before this one. */
export async function passedBefore({ run, session }: Tested, environment: string): Promise<PackagedRelease> {
  const release = releaseOf({ run });
  const { environments } = session;
  const untested = findUntested(environmentsBefore(environments, environment), run.tests, release.digest);
  if (untested !== undefined) {
    const flag = untested === environments.training ? "" : ` with --environment ${untested}`;
    throw new PlatformError(
      "CONFLICT",
      `${release.model} has not passed its tests in ${untested}. Run \`mlops deploy\`, \`mlops smoke\` and \`mlops load\`${flag} first; they take --run ${run.id}.`,
    );
  }
  await restorePackage(await packagingOf(session, run.model), release);
  await verifyPackage(release);
  return release;
}

/** The package of a run, if it has passed its tests: those of every environment before production. */
export function passedTests(context: Tested): Promise<PackagedRelease> {
  return passedBefore(context, context.session.environments.production);
}

/** Whether production has this very package as its stable version. */
export async function isInProduction(
  { target, definition, session }: Pick<RunContext, "target" | "definition" | "session">,
  release: PackagedRelease,
): Promise<boolean> {
  const { stable } = await target.deployer.status(session.environments.production, definition.name);
  return stable?.digest === release.digest;
}

/** Throws CONFLICT where production serves a newer version than the run's, unless that is meant. */
export async function requireNewerVersion(
  context: Pick<RunContext, "target" | "definition" | "session" | "run" | "older">,
): Promise<void> {
  const { target, definition, session, older } = context;
  const status = await target.deployer.status(session.environments.production, definition.name);
  requireNewer(releaseOf(context), status, older);
}

/** Whether production can serve this very package: it has it, and on this machine its folder is there too. */
export async function servesInProduction(
  context: Pick<RunContext, "target" | "definition" | "session">,
  release: PackagedRelease,
): Promise<boolean> {
  return (await isInProduction(context, release)) && (context.target.hasClients || hasPackage(release));
}

/** Makes a version the champion: the one that production has as its stable version. */
export async function crown({ registry }: Pick<Session, "registry">, model: string): Promise<void> {
  await registry.setAlias(parseModelRef(model), "champion");
}
