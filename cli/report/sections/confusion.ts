import { type ModelDefinition, targetOf } from "../../../platform/definition/definition";
import { usualThreshold } from "../../../platform/metrics/class-labels";
import type { Evaluation } from "../../../platform/metrics/evaluation";
import { signatureOf } from "../../../platform/model/signature";
import { showCount, showNumber, showShare } from "../display";
import { html, Html } from "../html";
import { modelCurves } from "../plots/classification-plots";

interface Confusion {
  /** Whose labels. */
  readonly model: string;
  readonly target: string;
  /** Of two the negative first. */
  readonly classes: readonly string[];
  /** Rows by actual class (outer) and by the label they were given (inner). */
  readonly counts: readonly (readonly number[])[];
}

/** A cell shaded by its share of the actual class. */
function cell(count: number, total: number): Html {
  const share = total > 0 ? count / total : 0;
  const shade = new Html(`style="--share:${(share * 45).toFixed(0)}%"`);
  return html`<td class="number shade" ${shade}>
    ${showCount(count)}${total > 0 ? ` (${showShare(share)})` : undefined}
  </td>`;
}

/** Rows by actual class and by the label that they were given. */
export function confusionTable({ model, target, classes, counts }: Confusion): Html {
  const rows = counts.map((line, index) => {
    const total = line.reduce((sum, count) => sum + count, 0);
    return html`<tr>
      <th scope="row">${classes[index]}</th>
      ${line.map((count) => cell(count, total))}
    </tr>`;
  });
  return html`<figure>
    <figcaption>Confusion of ${model}</figcaption>
    <table>
      <thead>
        <tr>
          <th scope="col">actual ${target}</th>
          ${classes.map((name) => html`<th scope="col" class="number">called ${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </figure>`;
}

/** How many rows of each class were called what, per model. */
export function confusionTables(evaluation: Evaluation, definition: ModelDefinition): Html {
  const target = targetOf(definition).name;
  const [negative, positive] = signatureOf(definition).target.classes ?? [0, 1];
  const tables = modelCurves(evaluation).map(({ label, curves }) => {
    const { trueNegatives, falsePositives, falseNegatives, truePositives } = curves.confusion;
    return confusionTable({
      model: label,
      target,
      classes: [String(negative), String(positive)],
      counts: [
        [trueNegatives, falsePositives],
        [falseNegatives, truePositives],
      ],
    });
  });
  const { threshold = usualThreshold } = evaluation.candidate;
  const { champion } = evaluation;
  const other = champion?.threshold ?? usualThreshold;
  const ofChampion =
    champion && other !== threshold ? ` (by ${champion.model}, above ${showNumber(other)})` : "";
  return html`<p class="muted">
      A row is called ${positive} when its probability is above ${showNumber(threshold)}${ofChampion}; shares
      are of the actual class.
    </p>
    <div class="plots">${tables}</div>`;
}
