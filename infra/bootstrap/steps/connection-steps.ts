import type { Azure } from "../clients/azure-clients";
import type { DevOps } from "../clients/devops-client";
import { explained, orAbsent } from "../clients/explain-error";
import { known, type Facts } from "../facts";
import { signInsOf, type SignIn, type Target } from "../names";
import { absent, stateOf, type Step } from "./step";

export interface DevOpsScope {
  readonly azure: Azure;
  readonly devops: DevOps;
  readonly target: Target;
  readonly facts: Facts;
}

/** A service connection as the Azure DevOps API returns it. */
interface Endpoint {
  readonly id: string;
  readonly name: string;
  readonly authorization?: {
    readonly scheme?: string;
    readonly parameters?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
}

export interface Listed<T> {
  readonly count: number;
  readonly value: readonly T[];
}

/** The audience that Entra ID requires in tokens that it exchanges. */
const audience = "api://AzureADTokenExchange";

/** The desired service connection: one subscription, with workload identity federation. */
function endpointOf({ facts }: DevOpsScope, { name, subscriptionId }: SignIn) {
  const { clientId } = known(facts.identities, name);
  return {
    name,
    type: "azurerm",
    url: "https://management.azure.com/",
    description: `mlops bootstrap: pipelines sign in as the managed identity ${name}`,
    authorization: {
      scheme: "WorkloadIdentityFederation",
      parameters: { tenantid: facts.caller.tenantId, serviceprincipalid: clientId },
    },
    data: {
      environment: "AzureCloud",
      scopeLevel: "Subscription",
      creationMode: "Manual",
      subscriptionId,
      subscriptionName: known(facts.subscriptionNames, subscriptionId),
    },
    isShared: false,
    isReady: true,
    serviceEndpointProjectReferences: [
      { name, description: "", projectReference: { id: facts.project.id, name: facts.project.name } },
    ],
  };
}

function connection(scope: DevOpsScope, signIn: SignIn): Step {
  const { name } = signIn;
  const { devops, facts } = scope;
  const what = `The service connection ${name}`;
  const project = facts.project.id;
  const find = async (): Promise<Endpoint | undefined> => {
    const path = `${project}/_apis/serviceendpoint/endpoints?endpointNames=${name}&api-version=7.1`;
    const { value } = await devops.get<Listed<Endpoint | null>>(what, path);
    // The list contains null for each connection that the caller cannot see.
    return value.find((endpoint) => endpoint?.name === name) ?? undefined;
  };
  return {
    name: `service connection ${name}`,
    describe: "workload identity federation, so no secret can leak or expire",
    find: async () => {
      const found = await find();
      if (found === undefined || !facts.identities.has(name)) return absent;
      const parameters = found.authorization?.parameters ?? {};
      facts.connections.set(name, {
        id: found.id,
        issuer: parameters.workloadIdentityFederationIssuer ?? "",
        subject: parameters.workloadIdentityFederationSubject ?? "",
      });
      const { type, authorization, data } = endpointOf(scope, signIn);
      const { subscriptionId } = data;
      return stateOf({ type, authorization, data: { subscriptionId } }, found);
    },
    create: async () => {
      const body = endpointOf(scope, signIn);
      const there = await find();
      if (there === undefined) {
        await devops.post(what, "_apis/serviceendpoint/endpoints?api-version=7.1", body);
      } else {
        const path = `_apis/serviceendpoint/endpoints/${there.id}?api-version=7.1`;
        await devops.put(what, path, { ...body, id: there.id });
      }
    },
  };
}

function federation({ azure, target, facts }: DevOpsScope, name: string): Step {
  const what = `The federated credential of ${name}`;
  const { federatedIdentityCredentials: credentials } = azure.identities;
  const wanted = () => {
    const { issuer, subject } = known(facts.connections, name);
    return { issuer, subject, audiences: [audience] };
  };
  return {
    name: `federated credential of ${name}`,
    describe: "Entra ID trusts this service connection, and no other",
    find: async () => {
      if (!facts.connections.has(name)) return absent;
      const found = await orAbsent(what, credentials.get(target.resourceGroup, name, "azure-devops"));
      return stateOf(wanted(), found);
    },
    create: async () => {
      await explained(what, credentials.createOrUpdate(target.resourceGroup, name, "azure-devops", wanted()));
    },
  };
}

/** Steps for the pipelines' sign-in to Azure: one service connection for each identity. */
export function connectionSteps(scope: DevOpsScope): Step[] {
  return signInsOf(scope.target).flatMap((signIn) => [
    connection(scope, signIn),
    federation(scope, signIn.name),
  ]);
}
