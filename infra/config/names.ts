/**
 * What Azure allows as a name, as pure functions. Resources are named by Pulumi (a logical name and eight random
 * digits), which no two stacks share and no soft-deleted resource blocks; the names here are those that something
 * outside the program has to know.
 */

/** A rule for a name, and the same in words. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly allowed: string;
}

/** Rules of Azure's own documentation ("Naming rules and restrictions for Azure resources"), by what they name. */
export const nameRules = {
  /** A compute name that ends in a dash and digits is refused by Azure Machine Learning. */
  compute: {
    pattern: /^[a-z](?![a-z0-9-]*-\d+$)[a-z0-9-]{1,22}[a-z0-9]$/,
    allowed: "3 to 24 lower-case letters, digits and dashes, a letter first, and not a dash and digits last",
  },
  component: {
    pattern: /^[a-z][a-z0-9_]{0,254}$/,
    allowed: "at most 255 lower-case letters, digits and underscores, a letter first",
  },
  dnsLabel: {
    pattern: /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/,
    allowed: "3 to 63 lower-case letters, digits and dashes, a letter first and no dash last",
  },
  agentPool: { pattern: /^[a-z][a-z0-9]{0,11}$/, allowed: "at most 12 lower-case letters and digits" },
} as const satisfies Record<string, NameRule>;

/** The name, or an error that says what is wrong with it and where it comes from. */
export function requireName(rule: keyof typeof nameRules, name: string, source: string): string {
  const { pattern, allowed } = nameRules[rule];
  if (pattern.test(name)) return name;
  throw new RangeError(
    `"${name}" is not a name that Azure takes for a ${rule}. Allowed: ${allowed}. It is made of ${source}.`,
  );
}

/** `Standard_DS3_v2` at low priority is `cpu-ds3v2-low`: size and priority, as Azure never changes those of a cluster. */
export function computeName(kind: "cpu" | "gpu", vmSize: string, priority: "low" | "dedicated"): string {
  const size = vmSize
    .replace(/^Standard_/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
  // Long sizes keep their beginning, which is the family and the count of cores.
  const suffix = priority === "low" ? "low" : "ded";
  return requireName(
    "compute",
    `${kind}-${size.slice(0, 24 - kind.length - suffix.length - 2)}-${suffix}`,
    "the VM size and priority",
  );
}

/** Azure Machine Learning components and experiments have underscores where models have dashes. */
export function componentName(model: string, step: string): string {
  return requireName("component", `${model.replaceAll("-", "_")}_${step}`, "the model's name and the step's");
}
