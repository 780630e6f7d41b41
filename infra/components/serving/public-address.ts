import * as azureNetwork from "@pulumi/azure-native/network";
import * as pulumi from "@pulumi/pulumi";
import { requireName } from "../../config/names";
import type { Placement } from "../../config/placement";
import { uuidOf } from "../../config/uuid";
import type { Scope } from "../foundation/access-scopes";

export interface PublicAddressArgs {
  readonly placement: Placement;
  readonly environment: string;
  /** Resource id of the placement's group. */
  readonly resourceGroupId: pulumi.Input<string>;
}

/**
 * The label of the address's DNS name, which has to be unique in its region. The group's name has random digits, so every
 * stack gets a different one, and the same again at each update.
 */
export function addressLabel(environment: string, resourceGroupName: string): string {
  const digits = uuidOf(`${resourceGroupName}/address`).slice(0, 8);
  return requireName("dnsLabel", `mlops-${environment}-${digits}`, "the environment's name");
}

/**
 * The public IP address of the cluster's gateway, with a DNS name of Azure's. It is made before the cluster and outlives it. A
 * label given to the gateway's Service instead is no option: the Istio add-on of AKS takes back the annotation for it.
 */
export class PublicAddress extends pulumi.ComponentResource {
  /** Name of the resource. */
  readonly name: pulumi.Output<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** DNS name: `mlops-<environment>-1a2b3c4d.westeurope.cloudapp.azure.com`. */
  readonly host: pulumi.Output<string>;
  readonly ip: pulumi.Output<string | undefined>;
  /** Scopes of the roles that the cluster needs to use the address, for `Access`. */
  readonly scopes: Readonly<Partial<Record<Scope, pulumi.Input<string>>>>;

  constructor(name: string, args: PublicAddressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:PublicAddress", name, {}, opts);

    const { resourceGroupName, location, tags } = args.placement;
    const label = pulumi
      .output(resourceGroupName)
      .apply((groupName) => addressLabel(args.environment, groupName));
    const address = new azureNetwork.PublicIPAddress(
      name,
      {
        resourceGroupName,
        location,
        tags,
        sku: { name: "Standard" },
        publicIPAllocationMethod: "Static",
        publicIPAddressVersion: "IPv4",
        dnsSettings: { domainNameLabel: label },
      },
      { parent: this },
    );

    this.name = address.name;
    this.resourceGroupName = resourceGroupName;
    // As Azure reports it, which knows the domains of its other clouds; before that, by the documented rule.
    this.host = pulumi
      .all([address.dnsSettings, label])
      .apply(([dns, given]) => dns?.fqdn ?? `${given}.${location}.cloudapp.azure.com`);
    this.ip = address.ipAddress;
    this.scopes = { publicAddress: address.id, publicAddresses: args.resourceGroupId };
    this.registerOutputs({ host: this.host, ip: this.ip });
  }
}
