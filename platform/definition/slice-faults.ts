interface Column {
  readonly name: string;
  readonly type: string;
  readonly values?: unknown;
  readonly personal?: boolean | undefined;
}

interface Slice {
  readonly column: string;
  readonly at?: readonly number[] | undefined;
}

/** What is wrong with groups of rows that a column makes. */
export function sliceFaults(slices: readonly Slice[], columns: readonly Column[]): string[] {
  return slices.flatMap(({ column: name, at }) => {
    const column = columns.find((each) => each.name === name);
    if (!column) return [`the slice column "${name}" is not among the columns`];
    if (column.type === "date") {
      return [`the slice column "${name}" is a date; slices are of numbers, categories and booleans`];
    }
    if ((column.type === "number") !== (at !== undefined)) {
      return [
        `the slice column "${name}" is a ${column.type}; cut points ("at") are for numbers, which need them`,
      ];
    }
    if (column.personal && column.type === "category" && column.values === undefined) {
      return [
        `the slice column "${name}" is personal and has no values; its groups would show what it holds`,
      ];
    }
    return [];
  });
}

/** The same of slices of a model card, which everybody may read: a personal column has no place in it. */
export function cardSliceFaults(slices: readonly Slice[], columns: readonly Column[]): string[] {
  const personal = slices.filter(({ column: name }) =>
    columns.some((column) => column.name === name && column.personal),
  );
  return [
    ...sliceFaults(slices, columns),
    ...personal.map(
      ({ column }) => `the slice column "${column}" of the card is personal; a card shows no such column`,
    ),
  ];
}
