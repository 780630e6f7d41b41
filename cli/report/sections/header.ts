import type { PromotionDecision } from "../../../platform/metrics/evaluation";
import { metrics, type MetricName } from "../../../platform/definition/metric-names";
import { showCount, showDuration, showNumber, showTime } from "../display";
import { html, withNames, type Html } from "../html";
import type { RunOutcome, RunRecord } from "../../runs/runs";
import type { ReportInput } from "../report-input";
import { badge, type Tone } from "../table";
import { factList } from "./section";
import { workingTime } from "./steps";

interface Verdict {
  readonly tone: Tone;
  readonly word: string;
}

/** The gate's decision in two words. */
export function gateVerdict({ promote, champion }: PromotionDecision): Verdict {
  if (promote) return { tone: "good", word: "promoted" };
  return { tone: "calm", word: champion ? "champion kept" : "not promoted" };
}

const verdicts: Readonly<Record<RunOutcome, Verdict>> = {
  running: { tone: "calm", word: "in progress" },
  stopped: { tone: "calm", word: "stopped as asked" },
  trained: { tone: "calm", word: "not evaluated yet" },
  promotable: { tone: "warn", word: "not registered yet" },
  kept: { tone: "calm", word: "champion kept" },
  registered: { tone: "good", word: "registered" },
  "waiting-for-approval": { tone: "warn", word: "waiting for approval" },
  declined: { tone: "warn", word: "not approved" },
  released: { tone: "good", word: "released" },
  "rolled-back": { tone: "bad", word: "rolled back" },
  failed: { tone: "bad", word: "failed" },
};

/** How a run stands, with its colour. */
export function outcomeBadge(outcome: RunOutcome): Html {
  const { tone, word } = verdicts[outcome];
  return badge(tone, word);
}

/** Whether a candidate was registered against the gate, as a setting allows. */
export function isOverruled(run: RunRecord, decision: PromotionDecision | undefined): boolean {
  return decision?.promote === false && run.version !== undefined;
}

/** The run in a word or two. */
export function verdictOf({ run, decision }: Pick<ReportInput, "run" | "decision">): Verdict {
  const verdict = verdicts[run.outcome];
  if (run.outcome === "kept" && decision) return gateVerdict(decision);
  if (verdict.tone === "good" && isOverruled(run, decision)) {
    return { tone: "warn", word: `${verdict.word} against the gate` };
  }
  return verdict;
}

/** The figures of a run that readers look for first. */
export function runFacts({
  run,
  definition,
  evaluation,
  dataReport,
  decision,
}: ReportInput): [string, string][] {
  const { metric } = definition.gate;
  const facts: [string, string][] = [["model", run.version ?? run.model]];
  const candidate = evaluation?.candidate.metrics[metric] ?? decision?.candidate;
  if (candidate !== undefined) facts.push([`${metric} of the candidate`, showNumber(candidate)]);
  const champion = evaluation?.champion?.metrics[metric] ?? decision?.champion?.value;
  if (champion !== undefined) facts.push([`${metric} of the champion`, showNumber(champion)]);
  if (dataReport) facts.push(["rows", showCount(dataReport.rows)]);
  if (run.steps.length > 0) facts.push(["time", showDuration(workingTime(run.steps))]);
  return facts;
}

/** "rmse: root mean squared error, in units of the target; lower is better". */
export function metricInWords(name: MetricName): string {
  const { description, better } = metrics[name];
  return `${name}: ${description}; ${better} is better`;
}

/** Title, outcome and the figures that readers look for first. */
export function renderHeader(input: ReportInput): Html {
  const { run, definition } = input;
  const { tone, word } = verdictOf(input);
  return html`<header class="${tone}">
    <p class="kicker">Run ${run.id} · ${showTime(run.startedAt)}</p>
    <h1>${definition.name} ${badge(tone, word)}</h1>
    <p class="outcome lines">${withNames(run.explanation)}</p>
    ${definition.description === undefined ? undefined : html`<p class="muted">${definition.description}</p>`}
    ${factList(runFacts(input))}
  </header>`;
}
