import { formatNumber } from "../../../platform/base/format-number";

/** A version's metrics on the rows held out when it was trained. */
export interface Measured {
  /** `diabetes:3`. */
  readonly model: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What an approver needs to know. */
export interface ApprovalRequest {
  readonly candidate: Measured;
  /** The version in production; absent before the first release. */
  readonly champion?: Measured | undefined;
  /** Summary of the tests before production. */
  readonly tests?: string | undefined;
  /** Which requests of today's clients it refuses or misreads, in a sentence; absent when none. */
  readonly refusals?: string | undefined;
  /** URL of the page on which to approve. */
  readonly link?: string | undefined;
}

/** Message formats of webhooks. */
export const formats = ["teams", "slack"] as const;
export type Format = (typeof formats)[number];

const titleOf = ({ candidate, champion }: ApprovalRequest): string =>
  `${candidate.model} waits for approval${champion ? ` to replace ${champion.model}` : ", the first release"}`;

/** For each metric: its name, and the candidate's and champion's values. */
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
  return [
    ...metricLines(request),
    ...(request.tests === undefined ? [] : [["tests", request.tests] as const]),
    ...(request.refusals === undefined ? [] : [["clients", request.refusals] as const]),
  ];
}

const note = "Each version was measured on the rows held out when it was trained.";

/** Formats the request as plain text. */
export function describeRequest(request: ApprovalRequest): string {
  const facts = factsOf(request).map(([name, text]) => `  ${name}: ${text}`);
  const link = request.link === undefined ? [] : [request.link];
  return [titleOf(request), ...facts, note, ...link].join("\n");
}

/** Formats the request as Markdown, for the run's summary. */
export function describeInMarkdown(request: ApprovalRequest): string {
  const rows = factsOf(request).map(([name, text]) => `| ${name} | ${text.replaceAll("|", "¦")} |`);
  return [`## ${titleOf(request)}`, "", "| | |", "| --- | --- |", ...rows, "", note, ""].join("\n");
}

/** An Adaptive Card for a Teams workflow. */
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
    ...(link !== undefined && {
      actions: [{ type: "Action.OpenUrl", title: "Review and decide", url: link }],
    }),
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  };
}

/** Escapes the special characters of Slack messages. */
const slackText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function slackBody(request: ApprovalRequest): unknown {
  return { text: slackText(describeRequest(request)) };
}

/** Body of the request to a webhook. */
export function webhookBody(request: ApprovalRequest, format: Format): unknown {
  return format === "slack" ? slackBody(request) : teamsBody(request);
}
