/**
 * Azure's naming rules, as pure functions. Pulumi names most resources (logical name and eight random digits), so that
 * stacks do not collide and soft-deleted resources block no name; the names here must be known outside the program.
 */

/** A naming rule, and the same in words. */
export interface NameRule {
  readonly pattern: RegExp;
  readonly allowed: string;
}

/** Rules from "Naming rules and restrictions for Azure resources", by kind of name. */
export const nameRules = {
  /** Azure Machine Learning refuses a compute name that ends in a dash and digits. */
  compute: {
    pattern: /^[a-z](?![a-z0-9-]*-\d+$)[a-z0-9-]{1,22}[a-z0-9]$/,
    allowed:
      "3 to 24 lower-case letters, digits and dashes, beginning with a letter and not ending in a dash and digits",
  },
  component: {
    pattern: /^[a-z][a-z0-9_]{0,254}$/,
    allowed: "at most 255 lower-case letters, digits and underscores, beginning with a letter",
  },
  dnsLabel: {
    pattern: /^[a-z][a-z0-9-]{1,61}[a-z0-9]$/,
    allowed:
      "3 to 63 lower-case letters, digits and dashes, beginning with a letter and not ending in a dash",
  },
  agentPool: { pattern: /^[a-z][a-z0-9]{0,11}$/, allowed: "at most 12 lower-case letters and digits" },
} as const satisfies Record<string, NameRule>;

/** Returns the name; throws RangeError that states the rule and where the name comes from. */
export function requireName(rule: keyof typeof nameRules, name: string, source: string): string {
  const { pattern, allowed } = nameRules[rule];
  if (pattern.test(name)) return name;
  throw new RangeError(
    `"${name}" is not a valid Azure name for a ${rule}. Allowed: ${allowed}. It is derived from ${source}.`,
  );
}

/** `Standard_DS3_v2` at low priority becomes `cpu-ds3v2-low`: a cluster's size and priority are immutable in Azure. */
export function computeName(kind: "cpu" | "gpu", vmSize: string, priority: "low" | "dedicated"): string {
  const size = vmSize
    .replace(/^Standard_/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
  // A long size is truncated; its beginning has the family and the number of cores.
  const suffix = priority === "low" ? "low" : "ded";
  return requireName(
    "compute",
    `${kind}-${size.slice(0, 24 - kind.length - suffix.length - 2)}-${suffix}`,
    "the VM size and priority",
  );
}

/** Name of an Azure Machine Learning component, with underscores instead of the model's dashes. */
export function componentName(model: string, step: string): string {
  return requireName("component", `${model.replaceAll("-", "_")}_${step}`, "the model's name and the step's");
}
