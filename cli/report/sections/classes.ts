import { type ModelDefinition, targetOf } from "../../../platform/definition/definition";
import type { ClassResults, Evaluation } from "../../../platform/metrics/evaluation";
import { showCount, showNumber, showShare } from "../display";
import { html, type Html } from "../html";
import { scrollingTable } from "../table";
import { confusionTable } from "./confusion";

/** Classes that a table of all against all has room for. */
const maxSquare = 15;
/** Of more, so many confusions are listed. */
const maxConfusions = 20;

interface ModelClasses {
  readonly label: string;
  readonly results: ClassResults;
}

function modelsOf({ classes, champion }: Evaluation): ModelClasses[] {
  if (!classes) return [];
  return [
    { label: "candidate", results: classes.candidate },
    ...(classes.champion ? [{ label: champion?.model ?? "champion", results: classes.champion }] : []),
  ];
}

function classTable({ label, results }: ModelClasses): Html {
  return scrollingTable({
    label: `Each class against the rest, ${label}`,
    columns: [
      { head: `class (${label})` },
      { head: "rows", kind: "number" },
      { head: "precision", kind: "number" },
      { head: "recall", kind: "number" },
      { head: "F1", kind: "number" },
      { head: "AUC", kind: "number" },
    ],
    rows: results.classes.map(({ name, rows, precision, recall, f1, auc }) => [
      name,
      showCount(rows),
      showNumber(precision),
      showNumber(recall),
      showNumber(f1),
      showNumber(auc),
    ]),
  });
}

/** The most frequent confusions, where a table of all would be too large. */
function confusionList({ label, results }: ModelClasses): Html {
  const names = results.classes.map(({ name }) => name);
  const wrong = results.confusion.flatMap((line, is) =>
    line.flatMap((count, called) => (count > 0 && is !== called ? [{ is, called, count }] : [])),
  );
  return scrollingTable({
    label: `The most frequent confusions of ${label}`,
    columns: [
      { head: `actual class (${label})` },
      { head: "called" },
      { head: "rows", kind: "number" },
      { head: "of the class", kind: "number" },
    ],
    rows: wrong
      .sort((a, b) => b.count - a.count)
      .slice(0, maxConfusions)
      .map(({ is, called, count }) => [
        names[is] ?? "",
        names[called] ?? "",
        showCount(count),
        showShare(count / (results.classes[is]?.rows ?? NaN)),
      ]),
  });
}

/** What was measured of each of more than two classes, and which are taken for which. */
export function classTables(evaluation: Evaluation, definition: ModelDefinition): Html {
  const target = targetOf(definition).name;
  const models = modelsOf(evaluation);
  const isSquare = models.every(({ results }) => results.classes.length <= maxSquare);
  return html`<p class="muted">
      A row is called the class of its greatest probability; each class is measured against the rest, and
      shares are of the actual class.
    </p>
    ${models.map(classTable)}
    ${
      isSquare
        ? html`<div class="plots">
            ${models.map(({ label, results: { confusion, classes } }) =>
              confusionTable({
                model: label,
                target,
                classes: classes.map(({ name }) => name),
                counts: confusion,
              }),
            )}
          </div>`
        : models.map(confusionList)
    }`;
}
