import { formatNumber } from "../../../platform/base/format-number";

/** What was measured of a version on the rows that were held out when it was trained. */
export interface Measured {
  /** `diabetes:3`. */
  readonly model: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What somebody who approves has to know. */
export interface ApprovalRequest {
  readonly candidate: Measured;
  /** What production serves; absent before the first release. */
  readonly champion?: Measured | undefined;
  /** What QA showed of it. */
  readonly qa?: string | undefined;
  /** Where to approve. */
  readonly link?: string | undefined;
}

/** How a webhook wants its messages. */
export const formats = ["teams", "slack"] as const;
export type Format = (typeof formats)[number];

const titleOf = ({ candidate, champion }: ApprovalRequest): string =>
  `${candidate.model} waits for approval${champion ? ` to replace ${champion.model}` : ", the first release"}`;

/** A line for each metric: its name, the candidate's figure and the champion's. */
function metricLines({ candidate, champion }: ApprovalRequest): (readonly [string, string])[] {
  return Object.entries(candidate.metrics).map(([name, value]) => {
    const before = champion?.metrics[name];
    return [
      name,
      `${formatNumber(value)}${before === undefined ? "" : ` (champion ${formatNumber(before)})`}`,
    ];
  });
}

function factsOf(request: ApprovalRequest): (readonly [string, string])[] {
  return [...metricLines(request), ...(request.qa === undefined ? [] : [["QA", request.qa] as const])];
}

const note = "Each was measured on the rows held out when it was trained.";

/** The request as lines for people. */
export function describeRequest(request: ApprovalRequest): string {
  const facts = factsOf(request).map(([name, text]) => `  ${name}: ${text}`);
  const link = request.link === undefined ? [] : [request.link];
  return [titleOf(request), ...facts, note, ...link].join("\n");
}

/** The request as Markdown, for the summary of a run. */
export function describeInMarkdown(request: ApprovalRequest): string {
  const rows = factsOf(request).map(([name, text]) => `| ${name} | ${text.replaceAll("|", "¦")} |`);
  return [`## ${titleOf(request)}`, "", "| | |", "| --- | --- |", ...rows, "", note, ""].join("\n");
}

/** An adaptive card, as a workflow of Teams posts it. */
function teamsBody(request: ApprovalRequest): unknown {
  const { link } = request;
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [
      { type: "TextBlock", text: titleOf(request), weight: "Bolder", wrap: true },
      { type: "FactSet", facts: factsOf(request).map(([title, value]) => ({ title, value })) },
      { type: "TextBlock", text: note, isSubtle: true, wrap: true },
    ],
    ...(link !== undefined && { actions: [{ type: "Action.OpenUrl", title: "Look and decide", url: link }] }),
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  };
}

/** Characters that are more than themselves in a message of Slack. */
const slackText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function slackBody(request: ApprovalRequest): unknown {
  return { text: slackText(describeRequest(request)) };
}

/** What is posted to a webhook. */
export function webhookBody(request: ApprovalRequest, format: Format): unknown {
  return format === "slack" ? slackBody(request) : teamsBody(request);
}
