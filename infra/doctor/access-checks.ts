import { bootstrapRoles, resourceProviders } from "../bootstrap/grants";
import { isExposed } from "../config/exposure";
import type { StackConfig } from "../config/stack-config";
import { failed, ok, type Finding } from "./finding";

const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const userAccessAdministrator = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";
const { Contributor: contributor } = bootstrapRoles;
const rbacAdministrator = bootstrapRoles["Role Based Access Control Administrator"];
const policyContributor = bootstrapRoles["Resource Policy Contributor"];

export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

export function checkSubscription({ id, name, state }: Subscription): Finding {
  return state === "Enabled"
    ? ok("subscription", `${name} (${id})`)
    : failed(
        "subscription",
        `${name} (${id}) is ${state}, so no resources can be created in it`,
        "az account set --subscription <another one>",
      );
}

/** Permissions that a stack's update needs; any one of `roles` grants each. */
const needs = [
  { name: "Contributor", roles: [owner, contributor], why: "creates resources" },
  {
    name: "Role Based Access Control Administrator",
    roles: [owner, rbacAdministrator, userAccessAdministrator],
    why: "assigns roles to the stack's identities",
  },
  {
    name: "Resource Policy Contributor",
    roles: [owner, policyContributor],
    why: "assigns Azure Policy; not needed with mlops:policyAssignments false",
    policyOnly: true,
  },
] as const;

/** Checks whether the caller's roles on the subscription suffice for an update. */
export function checkRoles(held: {
  /** Role definition ids; only the last segment is compared. */
  readonly roleIds: readonly string[];
  readonly objectId: string;
  readonly subscriptionId: string;
  readonly policyAssignments: boolean;
}): Finding[] {
  const ids = new Set(held.roleIds.map((id) => id.split("/").at(-1)?.toLowerCase()));
  return needs
    .filter((need) => held.policyAssignments || !("policyOnly" in need))
    .map(({ name, roles, why }) =>
      roles.some((role) => ids.has(role))
        ? ok(`role ${name}`, why)
        : failed(
            `role ${name}`,
            `you have neither this role nor Owner on the subscription; it ${why}`,
            `az role assignment create --assignee-object-id ${held.objectId} --role "${name}" --scope /subscriptions/${held.subscriptionId}`,
          ),
    );
}

/** Checks whether the resource providers of a stack are registered. */
export function checkProviders(
  registered: readonly string[],
  wanted: readonly string[] = resourceProviders,
): Finding {
  const there = new Set(registered.map((provider) => provider.toLowerCase()));
  const missing = wanted.filter((provider) => !there.has(provider.toLowerCase()));
  return missing.length === 0
    ? ok("resource providers", `all ${wanted.length} are registered`)
    : failed(
        "resource providers",
        `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not registered`,
        missing.map((provider) => `az provider register --wait --namespace ${provider}`).join(" && "),
      );
}

/** Checks whether AKS supports a Kubernetes version: it refuses to create a cluster with any other. */
export function checkKubernetes(asked: {
  /** For example 1.36 or 1.36.2. */
  readonly wanted: string;
  readonly supported: readonly string[];
  readonly environment: string;
}): Finding {
  const minor = asked.wanted.split(".").slice(0, 2).join(".");
  if (asked.supported.includes(minor)) return ok("Kubernetes", `AKS supports ${asked.wanted}`);
  const newestFirst = [...asked.supported].sort((one, other) =>
    other.localeCompare(one, "en", { numeric: true }),
  );
  // Neither the newest, which add-ons may not support yet, nor the one that loses support next.
  const better = newestFirst[Math.min(1, newestFirst.length - 1)] ?? "<version>";
  return failed(
    "Kubernetes",
    `AKS does not support ${asked.wanted} in this region; supported: ${newestFirst.join(", ") || "none"}`,
    `pulumi config set --stack ${asked.environment} mlops:kubernetesVersion ${better}`,
  );
}

/** Checks whether a globally unique name is free, or already ours. */
export function checkName(name: {
  readonly kind: string;
  readonly name: string;
  readonly available: boolean;
  readonly ours: boolean;
  readonly message?: string | undefined;
}): Finding {
  const check = `name of ${name.kind}`;
  if (name.ours) return ok(check, `${name.name} exists, from \`npm run bootstrap\``);
  if (name.available) return ok(check, `${name.name} is free`);
  return failed(
    check,
    `${name.name} is taken${name.message === undefined ? "" : `: ${name.message}`}`,
    "npm run bootstrap -- ... --resource-group <another name>",
  );
}

/** Whether a release, and clients, can reach what serves. */
export function checkAddress(
  config: Pick<StackConfig, "scoring" | "exposure" | "host" | "network" | "environment">,
): Finding[] {
  const { scoring, exposure, host, environment } = config;
  if (scoring !== "kubernetes") return [];
  if (host !== undefined) return [ok("address", `https://${host}`)];
  if (isExposed(config))
    return [ok("address", "a name of Azure's, with a certificate that the stack's vault makes")];
  if (exposure === "internal")
    return [
      ok(
        "address",
        "only pods of its cluster can call it (mlops:exposure internal), so releases have to run in one",
      ),
    ];
  const says = `${environment} is in a private network without a name, so only pods of its cluster can call it, and a release ends when it tests its canary from elsewhere`;
  const set = `pulumi config set --stack ${environment} mlops:exposure`;
  return [failed("address", says, `${set} external, or ${set} internal where releases run in pods`)];
}
