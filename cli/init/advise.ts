import { formatNumber } from "../../platform/base/format-number";
import { oneOf, percent } from "../../platform/base/wording";
import type { ModelDefinitionInput } from "../../platform/definition/definition";
import { fittedHere, trainerNames, trainerRule, type TrainerKind } from "../../platform/definition/trainers";
import type { Predicted } from "./baseline";
import type { AmountFacts, ClassFacts, TargetFacts } from "./target-facts";

type LongTail = NonNullable<ReturnType<typeof trainerRule>["longTail"]>;

/** What the figures of a target suggest, by the key of the definition that it belongs to, and why: whole sentences. */
export interface Advice {
  readonly split?: { readonly settings: { readonly stratify: true }; readonly why: string };
  /** Settings are absent where only the user can choose. */
  readonly trainer?: { readonly settings?: Readonly<Record<string, unknown>>; readonly why: string };
  readonly threshold?: { readonly rule: ModelDefinitionInput["threshold"]; readonly why: string };
  /** Of a regression. */
  readonly predicted: Predicted;
}

/** A class is rare when it has less than this part of an even share of the rows: of two classes, a tenth of all. */
const rareShare = 0.2;
/** Fewer rows of a class than this are too few to choose a threshold on. */
const minRowsForThreshold = 20;
/** A tail is long from this skewness on, which is that of an exponential distribution. */
const minLongTail = 2;

/** The rarest class where it is rare, by its position among the classes. */
export function findRareClass({ classes, rows }: ClassFacts): number | undefined {
  const sizes = classes.map((each) => each.rows);
  const least = Math.min(...sizes);
  return least * classes.length < rareShare * rows ? sizes.indexOf(least) : undefined;
}

interface Drafted {
  readonly trainer: TrainerKind;
  /** Whether the user has said by what the rows are split. */
  readonly isSplitGiven: boolean;
}

/** What a draft is to say of a target with these facts. */
export function advise(facts: TargetFacts, { trainer: kind, isSplitGiven }: Drafted): Advice {
  if (facts.task === "regression") return adviseOnTail(facts, kind);
  const rare = findRareClass(facts);
  const found = rare === undefined ? undefined : facts.classes[rare];
  if (found === undefined) return { predicted: "mean" };
  const stated = `"${found.name}" is ${percent(found.rows / facts.rows)} of the rows (${found.rows.toLocaleString("en-US")} of ${facts.rows.toLocaleString("en-US")})`;
  return {
    predicted: "mean",
    ...(!isSplitGiven && {
      split: { settings: { stratify: true }, why: `${stated}, so the same share of each class is held out.` },
    }),
    ...(facts.classes.length === 2 && adviseOnLabels(facts, { found, stated, kind })),
  };
}

/** Of two classes at a threshold of 0.5 hardly any row is called the rare one. */
function adviseOnLabels(
  { rows, classes }: ClassFacts,
  {
    found,
    stated,
    kind,
  }: { readonly found: ClassFacts["classes"][number]; readonly stated: string; readonly kind: TrainerKind },
): Pick<Advice, "trainer" | "threshold"> {
  const unseen = `${stated}, and hardly any row gets a probability above 0.5 of being one`;
  if (trainerRule(kind).isProgram) {
    const why = `${unseen}: let the program give them more weight, or take ${oneOf(fittedHere("classification"))}, for which a threshold is chosen.`;
    return { trainer: { why } };
  }
  if (found.rows < minRowsForThreshold) return {};
  if (found === classes[1]) {
    return {
      threshold: {
        rule: "f1",
        why: `${unseen}. "f1" chooses another threshold on the training rows; where you know what mistakes cost, say that: { falsePositive: 1, falseNegative: 20 }.`,
      },
    };
  }
  // To call every row positive has the greatest F1 here.
  const falsePositive = Math.round((rows - found.rows) / found.rows);
  return {
    threshold: {
      rule: { falsePositive, falseNegative: 1 },
      why: `${unseen}. So a threshold is chosen on the training rows; a row that is wrongly called "${classes[1]?.name}" counts ${falsePositive} times, as the classes' shares are. Say what mistakes cost you.`,
    },
  };
}

const settingsText = (settings: object): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(", ");

/** The first kind of trainer that predicts means of what has a long tail, as a definition names it, and what it offers. */
function meansElsewhere(): { readonly kind: string; readonly offer: Required<LongTail> } | undefined {
  for (const kind of trainerNames) {
    const { longTail } = trainerRule(kind);
    if (longTail?.means)
      return { kind: settingsText({ kind }), offer: { ...longTail, means: longTail.means } };
  }
  return undefined;
}

/** What to compare with where a target has values that have no logarithm. */
function withoutLogarithm(stated: string, min: number): string {
  const reason = `${stated}. A logarithm needs values above 0, and the least is ${formatNumber(min)}`;
  const other = meansElsewhere();
  if (other === undefined) return `${reason}.`;
  const { means, median } = other.offer;
  const settings =
    min >= 0 ? settingsText(means.counts) : `${settingsText(median)} and the gate's metric mae`;
  return `${reason}; compare with ${other.kind}, ${settings}.`;
}

/** Where means are predicted instead of medians, as the end of a sentence. */
function whereSumsCount({ means }: LongTail): string {
  const other = meansElsewhere();
  if (means)
    return `; where sums of predictions count, take ${settingsText(means.amounts)} and the gate's metric rmse`;
  if (other === undefined) return "";
  return `; where sums of predictions count, compare with ${other.kind}, ${settingsText(other.offer.means.amounts)} and the gate's metric rmse`;
}

function adviseOnTail({ skewness, mean, median, min }: AmountFacts, kind: TrainerKind): Advice {
  const { amounts, logarithms } = skewness;
  const { longTail } = trainerRule(kind);
  // Logarithms that are as skewed are a sign of a few faulty values far out.
  const isOther = logarithms !== undefined && Math.abs(logarithms) * 2 > amounts;
  if (!longTail || !(amounts >= minLongTail) || isOther) return { predicted: "mean" };
  const stated = `The target has a long tail: its mean is ${formatNumber(mean)}, its median ${formatNumber(median)}, its skewness ${formatNumber(amounts, 2)}`;
  if (logarithms === undefined) return { predicted: "mean", trainer: { why: withoutLogarithm(stated, min) } };
  const why = `${stated}, that of its logarithm ${formatNumber(logarithms, 2)}. So ${longTail.how}${whereSumsCount(longTail)}.`;
  return { predicted: "median", trainer: { settings: longTail.median, why } };
}

/** The sentences of an advice. */
export function adviceLines({ split, trainer, threshold }: Advice): string[] {
  return [split, trainer, threshold].flatMap((part) => (part ? [part.why] : []));
}
