import * as pulumi from "@pulumi/pulumi";
import * as authorization from "@pulumi/azure-native/authorization";
import { policiesOf, type PolicyRule, type PolicyScope } from "./azure-policies";

export interface GovernanceArgs extends Omit<PolicyScope, "registryLoginServer" | "cluster"> {
  readonly resourceGroupId: pulumi.Input<string>;
  /** The only registry, besides Microsoft's own, from which the cluster can pull images. */
  readonly registryLoginServer: pulumi.Input<string>;
  /** The AKS cluster in the group; undefined if it has none. */
  readonly clusterId?: pulumi.Input<string> | undefined;
}

/**
 * Azure Policy on the resource group: Azure denies or reports what breaks a rule, whoever requests it. Only built-in
 * policies that need no identity. infra/policy finds mistakes of this program before Azure is called.
 */
export class Governance extends pulumi.ComponentResource {
  readonly assignments: authorization.PolicyAssignment[];

  constructor(name: string, args: GovernanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Governance", name, {}, opts);
    const { resourceGroupId, registryLoginServer, clusterId, ...scope } = args;
    const rules = policiesOf({ ...scope, cluster: clusterId !== undefined, registryLoginServer });
    this.assignments = rules.map((rule) => this.assign(name, resourceGroupId, rule));
    this.registerOutputs({});
  }

  private assign(
    name: string,
    scope: pulumi.Input<string>,
    { role, definition, message, parameters }: PolicyRule,
  ): authorization.PolicyAssignment {
    const values = Object.entries(parameters).map(([key, value]) => [key, { value }] as const);
    return new authorization.PolicyAssignment(
      `${name}-${role}`,
      {
        scope,
        displayName: message,
        policyDefinitionId: `/providers/Microsoft.Authorization/${definition}`,
        enforcementMode: "Default",
        parameters: Object.fromEntries(values),
        nonComplianceMessages: [{ message }],
      },
      { parent: this },
    );
  }
}
