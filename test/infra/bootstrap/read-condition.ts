/** A request that a condition of Azure's access control is asked about. */
interface Asked {
  /** Such as `Microsoft.Authorization/roleAssignments/write`. */
  readonly action: string;
  /** Values by `Request` or `Resource` and the last part of the attribute's name, such as `Request PrincipalId`. */
  readonly attributes: Readonly<Record<string, string>>;
}

type Reading = (asked: Asked) => boolean;

const tokens =
  /\s*(?:(\(|\)|!|AND\b|OR\b)|ActionMatches\{'([^']+)'\}|@(Request|Resource)\[[\w./]+:(\w+)\] (ForAny\w+:\w+) \{([^}]*)\})/y;

/** What the operators say of one value of the request and the values of the condition; case does not count. */
const operators: Readonly<Record<string, (value: string, values: readonly string[]) => boolean>> = {
  "ForAnyOfAnyValues:GuidEquals": (value, values) => values.includes(value),
  "ForAnyOfAnyValues:StringEqualsIgnoreCase": (value, values) => values.includes(value),
  "ForAnyOfAllValues:GuidNotEquals": (value, values) => !values.includes(value),
};

type Token = string | Reading;

function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  tokens.lastIndex = 0;
  while (tokens.lastIndex < text.length) {
    const at = tokens.lastIndex;
    const match = tokens.exec(text);
    if (match === null) throw new Error(`This is no part of a condition: ${text.slice(at, at + 60)}`);
    const [, sign, action, source = "", attribute = "", operator = "", list = ""] = match;
    if (sign !== undefined) found.push(sign);
    else if (action !== undefined) found.push((asked) => asked.action === action);
    else {
      const values = list.split(",").map((one) => one.trim().replaceAll("'", "").toLowerCase());
      const holds = operators[operator];
      if (holds === undefined) throw new Error(`Unknown operator ${operator}`);
      found.push(({ attributes }) =>
        holds((attributes[`${source} ${attribute}`] ?? "").toLowerCase(), values),
      );
    }
  }
  return found;
}

/** Reads a condition as Azure does, and says of a request whether it is allowed; an operator that it does not know is an error. */
export function readCondition(text: string): Reading {
  const rest = tokensOf(text);
  const take = (sign: string): boolean => {
    if (rest[0] !== sign) return false;
    rest.shift();
    return true;
  };
  const one = (): Reading => {
    if (take("!")) {
      const inner = one();
      return (asked) => !inner(asked);
    }
    if (take("(")) {
      const inner = either();
      if (!take(")")) throw new Error(`A ")" is missing before ${String(rest[0])}`);
      return inner;
    }
    const leaf = rest.shift();
    if (typeof leaf !== "function") throw new Error(`Unexpected ${String(leaf)}`);
    return leaf;
  };
  const both = (): Reading => {
    const parts = [one()];
    while (take("AND")) parts.push(one());
    return (asked) => parts.every((part) => part(asked));
  };
  const either = (): Reading => {
    const parts = [both()];
    while (take("OR")) parts.push(both());
    return (asked) => parts.some((part) => part(asked));
  };
  const whole = either();
  if (rest.length > 0) throw new Error(`Unexpected ${String(rest[0])}`);
  return whole;
}
