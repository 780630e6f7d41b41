import path from "node:path";
import type { Release } from "../platform/deployment";
import { PlatformError } from "../platform/errors";
import type { GoldenRows } from "../platform/model-directory";
import { readGoldenRows, readModelMetadata } from "../platform/model-directory";
import type { Signature } from "../platform/signature";

export interface SmokeCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Asks the service and reads its JSON; a service that does not answer is a failed check, not an exception. */
async function ask(url: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    try {
      return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
    } catch {
      return { status: response.status, body: { text } };
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: 0, body: { text: cause instanceof Error ? cause.message : String(cause) } };
  }
}

function close(actual: unknown, expected: number | string, tolerance: number): boolean {
  if (typeof expected === "string") return actual === expected;
  return (
    typeof actual === "number" && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected))
  );
}

/** Compares the service's predictions for the golden rows with those made when the model was trained. */
function compareGolden(answer: Answer, golden: GoldenRows): SmokeCheck {
  const name = "golden rows";
  const result = answer.body.result;
  if (answer.status !== 200 || !Array.isArray(result)) {
    return {
      name,
      passed: false,
      detail: `answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 300)}`,
    };
  }
  const probabilities = answer.body.probabilities as number[][] | undefined;
  for (const [row, expected] of golden.predictions.entries()) {
    const probability = golden.probabilities?.[row];
    if (!close(result[row], expected, golden.tolerance)) {
      return { name, passed: false, detail: `row ${row + 1}: ${String(result[row])} instead of ${expected}` };
    }
    if (probability !== undefined && !close(probabilities?.[row]?.at(-1), probability, golden.tolerance)) {
      return {
        name,
        passed: false,
        detail: `row ${row + 1}: probability ${probabilities?.[row]?.at(-1)} instead of ${probability}`,
      };
    }
  }
  return { name, passed: true, detail: `${golden.predictions.length} predictions as in training` };
}

/**
 * Tests a service as a client would: it is ready, serves the version it should, gives the predictions that the
 * trainer gave, and refuses a misspelt feature by name.
 */
export async function smokeTest(target: {
  url: string;
  model: string;
  signature: Signature;
  golden: GoldenRows;
  headers?: Record<string, string>;
}): Promise<SmokeCheck[]> {
  const { url, model, signature, golden, headers = {} } = target;
  const post = (data: unknown): Promise<Answer> =>
    ask(`${url}/score`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ data }),
    });
  const checks: SmokeCheck[] = [];
  const ready = await ask(`${url}/readyz`, { headers });
  checks.push({
    name: "ready",
    passed: ready.status === 200,
    detail: `GET /readyz answered ${ready.status}`,
  });

  const scored = await post(golden.rows);
  const served = String(scored.body.model);
  checks.push({
    name: "version",
    passed: served === model,
    detail: `serves ${served}${served === model ? "" : `, not ${model}`}`,
  });
  checks.push(compareGolden(scored, golden));

  const first = signature.inputs[0];
  const row = golden.rows[0];
  if (first && row) {
    const { [first.name]: value, ...rest } = row;
    const refused = await post([{ ...rest, [`${first.name}x`]: value }]);
    const named = JSON.stringify(refused.body).includes(first.name);
    checks.push({
      name: "misspelt feature",
      passed: refused.status >= 400 && refused.status < 500 && named,
      detail: `"${first.name}x" for "${first.name}" answered ${refused.status}${named ? "" : ", without naming the feature"}`,
    });
  }
  return checks;
}

/** Tests a service with the golden rows of the release it should serve. */
export async function smokeRelease(release: Release, url: string): Promise<SmokeCheck[]> {
  const directory = path.join(release.package, "model");
  const { signature } = await readModelMetadata(directory);
  return smokeTest({ url, model: release.model, signature, golden: await readGoldenRows(directory) });
}

/** Throws when a check has failed; the message lists every failed one. */
export function requireSmoke(checks: readonly SmokeCheck[], where: string): void {
  const failed = checks.filter((check) => !check.passed);
  if (failed.length === 0) return;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `The smoke test in ${where} failed:\n${failed.map(({ name, detail }) => `  - ${name}: ${detail}`).join("\n")}`,
  );
}
