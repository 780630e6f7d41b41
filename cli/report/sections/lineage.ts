import { describeSplitRule } from "../../../platform/data/split/split-rule";
import type { Lineage } from "../../../platform/model/model-directory";
import { showCount, showNumber, showTime } from "../display";
import { html, type Html } from "../html";
import { describeCode } from "../../../platform/model/describe-code";
import { scrollingTable } from "../table";
import type { Section } from "./section";
import { shortDigest } from "../../../platform/base/files";

type Fact = readonly [what: string, value: Html | string];

const code = (text: string): Html => html`<code>${text}</code>`;

function parameters({ parameters: { kind, ...settings } }: Lineage): string {
  const listed = Object.entries(settings).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [kind, ...listed].join(", ");
}

function optional(what: string, value: string | undefined): Fact[] {
  return value === undefined ? [] : [[what, code(value)]];
}

function filesOf(
  what: string,
  files: readonly { readonly path: string; readonly digest: string }[] = [],
): Fact[] {
  if (files.length === 0) return [];
  return [[what, files.map(({ path, digest }) => `${path} sha256:${shortDigest(digest)}`).join(", ")]];
}

/** What the model was made from, and with what. */
export function lineageSection(lineage: Lineage): Section {
  const { data, tools } = lineage;
  const facts: Fact[] = [
    ["model", lineage.model],
    ["run", code(lineage.run)],
    ["trained at", showTime(lineage.createdAt)],
    ["data", code(data.source)],
    ["data digest", code(data.digest)],
    [
      "rows",
      `${showCount(data.rows)}: ${showCount(data.trainingRows)} for training, ${showCount(data.heldOutRows)} held out`,
    ],
    ...(lineage.split ? [["split", describeSplitRule(lineage.split)] as const] : []),
    ["definition digest", code(lineage.definitionDigest)],
    ["trainer", parameters(lineage)],
    ...Object.entries(lineage.chosen ?? {}).map(([name, value]): Fact => [
      `chosen ${name}`,
      showNumber(value),
    ]),
    ["seed", String(lineage.seed)],
    ...optional("program digest", lineage.program?.digest),
    ...filesOf("program", lineage.program?.files),
    ...filesOf("packages", lineage.program?.packages),
    ...describeCode(lineage.code).map(([what, value]): Fact => [what, code(value)]),
    ...optional("compared with", lineage.champion),
    ...optional("parent run", lineage.parentRun),
    [
      "tools",
      Object.entries(tools)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
  ];
  return {
    id: "lineage",
    title: "Lineage",
    content: scrollingTable({
      label: "Lineage of the model",
      columns: [{ head: "what" }, { head: "value", kind: "prose" }],
      rows: facts,
    }),
  };
}
