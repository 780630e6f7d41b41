import { z } from "zod";
import { PlatformError } from "../../../platform/base/errors";
import { resourceOf } from "../../../platform/azure/resource-urn";
import { accessProperties } from "./access-properties";
import { costProperties } from "./cost-properties";
import { maskText } from "../base/mask";
import { compareInputs, shownInputs, type PropertyChange } from "./property-changes";

/** What an update would do to a resource. */
export type Operation = "create" | "update" | "replace" | "delete";

/** A resource that the update would change. */
export interface ResourceChange {
  readonly operation: Operation;
  /** `azure-native:storage:StorageAccount`. */
  readonly type: string;
  /** Its logical name in the program. */
  readonly name: string;
  /**
   * Differences of an update or replacement; empty if only a secret or a value computed by the provider differs. Of a creation or
   * deletion, those that decide who may do or reach what.
   */
  readonly properties: readonly PropertyChange[];
  /** Properties that force a replacement. */
  readonly reasons: readonly string[];
  /** Properties that affect the bill: all of them for a creation or deletion, otherwise those that differ. */
  readonly cost: readonly PropertyChange[];
}

/** A violation of a policy pack rule. */
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
  /** Why the preview is incomplete; empty if it succeeded. */
  readonly errors: readonly string[];
}

/** Output of the preview command. */
export interface PreviewOutput {
  readonly stack: string;
  /**
   * The engine's event log, one JSON document per line. The output of `--json` lacks policies, and with it Pulumi 3.250
   * fails with "panic: attempt to encrypt value" if a secret is known only after the update.
   */
  readonly events: string;
  readonly exitCode: number;
  /** Values to mask everywhere. */
  readonly secrets: readonly string[];
}

const state = z.object({
  custom: z.boolean().nullish(),
  // Outputs are not read, because providers return unmarked secrets in them.
  inputs: z.record(z.string(), z.unknown()).nullish(),
});
const metadataSchema = z.object({
  op: z.string(),
  urn: z.string(),
  old: state.nullish(),
  new: state.nullish(),
  /** Properties that force a replacement. */
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

/** Pulumi's operations; those not listed leave the resource unchanged. */
const operations: Readonly<Record<string, Operation>> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "import-replacement": "replace",
  delete: "delete",
  discard: "delete",
};

/** Whether a step is about a real resource, and not a component or a provider. */
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
  // Neither the line nor the cause is shown, because events contain secrets.
  throw new PlatformError(
    "REMOTE_FAILED",
    `The preview of stack ${stack} wrote an event in an unknown format. Expected events from the Pulumi version in package.json (@pulumi/pulumi). Install that version.`,
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
    properties: given ? changed : accessProperties(changed),
    reasons: step.keys ?? [],
    cost: costProperties(type, changed),
  };
}

function findingsOf(events: readonly EngineEvent[], secrets: readonly string[]): PolicyFinding[] {
  const findings = events.flatMap(({ policyEvent: event }) => {
    if (event === undefined) return [];
    const { policyName, enforcementLevel, resourceUrn, message } = event;
    // The first line of a message is the policy's description; the policy's name is already shown.
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

/** Messages that say only that the preview failed, not why. */
const noReason = /^(error: )?(preview failed|update failed|resource monitor shut down)/;
// eslint-disable-next-line no-control-regex -- terminal colours begin with a control character.
const colours = /\u001b\[[\d;]*m/g;

/** Parses the events of a preview. The result contains no secrets. */
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
