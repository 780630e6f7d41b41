import { scopes, tokenOf, type AzureCredential, type Tokens } from "../../platform/azure/credentials";
import { AzureClient, type AzureConnection } from "../../platform/azure/azure-client";
import { PlatformError } from "../../platform/base/errors";
import { callerOf } from "../bootstrap/clients/azure-clients";
import { DevOps, type DevOpsOptions } from "../bootstrap/clients/devops-client";
import { stateNames } from "../bootstrap/names";
import { runProgram, type RunProgram } from "../bootstrap/run-program";
import type { StackConfig } from "../config/stack-config";
import {
  checkAddress,
  checkKubernetes,
  checkName,
  checkProviders,
  checkRoles,
  checkSubscription,
} from "./access-checks";
import { AzureFacts } from "./azure-facts";
import { failed, ok, type Finding } from "./finding";
import { modelFindings } from "./model-checks";
import { dataFindings, signInFindings } from "./pipeline-facts";
import { checkQuotas, vmNeeds } from "./quota-checks";
import { checkTool, toolsFor } from "./tool-checks";

export interface Examined {
  readonly config: StackConfig;
  /** Undefined if none is given and the Azure CLI has none. */
  readonly subscriptionId: string | undefined;
  readonly resourceGroup: string;
  readonly credential: AzureCredential;
  readonly versions: { readonly pulumi: string; readonly node: string };
  readonly run?: RunProgram;
  readonly connection?: AzureConnection;
  readonly devOpsOptions?: DevOpsOptions;
  /** Address of an account's blobs. */
  readonly blobUrl?: (account: string) => string;
}

/** A check's findings. An error of the check becomes a finding, so that the other checks still run. */
async function look(check: string, mend: string, findings: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await findings();
  } catch (error) {
    if (error instanceof PlatformError) return [failed(check, error.message, mend)];
    throw error;
  }
}

async function toolFindings({ config, versions, run = runProgram }: Examined): Promise<Finding[]> {
  const tools = toolsFor(config, versions);
  return Promise.all(tools.map(async (tool) => checkTool(tool, await run(tool.name, tool.args))));
}

async function quotaFindings(facts: AzureFacts, config: StackConfig): Promise<Finding[]> {
  const { location } = config;
  return checkQuotas(vmNeeds(config), {
    location,
    skus: await facts.vmSkus(location),
    compute: await facts.usages("Microsoft.Compute", location),
    machineLearning: await facts.usages("Microsoft.MachineLearningServices", location),
  });
}

async function nameFindings(
  facts: AzureFacts,
  { subscriptionId, resourceGroup }: { readonly subscriptionId: string; readonly resourceGroup: string },
): Promise<Finding[]> {
  const { account, vault } = stateNames({ subscriptionId, resourceGroup });
  return [
    checkName({
      kind: "state account",
      name: account,
      ...(await facts.name("Microsoft.Storage/storageAccounts", account)),
    }),
    checkName({
      kind: "state vault",
      name: vault,
      ...(await facts.name("Microsoft.KeyVault/vaults", vault)),
    }),
  ];
}

async function devOpsFindings(
  { config, credential, devOpsOptions, resourceGroup }: Examined,
  facts: AzureFacts,
): Promise<Finding[]> {
  const check = "Azure DevOps";
  const [organisation = "", project = ""] = (config.devOpsProject ?? "").split("/");
  if (organisation === "")
    return [{ check, status: "unknown", says: "no project is set", mend: "npm run bootstrap -- --help" }];
  const devops = new DevOps(organisation, await tokenOf(credential, scopes.devOps), devOpsOptions);
  const { releasePipelineId: id } = config;
  const name = encodeURIComponent(project);
  await devops.get(`The project ${project}`, `_apis/projects/${name}?api-version=7.1`);
  if (id === undefined) return [failed(check, "no release pipeline is set", "npm run bootstrap")];
  const found = await devops.find(`The pipeline ${id}`, `${name}/_apis/pipelines/${id}?api-version=7.1`);
  const stack = config.environment;
  return [
    found === undefined
      ? failed(check, `${organisation}/${project} has no pipeline ${id}`, "npm run bootstrap")
      : ok(check, `${organisation}/${project}, release pipeline ${id}`),
    ...(await signInFindings({ devops, facts }, { project, stack, resourceGroup })),
  ];
}

/** A check: its name, the command with which a person can check it, and the function that does. */
type Inspection = readonly [check: string, mend: string, findings: () => Promise<Finding[]>];

function kubernetesInspection(facts: AzureFacts, config: StackConfig): Inspection {
  const { location, environment, kubernetesVersion: wanted } = config;
  return [
    "Kubernetes",
    `az aks get-versions --location ${location} --output table`,
    async () => [
      checkKubernetes({ wanted, environment, supported: await facts.kubernetesVersions(location) }),
    ],
  ];
}

/** Checks for the usual causes of failure on this machine, in the subscription and in Azure DevOps. */
export async function examine(examined: Examined): Promise<Finding[]> {
  const { config, subscriptionId, credential } = examined;
  const findings = [
    ...(await toolFindings(examined)),
    ...checkAddress(config),
    ...(await modelFindings(config)),
  ];
  let objectId = "";
  const signIn = await look("sign-in", "az login", async () => {
    const caller = callerOf(await tokenOf(credential, scopes.management));
    ({ objectId } = caller);
    return [ok("sign-in", `${caller.objectId} in tenant ${caller.tenantId}`)];
  });
  findings.push(...signIn);
  // Without an identity every other check would fail for the same reason.
  if (objectId === "") return findings;
  if (subscriptionId === undefined)
    return [
      ...findings,
      failed("subscription", "no subscription is chosen", "az login, or --subscription <id>"),
    ];
  const tokens: Tokens = (scope) => tokenOf(credential, scopes[scope]);
  const client = new AzureClient({ tokens, ...examined.connection });
  const facts = new AzureFacts(client, subscriptionId, examined.blobUrl);
  const inspections: readonly Inspection[] = [
    [
      "subscription",
      "az account list --output table",
      async () => [checkSubscription(await facts.subscription())],
    ],
    [
      "roles",
      `az role assignment list --all --assignee ${objectId}`,
      async () => {
        const { policyAssignments } = config;
        const roleIds = await facts.roleIds(objectId);
        return checkRoles({ roleIds, objectId, subscriptionId, policyAssignments });
      },
    ],
    [
      "resource providers",
      "az provider list --output table",
      async () => [checkProviders(await facts.registeredProviders())],
    ],
    [
      "quotas",
      `az vm list-usage --location ${config.location} --output table`,
      () => quotaFindings(facts, config),
    ],
    ...(config.scoring === "kubernetes" ? [kubernetesInspection(facts, config)] : []),
    ["names", "npm run doctor", () => nameFindings(facts, { ...examined, subscriptionId })],
    ["Azure DevOps", "npm run bootstrap", () => devOpsFindings(examined, facts)],
    [
      "data",
      `npm run mlops -- data push --model ${config.model} --stack ${config.environment}`,
      () => dataFindings(facts, config),
    ],
  ];
  for (const [check, mend, findingsOf] of inspections)
    findings.push(...(await look(check, mend, findingsOf)));
  return findings;
}
