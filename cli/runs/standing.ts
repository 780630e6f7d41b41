import type { Environments } from "../../platform/release/environments";
import type { ReleaseTest, RunOutcome, RunRecord } from "./runs";

/** How a run stands when a step has gone well and did not end it. */
export function standingAfter(
  { version }: Pick<RunRecord, "version">,
  step: string,
): { readonly outcome: RunOutcome; readonly explanation: string } {
  if (version !== undefined) return { outcome: "registered", explanation: `${version} is registered.` };
  if (step === "train") return { outcome: "trained", explanation: "The candidate is yet to be evaluated." };
  if (step === "evaluate")
    return { outcome: "promotable", explanation: "The candidate may be registered; it is not yet." };
  return { outcome: "stopped", explanation: `The run stopped after "${step}", as asked.` };
}

/** How a run stands that ended before its time; `how` is a sentence. */
export function standingWhenEnded(
  { version }: Pick<RunRecord, "version">,
  how: string,
): { readonly outcome: RunOutcome; readonly explanation: string } {
  return version === undefined
    ? { outcome: "stopped", explanation: how }
    : { outcome: "registered", explanation: `${version} is registered. ${how}` };
}

/** The verb that a release needs next in one of the environments that test. */
function nextTest(test: ReleaseTest | undefined, digest: string | undefined): string | undefined {
  if (test === undefined || test.digest !== digest) return "deploy";
  if (test.smoke === undefined) return "smoke";
  return test.load === undefined ? "load" : undefined;
}

/** Takes a registered version on, one verb at a time. */
function nextOfVersion(
  { version, release, tests = {} }: RunRecord & { version: string },
  { testing, training }: Environments,
): string {
  if (release === undefined) return `release ${version}`;
  for (const environment of testing) {
    const verb = nextTest(tests[environment], release.digest);
    const where = environment === training ? "" : ` --environment ${environment}`;
    const what = verb === "deploy" ? version : `--model ${version.split(":")[0]}`;
    if (verb !== undefined) return `${verb} ${what}${where}`;
  }
  return `promote ${version}`;
}

/** The command that takes a run on from where it stands, without \`mlops\`; undefined where it has come to its end. */
export function nextCommand(run: RunRecord, environments: Environments): string | undefined {
  const { id, model, outcome, version } = run;
  if (outcome === "trained") return `evaluate --model ${model} --run ${id}`;
  if (outcome === "promotable") return `register --model ${model} --run ${id}`;
  if (outcome === "released") return `status --model ${model}`;
  // What waits for approval says itself how it is given.
  return outcome === "registered" && version !== undefined
    ? nextOfVersion({ ...run, version }, environments)
    : undefined;
}
