import { PlatformError, reasonOf } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { serveAtOnce } from "../../deploy/rules/set-canary";
import { runLoad } from "../../deploy/tests/load";
import { packageModel } from "../../deploy/package/package";
import { untilAnswered } from "../../deploy/tests/new-address";
import { requireSmoke, smokeFault, smokeRelease, type SmokeCheck } from "../../deploy/tests/smoke";
import type { ReleaseTest } from "../runs/runs";
import { packagingOf } from "../session/packaging";
import { crown, passedBefore, releaseOf } from "./release-of-run";
import { scoringBodies } from "./rows-to-send";
import { sampleOfTest } from "./sample-of-test";
import type { RunContext, Step, StepResult } from "./step";
import { shortDigest } from "../../platform/base/files";

/** Connections by which tests and the canary's own traffic reach a service. */
export const connections = 4;
const loadSeconds = 1.5;

/** The version a run registered. */
function versionOf({ run }: RunContext): string {
  if (run.version !== undefined) return run.version;
  throw new PlatformError(
    "CONFLICT",
    `Run ${run.id} has registered no version. Run \`mlops register --run ${run.id}\` first.`,
  );
}

/** Where an environment serves the run's model. */
export async function servingUrl(
  { target, definition, session }: RunContext,
  environment: string,
): Promise<string> {
  const { url } = await target.deployer.status(environment, definition.name);
  if (url !== undefined) return url;
  const verb = environment === session.environments.production ? "serve" : "deploy";
  throw new PlatformError(
    "NOT_FOUND",
    `Nothing serves ${definition.name} in ${environment}. Run \`mlops ${verb}\` first.`,
  );
}

export const packageStep: Step = {
  name: "package",
  async run(context) {
    const { session, run, target } = context;
    const packaging = await packagingOf(session, run.model);
    const release = await packageModel(packaging, parseModelRef(versionOf(context)));
    // What was published before, or is known by an image that was pushed by hand, keeps that image.
    const image = run.release?.digest === release.digest ? run.release.image : undefined;
    run.release = await target.publish({ ...release, ...(image !== undefined && { image }) });
    return { message: `${run.release.model} as sha256:${shortDigest(run.release.digest)}` };
  },
};

/** Adds what a test has shown of the release to what is known of it in the environment. */
function noteTest({ run }: RunContext, environment: string, shown: Omit<ReleaseTest, "digest">): void {
  const { digest } = releaseOf({ run });
  const before = run.tests?.[environment];
  run.tests = { ...run.tests, [environment]: { ...before, digest, ...shown } };
}

/** Deploys to an environment that tests; it forgets what was shown there of another release. */
export const deployStep = (environment: string): Step => ({
  name: environment,
  async run(context) {
    const { target, run } = context;
    const release = await passedBefore(context, environment);
    const { url, stable } = await serveAtOnce(target.deployer, environment, release);
    // What comes after it gets the image that is tested here, where there is one.
    if (stable?.image !== undefined) run.release = { ...release, image: stable.image };
    run.tests = { ...run.tests, [environment]: { digest: release.digest } };
    return { message: `${release.model} serves at ${url}` };
  },
});

export const smokeStep = (environment: string, name = "smoke"): Step => ({
  name,
  async run(context) {
    const { target, definition } = context;
    const url = await servingUrl(context, environment);
    const access = await target.access(environment, definition.name);
    await untilAnswered(url, { ...access, limitMs: target.addressLagMs, signal: context.session.signal });
    const checks = await smokeRelease(releaseOf(context), url, access);
    requireSmoke(checks, environment);
    noteTest(context, environment, { smoke: checks.length });
    return {
      message: `${checks.length} checks passed: ${checks.map(({ name: check }) => check).join(", ")}`,
    };
  },
});

export const loadStep = (environment: string, name = "load"): Step => ({
  name,
  async run(context) {
    const { session, target, definition } = context;
    const bodies = await scoringBodies(context);
    const url = await servingUrl(context, environment);
    const access = await target.access(environment, definition.name);
    // As many as production's canary is compared with, where it is the first version there.
    const { minRequests } = definition.canary;
    const load = await runLoad(
      { url, bodies, connections, seconds: loadSeconds, minRequests, ...access },
      session.signal,
    );
    const sample = await sampleOfTest(
      async () => (await target.deployer.status(environment, definition.name)).samples.stable,
      { load, minRequests, lagMs: target.sampleLagMs, signal: session.signal },
    );
    const { requests, failures, requestsPerSecond, latencyMs } = load;
    const figures = `${requests} requests, ${failures} failed, ${requestsPerSecond.toFixed(0)} a second, p95 ${latencyMs.p95.toFixed(1)} ms`;
    if (failures > 0 || requests === 0) {
      throw new PlatformError(
        "DEPLOYMENT_FAILED",
        `The load test in ${environment} failed: ${figures}. No request may fail. See the logs in ${session.workspace.environments}.`,
      );
    }
    noteTest(context, environment, { load, sample });
    return { message: figures };
  },
});

/** Goes back to the version before, which is the champion again; how the run ends. Undefined when there is none to go back to. */
async function goBack(
  context: RunContext,
  { fault, reason }: { readonly fault: string; readonly reason: string },
): Promise<StepResult | undefined> {
  const { target, definition, session } = context;
  const { production } = session.environments;
  const { previous } = await target.deployer.status(production, definition.name);
  if (previous === undefined) return undefined;
  const why = `It ${fault} with all traffic.`;
  const { stable } = await target.deployer.rollback(production, definition.name, why);
  const serving = stable?.model ?? "nothing";
  if (stable !== undefined) await crown(session, stable.model);
  const explanation = `${releaseOf(context).model} ${fault} in ${production} with all traffic, so that ${serving} serves again: ${reason}`;
  return { message: explanation, ends: { outcome: "rolled-back", explanation } };
}

async function smokeProduction(context: RunContext): Promise<SmokeCheck[]> {
  const { target, definition, session } = context;
  const { production } = session.environments;
  session.signal.throwIfAborted();
  const url = await servingUrl(context, production);
  return smokeRelease(releaseOf(context), url, await target.access(production, definition.name));
}

/** A release that nobody could test does not stay: whoever stopped it, or what was missing, is told, and the version before serves. */
async function withoutTest(context: RunContext, error: unknown): Promise<StepResult> {
  const gone = await goBack(context, { fault: "could not be tested", reason: reasonOf(error) });
  if (gone === undefined || context.session.signal.aborted) throw error;
  return gone;
}

/** Tests what production serves with all traffic; a release that fails there goes, and the version before comes back. */
export const verifyStep: Step = {
  name: "verify",
  async run(context) {
    let checks: SmokeCheck[];
    try {
      checks = await smokeProduction(context);
    } catch (error) {
      return withoutTest(context, error);
    }
    const failed = checks.filter(({ passed }) => !passed);
    if (failed.length === 0) return { message: `${checks.length} checks passed in production` };
    const reason = failed.map(({ name, detail }) => `${name}: ${detail}`).join("; ");
    const gone = await goBack(context, { fault: "failed its smoke test", reason });
    if (gone === undefined) throw smokeFault(failed, context.session.environments.production);
    return gone;
  },
};
