import { z } from "zod";
import { PlatformError } from "../../../platform/base/errors";
import { resourceOf } from "../../../platform/azure/resource-urn";
import { costProperties } from "./cost-properties";
import { maskText } from "../base/mask";
import { compareInputs, shownInputs, type PropertyChange } from "./property-changes";

/** What becomes of a resource. */
export type Operation = "create" | "update" | "replace" | "delete";

/** A resource that the update would touch. */
export interface ResourceChange {
  readonly operation: Operation;
  /** `azure-native:storage:StorageAccount`. */
  readonly type: string;
  /** Its logical name in the program. */
  readonly name: string;
  /** Of a change or replacement, what differs; empty when it is only a secret, or something the provider knows. */
  readonly properties: readonly PropertyChange[];
  /** Properties for which it is replaced. */
  readonly reasons: readonly string[];
  /** What it costs by: of a creation or deletion all such properties, else those that differ. */
  readonly cost: readonly PropertyChange[];
}

/** A rule of the policy pack that the update would break. */
interface PolicyFinding {
  readonly policy: string;
  /** `mandatory` stops the update, `advisory` does not. */
  readonly level: string;
  readonly resource: string;
  readonly message: string;
}

/** What an update of a stack would do. */
export interface StackPreview {
  readonly stack: string;
  readonly changes: readonly ResourceChange[];
  readonly unchanged: number;
  readonly findings: readonly PolicyFinding[];
  /** Why it could not be previewed to its end; empty when it could. */
  readonly errors: readonly string[];
}

/** What the command left. */
export interface PreviewOutput {
  readonly stack: string;
  /**
   * The engine's events, one JSON document a line. Not what `--json` prints: it has no policies, and Pulumi 3.250 ends with
   * "panic: attempt to encrypt value" where a secret is only known after the update.
   */
  readonly events: string;
  readonly exitCode: number;
  /** Values that are masked wherever they stand. */
  readonly secrets: readonly string[];
}

const state = z.object({
  custom: z.boolean().nullish(),
  // Outputs are not read: providers return secrets in them, and they are not marked as such.
  inputs: z.record(z.string(), z.unknown()).nullish(),
});
const metadataSchema = z.object({
  op: z.string(),
  urn: z.string(),
  old: state.nullish(),
  new: state.nullish(),
  /** Properties for which it is replaced. */
  keys: z.array(z.string()).nullish(),
  /** Absent for the two halves of a replacement. */
  logical: z.boolean().nullish(),
});
const diagnosticSchema = z.object({ message: z.string(), severity: z.string() });
const policyEvent = z.object({
  resourceUrn: z.string().nullish(),
  message: z.string(),
  policyName: z.string(),
  enforcementLevel: z.string(),
});

const eventSchema = z.object({
  resourcePreEvent: z.object({ metadata: metadataSchema }).optional(),
  policyEvent: policyEvent.optional(),
  diagnosticEvent: diagnosticSchema.optional(),
});

type Step = z.output<typeof metadataSchema>;
type EngineEvent = z.output<typeof eventSchema>;

/** What Pulumi calls an operation, as it is called here; what is not listed leaves the resource as it is. */
const operations: Readonly<Record<string, Operation>> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "import-replacement": "replace",
  delete: "delete",
  discard: "delete",
};

/** Whether it is a resource: a component is the sum of what it is made of, a provider is Pulumi's own. */
function isResource(step: Step): boolean {
  const isComponent = (step.new ?? step.old)?.custom !== true;
  return !isComponent && !resourceOf(step.urn).type.startsWith("pulumi:providers:");
}

function readEvent(line: string, stack: string): EngineEvent {
  let cause: unknown;
  try {
    const result = eventSchema.safeParse(JSON.parse(line));
    if (result.success) return result.data;
    cause = result.error;
  } catch (error) {
    cause = error;
  }
  // Neither the line nor the cause's text is shown: events hold secrets.
  throw new PlatformError(
    "REMOTE_FAILED",
    `The preview of stack ${stack} tells of an event that is not as expected. Expected those of the version of @pulumi/pulumi in package.json. Install that one.`,
    { cause },
  );
}

function changeOf(step: Step, secrets: readonly string[]): ResourceChange | undefined {
  const operation = operations[step.op];
  if (operation === undefined || !isResource(step)) return undefined;
  const { type, name } = resourceOf(step.urn);
  const before = shownInputs(type, step.old?.inputs ?? undefined, secrets);
  const after = shownInputs(type, step.new?.inputs ?? undefined, secrets);
  const changed = compareInputs(before, after);
  const given = operation === "update" || operation === "replace";
  return {
    operation,
    type,
    name,
    properties: given ? changed : [],
    reasons: step.keys ?? [],
    cost: costProperties(type, changed),
  };
}

function findingsOf(events: readonly EngineEvent[], secrets: readonly string[]): PolicyFinding[] {
  const findings = events.flatMap(({ policyEvent: event }) => {
    if (event === undefined) return [];
    const { policyName, enforcementLevel, resourceUrn, message } = event;
    // The first line of a message is the policy's description, which the reader knows by its name.
    const [description = "", ...said] = maskText(message.trim(), secrets).split("\n");
    return [
      {
        policy: policyName,
        level: enforcementLevel,
        resource: resourceOf(resourceUrn ?? "").name,
        message: said.length > 0 ? said.join(" ") : description,
      },
    ];
  });
  const byLevel = (level: string): number => (level === "mandatory" ? 0 : 1);
  return findings.sort((a, b) => byLevel(a.level) - byLevel(b.level) || a.policy.localeCompare(b.policy));
}

/** Says that the preview failed, which is not why. */
const noReason = /^(error: )?(preview failed|update failed|resource monitor shut down)/;
// eslint-disable-next-line no-control-regex -- colours of a terminal begin with a control character.
const colours = /\u001b\[[\d;]*m/g;

/** Reads the events of a preview. Nothing in the result is a secret. */
export function readPreview({ stack, events, exitCode, secrets }: PreviewOutput): StackPreview {
  const lines = events.split("\n").filter((line) => line.trim() !== "");
  const all = lines.map((line) => readEvent(line, stack));
  const steps = all.flatMap(({ resourcePreEvent: event }) =>
    event?.metadata.logical ? [event.metadata] : [],
  );
  const findings = findingsOf(all, secrets);
  const said = all
    .flatMap(({ diagnosticEvent: event }) => (event?.severity === "error" ? [event.message] : []))
    .map((message) => maskText(message.replace(colours, "").trim(), secrets))
    .filter((message) => !noReason.test(message));
  const stopped = findings.some(({ level }) => level === "mandatory");
  const unexplained = exitCode !== 0 && said.length === 0 && !stopped;
  return {
    stack,
    changes: steps.flatMap((step) => changeOf(step, secrets) ?? []),
    unchanged: steps.filter((step) => step.op === "same" && isResource(step)).length,
    findings,
    errors: unexplained ? [`\`pulumi preview\` ended with exit code ${exitCode} and gave no reason.`] : said,
  };
}
