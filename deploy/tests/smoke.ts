import path from "node:path";
import { z } from "zod";
import type { PackagedRelease } from "../../platform/release/deployment";
import type { ServiceAccess } from "../../platform/release/target";
import { PlatformError } from "../../platform/base/errors";
import { healthPaths } from "../../platform/http/health-paths";
import { isSamePrediction } from "../../platform/model/golden-tolerance";
import type { GoldenRows } from "../../platform/model/model-directory";
import { readGoldenRows, readModelMetadata } from "../../platform/model/model-directory";
import type { Signature } from "../../platform/model/signature";
import { askService, type ServiceAnswer } from "./ask-service";
import { scorePath } from "../../scoring/dialects/score-path";

export interface SmokeCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** What a smoke test looks at in an answer to POST /score. */
const scoredSchema = z.object({
  model: z.string().optional().catch(undefined),
  result: z.array(z.unknown()).optional().catch(undefined),
  probabilities: z.array(z.array(z.unknown())).optional().catch(undefined),
});

/** "answered 200", or why there is no answer. */
function answered({ status, body }: ServiceAnswer): string {
  return status === 0 ? `did not answer: ${String(body)}` : `answered ${status}`;
}

/** The first difference between an answer and the golden rows' predictions; undefined when there is none. */
function findDifference(answer: ServiceAnswer, golden: GoldenRows): string | undefined {
  const { result, probabilities } = scoredSchema.safeParse(answer.body).data ?? {};
  if (answer.status === 0) return answered(answer);
  if (answer.status !== 200 || result === undefined) {
    return `${answered(answer)}: ${JSON.stringify(answer.body).slice(0, 300)}`;
  }
  for (const [row, expected] of golden.predictions.entries()) {
    const [probability, given] = [
      golden.probabilities?.[row],
      typeof golden.probabilities?.[row] === "object" ? probabilities?.[row] : probabilities?.[row]?.at(-1),
    ];
    if (!isSamePrediction(result[row], expected, golden.tolerance)) {
      return `row ${row + 1}: ${String(result[row])} instead of ${expected}`;
    }
    if (probability !== undefined && !isSamePrediction(given, probability, golden.tolerance)) {
      return `row ${row + 1}: probability ${String(given)} instead of ${String(probability)}`;
    }
  }
  return undefined;
}

function checkGolden(answer: ServiceAnswer, golden: GoldenRows): SmokeCheck {
  const difference = findDifference(answer, golden);
  return {
    name: "golden rows",
    passed: difference === undefined,
    detail: difference ?? `${golden.predictions.length} predictions as in training`,
  };
}

function checkVersion({ body }: ServiceAnswer, model: string): SmokeCheck {
  const served = scoredSchema.safeParse(body).data?.model;
  return {
    name: "version",
    passed: served === model,
    detail: served === model ? `serves ${model}` : `serves ${served ?? "no version"}, not ${model}`,
  };
}

/** `answer` is to a row whose feature is misspelt. */
function checkRefusal(answer: ServiceAnswer, feature: string): SmokeCheck {
  const named = JSON.stringify(answer.body).includes(feature);
  const silent = answer.status > 0 && !named;
  return {
    name: "misspelt feature",
    passed: answer.status >= 400 && answer.status < 500 && named,
    detail: `"${feature}x" for "${feature}" ${answered(answer)}${silent ? ", without naming the feature" : ""}`,
  };
}

/**
 * Tests a service as a client would: it is ready, serves the version it should, gives the predictions that the
 * trainer gave, and refuses a misspelt feature by name.
 */
export async function smokeTest(target: {
  readonly url: string;
  readonly access?: ServiceAccess;
  readonly model: string;
  readonly signature: Signature;
  readonly golden: GoldenRows;
}): Promise<SmokeCheck[]> {
  const { url, model, signature, golden, access } = target;
  const { headers, certificate } = access ?? {};
  const post = (data: unknown): Promise<ServiceAnswer> =>
    askService(`${url}${scorePath}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json", "x-request-id": "mlops-test-smoke" },
      body: JSON.stringify({ data }),
      certificate,
    });
  const ready = await askService(`${url}${healthPaths.ready}`, { certificate });
  const scored = await post(golden.rows);
  const checks: SmokeCheck[] = [
    { name: "ready", passed: ready.status === 200, detail: `GET ${healthPaths.ready} ${answered(ready)}` },
    checkVersion(scored, model),
    checkGolden(scored, golden),
  ];
  const [feature] = signature.inputs;
  const [row] = golden.rows;
  if (!feature || !row) return checks;
  const { [feature.name]: value, ...rest } = row;
  return [...checks, checkRefusal(await post([{ ...rest, [`${feature.name}x`]: value }]), feature.name)];
}

/** Tests a service with the golden rows of the release it should serve. */
export async function smokeRelease(
  release: PackagedRelease,
  url: string,
  access: ServiceAccess = { headers: {} },
): Promise<SmokeCheck[]> {
  const directory = path.join(release.package, "model");
  const { signature } = await readModelMetadata(directory);
  return smokeTest({
    url,
    model: release.model,
    signature,
    golden: await readGoldenRows(directory),
    access,
  });
}

/** Throws when a check has failed; the message lists every failed one. */
export function requireSmoke(checks: readonly SmokeCheck[], where: string): void {
  const failed = checks.filter((check) => !check.passed);
  if (failed.length > 0) throw smokeFault(failed, where);
}

export function smokeFault(failed: readonly SmokeCheck[], where: string): PlatformError {
  return new PlatformError(
    "DEPLOYMENT_FAILED",
    `The smoke test in ${where} failed. Every check has to pass. Look at the service's log for the reason.\n${failed.map(({ name, detail }) => `  - ${name}: ${detail}`).join("\n")}`,
  );
}
