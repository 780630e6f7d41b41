import type { Azure } from "../clients/azure-clients";
import type { DevOpsScope, Listed } from "./connection-steps";
import { explained } from "../clients/explain-error";
import type { Environment } from "../names";
import { stateOf, type Step } from "./step";

/** A stack's identity that starts pipelines; it exists once the stack is created. */
export interface ReleaseIdentity {
  readonly name: string;
  readonly principalId: string;
}

/** The name that infra/components/foundation/identities.ts and Pulumi give it. */
const releaseName = /-release[0-9a-f]{8}$/;

/** The identities of existing stacks with which a registered model starts its release; those stacks are the ones that train. */
export async function findReleaseIdentities(
  azure: Azure,
  environments: readonly Environment[],
): Promise<ReleaseIdentity[]> {
  const found: ReleaseIdentity[] = [];
  for (const { name: environment, subscriptionId } of environments) {
    const { userAssignedIdentities } = azure.identitiesOf(subscriptionId);
    await explained(
      `The identities of ${subscriptionId}`,
      (async () => {
        for await (const { name = "", principalId = "", tags } of userAssignedIdentities.listBySubscription())
          if (releaseName.test(name) && tags?.environment === environment) found.push({ name, principalId });
      })(),
    );
  }
  return found;
}

/** Adds the release identities to the project as contributors, so that they can queue its pipelines. */
export function memberSteps({ devops, facts }: DevOpsScope, identities: readonly ReleaseIdentity[]): Step[] {
  return identities.map(({ name, principalId }) => {
    const what = `The member ${name}`;
    return {
      name: `member ${name}`,
      describe: "a registered model starts mlops-release",
      find: async () => {
        const path = `${devops.identitiesUrl}/_apis/graph/serviceprincipals?api-version=7.1-preview.1`;
        const { value } = await devops.get<Listed<{ originId?: string }>>(what, path);
        return stateOf(
          {},
          value.find(({ originId }) => originId === principalId),
        );
      },
      create: async () => {
        const path = `${devops.entitlementsUrl}/_apis/serviceprincipalentitlements?api-version=7.1-preview.1`;
        await devops.post(what, path, {
          accessLevel: { licensingSource: "account", accountLicenseType: "express" },
          servicePrincipal: { origin: "aad", originId: principalId, subjectKind: "servicePrincipal" },
          projectEntitlements: [
            { group: { groupType: "projectContributor" }, projectRef: { id: facts.project.id } },
          ],
        });
      },
    };
  });
}
