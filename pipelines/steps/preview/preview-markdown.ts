import type { Operation, ResourceChange, StackPreview } from "./preview-changes";
import type { PropertyChange } from "./property-changes";

/** Options for rendering a preview. */
export interface MarkdownOptions {
  /** Maximum characters of the text. */
  readonly max: number;
  /** URL of the log with the full text. */
  readonly log?: string | undefined;
}

const headings: Readonly<Record<Operation, string>> = {
  delete: "Deleted",
  replace: "Replaced: deleted and created again",
  update: "Changed",
  create: "Created",
};
/** The most dangerous operations come first. */
const order = ["delete", "replace", "update", "create"] as const;

/** Maximum characters of a value next to its property; longer values are cut. */
const maxValueCharacters = 160;

/** Renders text as inline code, so that nothing in it becomes Markdown, HTML, a cell separator or a mention. */
function code(text: string): string {
  const line = text.replace(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "¦").trim();
  const shown = line.length > maxValueCharacters ? `${line.slice(0, maxValueCharacters)}…` : line;
  return shown === "" ? "(empty)" : `\`${shown}\``;
}

/** Escapes untrusted text for Markdown, so that it is shown literally. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>|#@~]/g, (character) => `\\${character}`)
    .slice(0, 1000);
}

const valueOf = (value: string | undefined): string => (value === undefined ? "–" : code(value));
const typeOf = (type: string): string => type.replace(/^azure-native:/, "");

function propertyLine({ path, before, after }: PropertyChange, reasons: readonly string[]): string {
  const replaces = reasons.some((reason) => path === reason || path.startsWith(`${reason}.`));
  return `  - ${code(path)}: ${valueOf(before)} → ${valueOf(after)}${replaces ? " (**forces the replacement**)" : ""}`;
}

function changeLines(change: ResourceChange): string[] {
  const { operation, type, name, properties, reasons } = change;
  const lines = [`- ${code(name)} (${code(typeOf(type))})`];
  if (operation === "create" || operation === "delete") return [...lines, ...tellingLines(properties)];
  const invisible = properties.length === 0;
  return [
    ...lines,
    ...properties.map((property) => propertyLine(property, reasons)),
    ...(invisible
      ? [`  - nothing to show: a secret, or a value that the provider computes${reasonText(reasons)}`]
      : []),
  ];
}

/** Maximum properties shown of a resource that is created or deleted. */
const maxProperties = 12;

/** What a resource that comes or goes opens or closes, and to whom. */
function tellingLines(properties: readonly PropertyChange[]): string[] {
  const left = properties.length - maxProperties;
  return [
    ...properties
      .slice(0, maxProperties)
      .map(({ path, before, after }) => `  - ${code(path)}: ${valueOf(after ?? before)}`),
    ...(left > 0 ? [`  - ${left} more that decide who may do or reach what`] : []),
  ];
}

const reasonText = (reasons: readonly string[]): string =>
  reasons.length === 0 ? "" : ` (${reasons.map(code).join(", ")})`;

function costLines(changes: readonly ResourceChange[]): string[] {
  const rows = changes.flatMap(({ name, type, operation, cost }) =>
    cost.map(
      ({ path, before, after }) =>
        `| ${code(name)} (${code(typeOf(type))}) | ${operation} | ${path === "" ? "its existence" : code(path)} | ${valueOf(before)} | ${valueOf(after)} |`,
    ),
  );
  if (rows.length === 0) return [];
  return [
    "#### Changes that affect cost",
    "",
    "| Resource | | Property | Before | After |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ];
}

function findingLines({ findings }: StackPreview): string[] {
  if (findings.length === 0) return [];
  const lines = findings.map(
    ({ policy, level, resource, message }) =>
      `- **${plain(level)}** ${code(policy)} on ${code(resource)}: ${plain(message)}`,
  );
  const stopped = findings.some(({ level }) => level === "mandatory");
  const ends = stopped
    ? ["", "A mandatory rule stops the preview, so the list below may be incomplete."]
    : [];
  return ["#### Violated rules", "", ...lines, ...ends, ""];
}

function errorLines({ errors }: StackPreview): string[] {
  if (errors.length === 0) return [];
  // An indented block, which no line of the error can end.
  const lines = errors.flatMap((error) => error.split("\n").map((line) => `    ${line}`));
  return ["The preview failed, so it is incomplete:", "", ...lines, ""];
}

/** Counts of each operation, in one line. */
export function summarize({ changes, unchanged, findings, errors }: StackPreview): string {
  const count = (operation: Operation): number =>
    changes.filter((change) => change.operation === operation).length;
  const words: readonly (readonly [Operation, string])[] = [
    ["create", "created"],
    ["update", "changed"],
    ["replace", "replaced"],
    ["delete", "deleted"],
  ];
  const parts = words.flatMap(([operation, word]) => {
    const number = count(operation);
    return number === 0 ? [] : [`${number} ${word}`];
  });
  const mandatory = findings.filter(({ level }) => level === "mandatory").length;
  const refused =
    mandatory === 0
      ? ""
      : ` **Refused: ${mandatory} ${mandatory === 1 ? "violation" : "violations"} of mandatory rules.**`;
  const failed = errors.length === 0 ? "" : " **The preview failed.**";
  const changed = parts.length === 0 ? "no changes" : parts.join(", ");
  return `${changed}; ${unchanged} unchanged.${refused}${failed}`;
}

function stackLines(preview: StackPreview): string[] {
  const { stack, changes } = preview;
  const sections = order.flatMap((operation) => {
    const those = changes.filter((change) => change.operation === operation);
    if (those.length === 0) return [];
    return [`#### ${headings[operation]}`, "", ...those.flatMap(changeLines), ""];
  });
  return [
    `### Stack ${code(stack)}: ${summarize(preview)}`,
    "",
    ...errorLines(preview),
    ...costLines(changes),
    ...findingLines(preview),
    ...sections,
  ];
}

/** Takes as many lines as fit, and says how many were left out. */
function fit(lines: readonly string[], max: number, log: string | undefined): string {
  const all = lines.join("\n");
  if (all.length <= max) return all;
  const rest = (left: number): string =>
    `\n\n_${left} more lines are in the ${log === undefined ? "job's log" : `[log](${log})`}._\n`;
  let room = max - rest(lines.length).length;
  let taken = 0;
  for (const line of lines) {
    if (line.length + 1 > room) break;
    room -= line.length + 1;
    taken += 1;
  }
  return lines.slice(0, taken).join("\n") + rest(lines.length - taken);
}

/** Renders previews as Markdown of at most `max` characters, without secrets; costs and violations come first. */
export function renderPreviews(previews: readonly StackPreview[], { max, log }: MarkdownOptions): string {
  const link = log === undefined ? "" : ` [Log](${log})`;
  const head = `## What this pull request would change in Azure${link}\n\n`;
  const share = Math.floor((max - head.length) / Math.max(1, previews.length)) - 1;
  return head + previews.map((preview) => fit(stackLines(preview), share, log)).join("\n");
}
