import type { ClassNames } from "../definition/class-names";
import type { GateRule } from "../definition/definition";
import type { PromotionDecision, ScoredRows } from "../metrics/evaluation";
import type { SliceGroups } from "./promotion-slices";

/** What the gate decides on. Everything is measured on the same held-out rows, in the same order. */
export interface PromotionInput {
  readonly rule: GateRule;
  /** Unit of a regression's target, for the explanation. */
  readonly unit?: string | undefined;
  /** Classes of a classification, as the data names them. */
  readonly classes?: ClassNames | undefined;
  readonly candidate: ScoredRows;
  /** The model in production: scored, or the reason why it cannot score these rows, naming the columns. */
  readonly champion?: {
    readonly model: string;
    readonly rows?: ScoredRows | undefined;
    readonly incompatible?: string | undefined;
    /** The gate's metric when it was registered; absent where it was registered on the very data that it is judged on now. */
    readonly registered?: number | undefined;
    /** Per held-out row, whether it was certainly not trained on it; absent where that is so of all. */
    readonly unseen?: readonly boolean[] | undefined;
    /** Changes of the candidate's input by which it refuses requests that the champion answers; absent where there are none. */
    readonly breaking?: PromotionDecision["breaking"] | undefined;
    /** What is to be known of how that was found out, as a clause. */
    readonly note?: string | undefined;
  };
  /** Groups of the held-out rows, for every slice of the rule. */
  readonly slices: readonly SliceGroups[];
  /** Decisions that were made on these held-out rows before, where that is known. */
  readonly earlierDecisions?: number | undefined;
  /** Seed of the bootstrap, a whole number. */
  readonly seed: number;
  readonly evaluation: "on" | "off";
}
