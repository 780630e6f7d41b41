/** Settings of boosted trees that depend on each other and on the rest of the definition. */
interface TreeSettings {
  readonly loss?: string | undefined;
  readonly quantile?: number | undefined;
  readonly monotone: Readonly<Record<string, string>>;
}

interface Model {
  readonly task: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly role: string }[];
}

export function treeFaults({ loss, quantile, monotone }: TreeSettings, { task, columns }: Model): string[] {
  const faults: string[] = [];
  if (loss !== undefined && (loss === "log") !== (task === "classification")) {
    const allowed =
      task === "classification" ? '"log"' : '"squared", "absolute", "quantile", "poisson" or "gamma"';
    faults.push(`the loss "${loss}" is not one of a ${task}; leave it out, or use ${allowed}`);
  }
  if ((loss === "quantile") !== (quantile !== undefined)) {
    faults.push(
      'the loss "quantile" and the setting quantile, such as 0.9, belong together; give both or neither',
    );
  }
  const constrained = Object.keys(monotone);
  for (const name of constrained) {
    const column = columns.find((candidate) => candidate.name === name);
    if (column?.role !== "feature" || column.type !== "number") {
      faults.push(
        `monotone names "${name}", which is no feature that is a number; name such features, or none`,
      );
    }
  }
  // Their leaves have quantiles of residuals, which the constraint does not bound.
  if (constrained.length > 0 && (loss === "absolute" || loss === "quantile")) {
    faults.push(`monotone cannot be kept with the loss "${loss}"; leave out one of them`);
  }
  return faults;
}
