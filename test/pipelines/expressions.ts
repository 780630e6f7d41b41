/** What an expression may look at. */
export interface ExpressionContext {
  /** Parameters of the file; only in `${{ }}`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Variables; only in conditions. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Results of what a condition depends on; only in conditions. */
  readonly results?: readonly Result[];
}

export type Result = "succeeded" | "failed" | "skipped";

type Token = { readonly kind: "text" | "name" | "mark"; readonly value: string };

function tokensOf(source: string): Token[] {
  const pattern = /\s*(?:'((?:[^']|'')*)'|([A-Za-z_][\w.]*)|([(),[\]]))/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < source.trimEnd().length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    if (match === null) throw new Error(`cannot read "${source.slice(at)}" of the expression "${source}"`);
    const [, text, name, mark] = match;
    if (text !== undefined) tokens.push({ kind: "text", value: text.replaceAll("''", "'") });
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
  Record<string, { min: number; max: number; call(args: unknown[], results: readonly Result[]): unknown }>
> = {
  eq: { min: 2, max: 2, call: ([a, b]) => same(a, b) },
  ne: { min: 2, max: 2, call: ([a, b]) => !same(a, b) },
  and: { min: 2, max: 9, call: (args) => args.every(truth) },
  or: { min: 2, max: 9, call: (args) => args.some(truth) },
  not: { min: 1, max: 1, call: ([value]) => !truth(value) },
  succeeded: { min: 0, max: 0, call: (_, results) => results.every((result) => result === "succeeded") },
  failed: { min: 0, max: 0, call: (_, results) => results.includes("failed") },
  succeededOrFailed: { min: 0, max: 0, call: (_, results) => !results.includes("skipped") },
  always: { min: 0, max: 0, call: () => true },
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
    const token = this.take();
    if (token.kind === "text") return token.value;
    if (token.kind === "mark") throw new Error(`"${token.value}" is no value`);
    if (token.value === "true" || token.value === "false") return token.value === "true";
    if (this.comes("(")) return this.call(token.value);
    if (token.value === "variables" && this.comes("[")) return this.variable();
    const [scope, name, ...rest] = token.value.split(".");
    if (scope === "parameters" && name !== undefined && rest.length === 0) return this.parameter(name);
    throw new Error(`"${token.value}" is not known to this runner`);
  }

  private parameter(name: string): unknown {
    const { parameters } = this.context;
    if (parameters === undefined || !(name in parameters)) throw new Error(`there is no parameter "${name}"`);
    return parameters[name];
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
    return known.call(args, this.context.results ?? []);
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

/** A text with its `${{ }}` replaced; one that is nothing else becomes the value itself. */
export function substitute(text: string, parameters: Readonly<Record<string, unknown>>): unknown {
  const whole = /^\$\{\{([^}]*)\}\}$/.exec(text);
  if (whole) return evaluate(whole[1] ?? "", { parameters });
  return text.replaceAll(/\$\{\{([^}]*)\}\}/g, (_, source: string) => {
    const value = evaluate(source, { parameters });
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new Error(`In "${text}": an object cannot be part of a text.`);
  });
}
