import type { Signature, SignatureColumn } from "../../../platform/model/signature";
import { showNumber, showShare } from "../../report/display";
import { html, messageLines, type Html } from "../../report/html";
import { scrollingTable } from "../../report/table";
import type { TriedRow } from "../actions/try-row";
import type { Page } from "../web/page";
import type { TryPlace } from "./try-place";

interface TryForm {
  readonly place: TryPlace;
  /** The version that answers. */
  readonly version: string;
  readonly signature: Signature;
  /** What the fields have, by column, as text. */
  readonly values: Readonly<Record<string, string>>;
  readonly formKey: string;
  readonly tried?: TriedRow;
}

/** Options of a field with a list of values; nothing chosen is a missing value. */
function select(column: SignatureColumn, values: readonly string[], chosen: string, id: string): Html {
  const options = column.nullable ? ["", ...values] : values;
  return html`<select id="${id}" name="value-${column.name}">
    ${options.map(
      (value) =>
        html`<option value="${value}" ${value === chosen ? html`selected` : undefined}>
          ${value === "" ? "(missing)" : value}
        </option>`,
    )}
  </select>`;
}

function hintOf({ unit, range, nullable }: SignatureColumn): string {
  return [
    ...(unit === undefined ? [] : [unit]),
    ...(range === undefined ? [] : [`${showNumber(range[0])} to ${showNumber(range[1])}`]),
    ...(nullable ? ["may be empty"] : []),
  ].join(", ");
}

function field(column: SignatureColumn, chosen: string, index: number): Html {
  const id = `field-${index}`;
  const { name, type, values, nullable } = column;
  const input =
    type === "boolean"
      ? select(column, ["true", "false"], chosen, id)
      : values !== undefined
        ? select(column, values, chosen, id)
        : html`<input
            id="${id}"
            name="value-${name}"
            value="${chosen}"
            ${type === "number" ? html`inputmode="decimal"` : undefined}
            ${nullable ? undefined : html`required`}
            autocomplete="off"
          />`;
  const hint = hintOf(column);
  return html`<div>
    <label for="${id}">${name} ${hint === "" ? undefined : html`<span class="hint">${hint}</span>`}</label>
    ${input}
  </div>`;
}

function predictionOf(
  { prediction, probabilities }: Extract<TriedRow, { prediction: unknown }>,
  { target }: Signature,
): Html {
  const unit = target.unit === undefined ? "" : ` ${target.unit}`;
  const value = typeof prediction === "number" ? `${showNumber(prediction)}${unit}` : prediction;
  return html`<p class="answer">${target.name}: ${value}</p>
    ${
      probabilities &&
      html`<ul class="plain">
        ${probabilities.map(({ name, probability }) => html`<li>${name}: ${showShare(probability)}</li>`)}
      </ul>`
    }`;
}

/** What contributions add up to, by the name of their scale. */
const scaleNames: Readonly<Record<string, string>> = {
  prediction: "the prediction",
  log: "the logarithm of the prediction",
  "log-odds": "the log-odds of the positive class",
};

/** What each feature adds to the prediction, the greatest first. */
function contributionsOf({
  contributions,
  scale,
}: Extract<TriedRow, { prediction: unknown }>): Html | undefined {
  if (contributions === undefined) return undefined;
  const greatest = Math.max(...contributions.map(({ adds }) => Math.abs(adds)), Number.MIN_VALUE);
  const rows = contributions
    .toSorted((a, b) => Math.abs(b.adds) - Math.abs(a.adds))
    .map(({ feature, adds }) => [
      feature,
      `${adds > 0 ? "+" : ""}${showNumber(adds)}`,
      html`<span class="track"
        ><span
          class="bar${adds < 0 ? " less" : ""}"
          style="width: ${Math.round((100 * Math.abs(adds)) / greatest)}%"
        ></span
      ></span>`,
    ]);
  return html`<h2>What each feature adds</h2>
    <p class="muted">To ${scaleNames[scale ?? ""] ?? scale}, beside the average of the training rows.</p>
    ${scrollingTable({
      label: "Contributions",
      columns: [{ head: "feature" }, { head: "adds", kind: "number" }, { head: "" }],
      rows,
    })}`;
}

function answerOf(tried: TriedRow, signature: Signature): Html {
  const content =
    "fault" in tried
      ? messageLines(tried.fault)
      : html`${predictionOf(tried, signature)} ${contributionsOf(tried)}`;
  return html`<section aria-labelledby="answer-heading">
    <h2 id="answer-heading">Answer</h2>
    ${content}
  </section>`;
}

/** A form of the model's features; what the service that runs in production answers stands above it. */
export function tryPage({ place, version, signature, values, formKey, tried }: TryForm): Page {
  return {
    title: place.crumbs ? `Try ${version}` : `${signature.target.name} by ${version}`,
    ...(place.crumbs && { crumbs: place.crumbs }),
    content: html`${tried && answerOf(tried, signature)}
      <form class="fields" method="post" action="${place.form}">
        <input type="hidden" name="key" value="${formKey}" />
        ${signature.inputs.map((column, index) => field(column, values[column.name] ?? "", index))}
        <div class="wide"><button class="first">Predict</button></div>
      </form>
      <h2>Score a file</h2>
      <form class="fields" method="post" enctype="multipart/form-data" action="${place.score}">
        <input type="hidden" name="key" value="${formKey}" />
        <div>
          <label for="file"
            >CSV file with a header line <span class="hint">up to ${place.maxFileMb} MB</span></label
          >
          <input id="file" type="file" name="file" accept=".csv,text/csv" required />
        </div>
        <div class="wide"><button>Score it</button></div>
      </form>
      <p class="muted">${place.note}</p>`,
  };
}
