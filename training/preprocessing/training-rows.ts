/** Where training rows are: `from` is what follows FROM, `weight` the expression of a row's weight, where rows differ in it. */
export interface TrainingRows {
  readonly from: string;
  readonly weight?: string | undefined;
}
