import type { Operation, ResourceChange, StackPreview } from "./preview-changes";
import type { PropertyChange } from "./property-changes";

/** How a preview is written down. */
export interface MarkdownOptions {
  /** Characters that the place for it takes. */
  readonly max: number;
  /** Where all of it is. */
  readonly log?: string | undefined;
}

const headings: Readonly<Record<Operation, string>> = {
  delete: "Deleted",
  replace: "Replaced: deleted and created anew",
  update: "Changed",
  create: "Created",
};
/** What may hurt comes first. */
const order = ["delete", "replace", "update", "create"] as const;

/** Longest value that is shown: beside its property, the rest is in the log. */
const maxValueCharacters = 160;

/** Text as code in Markdown: nothing in it is read as Markdown, HTML, a cell's end or somebody's name. */
function code(text: string): string {
  const line = text.replace(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "¦").trim();
  const shown = line.length > maxValueCharacters ? `${line.slice(0, maxValueCharacters)}…` : line;
  return shown === "" ? "(empty)" : `\`${shown}\``;
}

/** Text as a sentence in Markdown: it may be anybody's, so it is shown as it is written. */
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
  if (operation === "create" || operation === "delete") return lines;
  const invisible = properties.length === 0;
  return [
    ...lines,
    ...properties.map((property) => propertyLine(property, reasons)),
    ...(invisible
      ? [`  - nothing that may be shown: a secret, or what the provider computes${reasonText(reasons)}`]
      : []),
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
    "#### What it costs by",
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
  const ends = stopped ? ["", "A mandatory rule ends the preview, so what follows may not be all."] : [];
  return ["#### Rules that it breaks", "", ...lines, ...ends, ""];
}

function errorLines({ errors }: StackPreview): string[] {
  if (errors.length === 0) return [];
  // Indented, so that no line of theirs ends the block.
  const lines = errors.flatMap((error) => error.split("\n").map((line) => `    ${line}`));
  return ["The preview failed, so this is not all:", "", ...lines, ""];
}

/** How many of each, in one line. */
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
  const refused = mandatory === 0 ? "" : ` **Refused by ${mandatory} findings of the rules.**`;
  const failed = errors.length === 0 ? "" : " **The preview failed.**";
  const changed = parts.length === 0 ? "no change" : parts.join(", ");
  return `${changed}; ${unchanged} stay as they are.${refused}${failed}`;
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

/** Takes lines while there is room, and says how many there was no room for. */
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

/** What updates would do, as Markdown: no secret, nothing longer than may be, costs and what is refused first. */
export function renderPreviews(previews: readonly StackPreview[], { max, log }: MarkdownOptions): string {
  const link = log === undefined ? "" : ` [Log](${log})`;
  const head = `## What this pull request would change in Azure${link}\n\n`;
  const share = Math.floor((max - head.length) / Math.max(1, previews.length)) - 1;
  return head + previews.map((preview) => fit(stackLines(preview), share, log)).join("\n");
}
