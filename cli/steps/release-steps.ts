import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { environments, Release } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { releaseThroughCanary, type CanaryRelease } from "../../deploy/rules/canary-release";
import { runLoad } from "../../deploy/tests/load";
import { packageModel, verifyPackage } from "../../deploy/package/package";
import { heldOutRows } from "../runs/held-out-rows";
import type { CanaryStage } from "../../deploy/rules/canary-stage";
import { requireSmoke, smokeRelease } from "../../deploy/tests/smoke";
import type { RunContext, Step } from "./step";

const connections = 4;
const loadSeconds = 1.5;

/** The version a run registered. */
function versionOf({ run }: RunContext): string {
  if (run.version !== undefined) return run.version;
  throw new PlatformError(
    "CONFLICT",
    `Run ${run.id} has registered no version. Run \`mlops register --run ${run.id}\` first.`,
  );
}

/** The package of a run's version. */
export function releaseOf({ run }: RunContext): Release {
  if (run.release) return run.release;
  throw new PlatformError(
    "CONFLICT",
    `Run ${run.id} has no package. Run \`mlops package --run ${run.id}\` first.`,
  );
}

/**
 * Bodies for scoring requests, two held-out rows each, in an order of chance that is the same every time: the first
 * few are a fair sample, however the file is sorted.
 */
async function scoringBodies(context: RunContext): Promise<string[]> {
  const rows = await heldOutRows(await context.workbench());
  const random = xoroshiro128plus(context.definition.split.seed);
  const order = rows
    .map((row) => ({ row, key: uniformInt(random, 0, 2 ** 30) }))
    .sort((a, b) => a.key - b.key);
  return order.map(({ row }, index) =>
    JSON.stringify({ data: [row, order[(index + 1) % order.length]?.row] }),
  );
}

/** Where an environment serves the run's model. */
export async function servingUrl(
  { target, definition }: RunContext,
  environment: (typeof environments)[number],
): Promise<string> {
  const { url } = await target.deployer.status(environment, definition.name);
  if (url !== undefined) return url;
  throw new PlatformError(
    "NOT_FOUND",
    `Nothing serves ${definition.name} in ${environment}. Run \`mlops ${environment === "prod" ? "serve" : "deploy"}\` first.`,
  );
}

export const packageStep: Step = {
  name: "package",
  async run(context) {
    const { session, run, definition } = context;
    run.release = await packageModel(
      { registry: session.registry, packages: session.workspace.packages, serving: definition.serving },
      parseModelRef(versionOf(context)),
    );
    return { message: `${run.release.model} as sha256:${run.release.digest.slice(0, 12)}` };
  },
};

export const qaStep: Step = {
  name: "qa",
  async run(context) {
    const { target, run, definition } = context;
    const release = releaseOf(context);
    await verifyPackage(release);
    await target.deployer.deploy("qa", release, { weight: 100, shadow: 0 });
    const { url } = await target.deployer.promote("qa", definition.name);
    run.qa = { digest: release.digest };
    return { message: `${release.model} serves at ${url}` };
  },
};

export const smokeStep: Step = {
  name: "smoke",
  async run(context) {
    const { run, target } = context;
    const release = releaseOf(context);
    const checks = await smokeRelease(release, await servingUrl(context, "qa"), await target.headers("qa"));
    requireSmoke(checks, "qa");
    run.qa = { ...run.qa, digest: release.digest, smoke: checks.length };
    return { message: `${checks.length} checks passed: ${checks.map(({ name }) => name).join(", ")}` };
  },
};

export const loadStep: Step = {
  name: "load",
  async run(context) {
    const { session, target, run, definition } = context;
    const bodies = await scoringBodies(context);
    const url = await servingUrl(context, "qa");
    const load = await runLoad(
      { url, bodies, connections, seconds: loadSeconds, headers: await target.headers("qa") },
      session.signal,
    );
    const sample = (await target.deployer.status("qa", definition.name)).samples.stable;
    const { requests, failures, requestsPerSecond, latencyMs } = load;
    const figures = `${requests} requests, ${failures} failed, ${requestsPerSecond.toFixed(0)} a second, p95 ${latencyMs.p95.toFixed(1)} ms`;
    if (failures > 0 || requests === 0) {
      throw new PlatformError(
        "DEPLOYMENT_FAILED",
        `The load test in qa failed: ${figures}. No request may fail. See the logs in ${session.workspace.environments}.`,
      );
    }
    run.qa = { ...run.qa, digest: releaseOf(context).digest, load, ...(sample && { sample }) };
    return { message: figures };
  },
};

/** A stage in a line: what was seen of the canary and, if it did not advance, why. */
export function describeStage({ weight, comparedWith, verdict, explanation, canary }: CanaryStage): string {
  const traffic = weight === 0 ? "shadow" : `canary ${weight} %`;
  const latency = canary.latencyMs ? `, p95 ${canary.latencyMs.p95.toFixed(1)} ms` : "";
  const seen = `${canary.requests} requests, ${canary.failures} failed${latency}`;
  return `${traffic} against ${comparedWith}: ${verdict}; ${verdict === "advance" ? seen : explanation}`;
}

/** Sends an environment's service scoring requests of held-out rows. */
export async function trafficOf(
  context: RunContext,
  environment: (typeof environments)[number],
): Promise<CanaryRelease["sendTraffic"]> {
  const { session, target } = context;
  const [bodies, headers] = [await scoringBodies(context), await target.headers(environment)];
  return async (url, requests) => {
    await runLoad({ url, bodies, connections, requests, headers }, session.signal);
  };
}

/** What production has as its stable version is the champion. */
export async function crown({ session, run }: RunContext, release: Release): Promise<void> {
  await session.registry.setAlias(parseModelRef(release.model), "champion");
  run.outcome = "released";
  run.explanation = `${release.model} is in production.`;
}

export const releaseStep: Step = {
  name: "release",
  async run(context) {
    const { session, run, definition } = context;
    const release = releaseOf(context);
    if (!run.approval)
      throw new PlatformError(
        "CONFLICT",
        `${release.model} is not approved. Run \`mlops promote ${release.model}\`.`,
      );
    const stages: CanaryStage[] = [];
    const released = await releaseThroughCanary({
      deployer: context.target.deployer,
      environment: "prod",
      release,
      rule: definition.canary,
      qaSample: run.qa?.sample ?? { requests: 0, failures: 0 },
      sendTraffic: await trafficOf(context, "prod"),
      onStage: async (stage) => {
        stages.push(stage);
        run.canary = stages;
        session.output.update(`release: ${describeStage(stage)}`);
        await session.runs.save(run);
      },
      signal: session.signal,
    });
    const lines = stages.map(describeStage);
    if (!released) {
      const explanation = `${release.model} was rolled back: ${stages.at(-1)?.explanation}`;
      return {
        message: [...lines, `${release.model} was rolled back; production stays as it was`].join("\n"),
        ends: { outcome: "rolled-back", explanation },
      };
    }
    await crown(context, release);
    return { message: [...lines, `100 %: ${release.model} takes all traffic`].join("\n") };
  },
};

export const verifyStep: Step = {
  name: "verify",
  async run(context) {
    const release = releaseOf(context);
    const url = await servingUrl(context, "prod");
    const checks = await smokeRelease(release, url, await context.target.headers("prod"));
    requireSmoke(checks, "prod");
    return { message: `${checks.length} checks passed in production` };
  },
};
