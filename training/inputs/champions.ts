/** Which version production is to serve; a release sets it. */
export const championAlias = "champion";

/** The model that a candidate has to beat, and whose training data new data is compared with. */
export interface Champion {
  /** `name:version`. */
  readonly model: string;
  /** Its model directory. */
  readonly directory: string;
}

/** Who the champion of a model is. */
export interface Champions {
  /** Undefined when there is none: the model has never been released. */
  find(model: string): Promise<Champion | undefined>;
}
