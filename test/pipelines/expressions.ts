/** What an expression may look at. */
export interface ExpressionContext {
  /** Parameters of the file; only in `${{ }}`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** What a loop counts through, by the name that it gives it; only in `${{ }}`. */
  readonly items?: Readonly<Record<string, unknown>>;
  /** Variables; in `${{ }}` those alone that a file sets to a constant text. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Results of what a condition depends on; only in conditions. */
  readonly results?: readonly Result[];
  /** The same by the names of jobs; only in conditions of jobs. */
  readonly dependencies?: Readonly<Record<string, Result>>;
  /** Whether somebody has cancelled the run; only in conditions. */
  readonly isCanceled?: boolean;
}

export type Result = "succeeded" | "failed" | "skipped" | "canceled";

type Token = { readonly kind: "text" | "number" | "name" | "mark"; readonly value: string };

function tokensOf(source: string): Token[] {
  const pattern = /\s*(?:'((?:[^']|'')*)'|(\d+)|([A-Za-z_][\w.]*)|([(),[\]]))/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < source.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (match === null) throw new Error(`cannot read "${source.slice(at)}" of the expression "${source}"`);
    const [, text, number, name, mark] = match;
    if (number !== undefined) tokens.push({ kind: "number", value: number });
    else if (text !== undefined) tokens.push({ kind: "text", value: text.replaceAll("''", "'") });
    else if (name !== undefined) tokens.push({ kind: "name", value: name });
    else tokens.push({ kind: "mark", value: mark ?? "" });
  }
  return tokens;
}

/** Equality as Azure Pipelines has it: letters' case does not matter. */
function same(a: unknown, b: unknown): boolean {
  return String(a).toLowerCase() === String(b).toLowerCase();
}

/** The functions that our files use, with how many arguments they take. Any other is an error. */
const functions: Readonly<
  Record<
    string,
    {
      min: number;
      max: number;
      call(args: unknown[], results: readonly Result[], isCanceled: boolean): unknown;
    }
  >
> = {
  eq: { min: 2, max: 2, call: ([a, b]) => same(a, b) },
  ne: { min: 2, max: 2, call: ([a, b]) => !same(a, b) },
  and: { min: 2, max: 9, call: (args) => args.every(truth) },
  or: { min: 2, max: 9, call: (args) => args.some(truth) },
  not: { min: 1, max: 1, call: ([value]) => !truth(value) },
  succeeded: { min: 0, max: 0, call: (_, results) => results.every((result) => result === "succeeded") },
  failed: { min: 0, max: 0, call: (_, results) => results.includes("failed") },
  // Of a job that ran out of time the service says that it was canceled, and of its run that it was not.
  canceled: { min: 0, max: 0, call: (_, _results, isCanceled) => isCanceled },
  succeededOrFailed: {
    min: 0,
    max: 0,
    call: (_, results) => !results.includes("skipped") && !results.includes("canceled"),
  },
  always: { min: 0, max: 0, call: () => true },
  split: { min: 2, max: 2, call: ([text, mark]) => String(text).split(String(mark)) },
  replace: { min: 3, max: 3, call: ([text, from, to]) => String(text).replaceAll(String(from), String(to)) },
};

function truth(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new Error(`"${String(value)}" is neither true nor false`);
}

/** A parser that computes while it reads; only as much of the language as our files use. */
class Evaluation {
  private next = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly context: ExpressionContext,
  ) {}

  all(): unknown {
    const value = this.value();
    if (this.next < this.tokens.length) throw new Error(`"${this.tokens[this.next]?.value}" is too much`);
    return value;
  }

  private take(mark?: string): Token {
    const token = this.tokens[this.next++];
    if (token === undefined) throw new Error("the expression ends too early");
    if (mark !== undefined && (token.kind !== "mark" || token.value !== mark))
      throw new Error(`"${mark}" is expected instead of "${token.value}"`);
    return token;
  }

  private comes(mark: string): boolean {
    const token = this.tokens[this.next];
    return token?.kind === "mark" && token.value === mark;
  }

  private value(): unknown {
    const value = this.single();
    if (!Array.isArray(value) || !this.comes("[")) return value;
    this.take("[");
    const { kind, value: index } = this.take();
    this.take("]");
    if (kind === "number" && Number(index) < value.length) return value[Number(index)];
    throw new Error(`"${index}" is no place in a list of ${value.length}`);
  }

  private single(): unknown {
    const token = this.take();
    if (token.kind === "text" || token.kind === "number") return token.value;
    if (token.kind === "mark") throw new Error(`"${token.value}" is no value`);
    if (token.value === "true" || token.value === "false") return token.value === "true";
    if (this.comes("(")) return this.call(token.value);
    if (token.value === "variables" && this.comes("[")) return this.variable();
    const { items = {} } = this.context;
    if (token.value in items) return items[token.value];
    const [scope, name, ...rest] = token.value.split(".");
    if (scope === "parameters" && name !== undefined && rest.length === 0) return this.parameter(name);
    if (scope === "variables" && name !== undefined && rest.length === 0) return this.constant(name);
    if (scope === "dependencies" && name !== undefined && rest.join(".") === "result")
      return this.dependency(name);
    throw new Error(`"${token.value}" is not known to this runner`);
  }

  private dependency(name: string): Result {
    const result = this.context.dependencies?.[name];
    if (result !== undefined) return result;
    throw new Error(`there is no job "${name}" that it depends on`);
  }

  private parameter(name: string): unknown {
    const { parameters } = this.context;
    if (parameters === undefined || !(name in parameters)) throw new Error(`there is no parameter "${name}"`);
    return parameters[name];
  }

  /** A variable where templates are expanded; one that is set later is empty there, which nobody means. */
  private constant(name: string): string {
    const value = this.context.variables?.[name];
    if (value !== undefined) return value;
    throw new Error(`variables.${name} is not set where templates are expanded`);
  }

  private variable(): unknown {
    this.take("[");
    const { value: name } = this.take();
    this.take("]");
    const { variables } = this.context;
    if (variables === undefined)
      throw new Error(`variables['${name}'] is not known where templates are expanded`);
    return variables[name] ?? "";
  }

  private call(name: string): unknown {
    const known = functions[name];
    if (known === undefined) throw new Error(`there is no function "${name}"`);
    const args: unknown[] = [];
    this.take("(");
    while (!this.comes(")")) {
      if (args.length > 0) this.take(",");
      args.push(this.value());
    }
    this.take(")");
    if (args.length < known.min || args.length > known.max)
      throw new Error(`${name} has ${args.length} arguments`);
    return known.call(args, this.context.results ?? [], this.context.isCanceled ?? false);
  }
}

function evaluate(source: string, context: ExpressionContext): unknown {
  try {
    return new Evaluation(tokensOf(source), context).all();
  } catch (error) {
    throw new Error(`In "${source}": ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}

/** Whether a condition holds. */
export function holds(condition: string, context: Omit<ExpressionContext, "parameters">): boolean {
  return truth(evaluate(condition, context));
}

/** What a template is expanded with. */
export type TemplateContext = Omit<ExpressionContext, "results">;

/** The list that a loop counts through. */
export function itemsOf(source: string, context: TemplateContext): readonly unknown[] {
  const value = evaluate(source, context);
  if (Array.isArray(value)) return value;
  throw new Error(`In "${source}": a list is expected.`);
}

/** A text with its `${{ }}` replaced; one that is nothing else becomes the value itself. */
export function substitute(text: string, context: TemplateContext): unknown {
  const whole = /^\$\{\{([^}]*)\}\}$/.exec(text);
  if (whole) return evaluate(whole[1] ?? "", context);
  return text.replaceAll(/\$\{\{([^}]*)\}\}/g, (_, source: string) => {
    const value = evaluate(source, context);
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new Error(`In "${text}": an object cannot be part of a text.`);
  });
}
