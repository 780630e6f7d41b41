import type { PromotionDecision } from "../../../platform/evaluation";
import { metrics, type MetricName } from "../../../platform/metrics";
import { showCount, showDuration, showNumber, showTime } from "../display";
import { html, type Html } from "../html";
import type { ReportInput, ReportStep } from "../report-input";
import { badge, type Tone } from "../table";
import { factList } from "./section";

export interface Verdict {
  readonly tone: Tone;
  readonly word: string;
}

/** The gate's decision in two words. */
export function gateVerdict({ promote, champion }: PromotionDecision): Verdict {
  if (promote) return { tone: "good", word: "promoted" };
  return { tone: "calm", word: champion ? "champion kept" : "not promoted" };
}

/** The run in a word: what failed or was rolled back counts first, then what waits, then what the gate said. */
export function verdictOf(input: Pick<ReportInput, "run" | "definition" | "decision" | "canary">): Verdict {
  const { run, definition, decision, canary } = input;
  const has = (status: ReportStep["status"]): boolean => run.steps.some((step) => step.status === status);
  if (canary?.stages.some((stage) => stage.verdict === "roll-back"))
    return { tone: "bad", word: "rolled back" };
  if (has("failed")) return { tone: "bad", word: "failed" };
  if (has("waiting")) return { tone: "warn", word: "waiting" };
  if (!decision) return { tone: "good", word: "done" };
  // A candidate may be registered against the gate, by a setting; then the run's model has a version all the same.
  if (!decision.promote && run.model !== definition.name) return { tone: "warn", word: "gate overruled" };
  return gateVerdict(decision);
}

function facts({ run, definition, evaluation, dataReport, decision }: ReportInput): [string, string][] {
  const { metric } = definition.gate;
  const facts: [string, string][] = [["model", run.model]];
  const candidate = evaluation?.candidate.metrics[metric] ?? decision?.candidate;
  if (candidate !== undefined) facts.push([`${metric} of the candidate`, showNumber(candidate)]);
  const champion = evaluation?.champion?.metrics[metric] ?? decision?.champion?.value;
  if (champion !== undefined) facts.push([`${metric} of the champion`, showNumber(champion)]);
  if (dataReport) facts.push(["rows", showCount(dataReport.rows)]);
  if (run.finishedAt !== undefined) {
    facts.push(["time", showDuration(Date.parse(run.finishedAt) - Date.parse(run.startedAt))]);
  }
  return facts;
}

/** "rmse: root mean squared error, in units of the target; lower is better". */
export function metricInWords(name: string): string {
  const metric = Object.hasOwn(metrics, name) ? metrics[name as MetricName] : undefined;
  return metric ? `${name}: ${metric.description}; ${metric.better} is better` : name;
}

/** Title, outcome and the figures one looks for first. */
export function renderHeader(input: ReportInput): Html {
  const { run, definition } = input;
  const { tone, word } = verdictOf(input);
  return html`<header class="${tone}">
    <p class="kicker">Run ${run.id} · ${showTime(run.startedAt)}</p>
    <h1>${definition.name} ${badge(tone, word)}</h1>
    <p class="outcome">${run.outcome}</p>
    ${definition.description === undefined ? undefined : html`<p class="muted">${definition.description}</p>`}
    ${factList(facts(input))}
  </header>`;
}
