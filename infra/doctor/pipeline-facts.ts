import { PlatformError } from "../../platform/base/errors";
import { manifestName } from "../../platform/data/delivery";
import { readEnvironments } from "../../platform/release/environments";
import type { DevOps } from "../bootstrap/clients/devops-client";
import { duties, signedInto, signInName } from "../config/pipelines";
import type { StackConfig } from "../config/stack-config";
import type { AzureFacts } from "./azure-facts";
import type { Finding } from "./finding";
import {
  checkConnection,
  checkData,
  checkFederation,
  type FoundConnection,
  type FoundData,
} from "./pipeline-checks";

/** A service connection as the Azure DevOps API returns it; null if the caller cannot see it. */
type Endpoint = {
  readonly name: string;
  readonly authorization?: { readonly parameters?: Readonly<Record<string, string>> };
} | null;

/** Names of the service connections by which pipelines sign in to a stack; none for one outside environments.yml. */
function connectionsOf(stack: string): string[] {
  const { names } = readEnvironments();
  if (!names.includes(stack)) return [];
  return duties
    .filter((duty) => signedInto(duty, stack, names).length > 0)
    .map((duty) => signInName(duty, stack));
}

async function findConnection(devops: DevOps, project: string, name: string): Promise<FoundConnection> {
  const path = `${encodeURIComponent(project)}/_apis/serviceendpoint/endpoints?endpointNames=${name}&api-version=7.1`;
  const { value } = await devops.get<{ value: readonly Endpoint[] }>(`The service connection ${name}`, path);
  const found = value.find((endpoint) => endpoint?.name === name);
  if (found == null) return value.includes(null) ? "hidden" : "absent";
  const parameters = found.authorization?.parameters ?? {};
  return {
    name,
    issuer: parameters.workloadIdentityFederationIssuer ?? "",
    subject: parameters.workloadIdentityFederationSubject ?? "",
  };
}

/** Findings about how pipelines sign in to a stack: each service connection, and whether the identity of its name trusts it. */
export async function signInFindings(
  { devops, facts }: { readonly devops: DevOps; readonly facts: AzureFacts },
  { project, stack, resourceGroup }: Readonly<Record<"project" | "stack" | "resourceGroup", string>>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of connectionsOf(stack)) {
    const found = await findConnection(devops, project, name);
    const connection = checkConnection(name, found);
    findings.push(connection);
    if (typeof found === "string" || connection.status !== "ok") continue;
    findings.push(checkFederation(found, await facts.federations(resourceGroup, name), resourceGroup));
  }
  return findings;
}

/** Looks in the stack's storage for a delivery of its model's data. */
async function findData(facts: AzureFacts, { environment, model }: StackConfig): Promise<FoundData> {
  const account = await facts.storageAccount(environment);
  if (account === undefined) return "no storage";
  try {
    return (await facts.hasBlob(account, `data/${model}/${manifestName}`)) ? "delivered" : "no delivery";
  } catch (error) {
    // Whoever examines a stack need not be allowed to read its data, or be in its network.
    if (error instanceof PlatformError) return { unknown: error.message };
    throw error;
  }
}

/** Findings about the data of a stack's model, where the stack trains. */
export async function dataFindings(facts: AzureFacts, config: StackConfig): Promise<Finding[]> {
  const { environment: stack, model, trains } = config;
  if (!(trains ?? stack === readEnvironments().training)) return [];
  return [checkData({ model, stack }, await findData(facts, config))];
}
