import * as azureNetwork from "@pulumi/azure-native/network";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";

/** Private DNS zones of a private endpoint, by its target's group id. */
export const zonesOf = {
  blob: ["privatelink.blob.core.windows.net"],
  file: ["privatelink.file.core.windows.net"],
  vault: ["privatelink.vaultcore.azure.net"],
  registry: ["privatelink.azurecr.io"],
  amlworkspace: ["privatelink.api.azureml.ms", "privatelink.notebooks.azure.net"],
} as const;

type EndpointGroup = keyof typeof zonesOf;

const subnetNames = ["endpoints", "containers", "cluster", "compute"] as const;
export type SubnetName = (typeof subnetNames)[number];

/** Address ranges of the subnets in a /16 network; the cluster gets the most, for its nodes and the surge nodes of upgrades. */
export function subnetPlan(addressSpace: string): Record<SubnetName, string> {
  const network = /^(\d{1,3}\.\d{1,3})\.0\.0\/16$/.exec(addressSpace)?.[1];
  if (network === undefined) {
    throw new RangeError(
      `The address space is "${addressSpace}". Expected a /16 network, such as 10.40.0.0/16. Set mlops:addressSpace.`,
    );
  }
  return {
    endpoints: `${network}.0.0/24`,
    containers: `${network}.1.0/24`,
    compute: `${network}.4.0/22`,
    cluster: `${network}.16.0/20`,
  };
}

interface Inbound {
  readonly name: string;
  readonly ports: readonly string[];
}

/** Ports of the gateway: HTTPS, and HTTP, which redirects there. */
const gatewayPorts = ["80", "443"];

/** Ports open to the network; undefined means all. The cluster's internal traffic must not be filtered here. */
const inbound: Readonly<Record<SubnetName, readonly Inbound[] | undefined>> = {
  endpoints: [{ name: "services", ports: ["443", "445"] }],
  containers: [{ name: "scoring", ports: ["8080"] }],
  compute: undefined,
  cluster: undefined,
};

/** Rules of a subnet's security group. An empty result leaves Azure's defaults: all from the network, nothing from outside. */
function rules(subnet: SubnetName, isServing: boolean) {
  const common = {
    direction: "Inbound",
    protocol: "Tcp",
    sourcePortRange: "*",
    destinationAddressPrefix: "*",
  };
  if (subnet === "cluster" && isServing) {
    const gateway = { name: "gateway", access: "Allow", priority: 100, sourceAddressPrefix: "Internet" };
    return { securityRules: [{ ...common, ...gateway, destinationPortRanges: gatewayPorts }] };
  }
  const allowed = inbound[subnet];
  if (allowed === undefined) return {};
  const securityRules = [
    ...allowed.map(({ name, ports }, index) => ({
      ...common,
      name,
      access: "Allow",
      priority: 100 + index,
      sourceAddressPrefix: "VirtualNetwork",
      destinationPortRanges: [...ports],
    })),
    {
      ...common,
      name: "nothing-else",
      access: "Deny",
      priority: 4096,
      protocol: "*",
      sourceAddressPrefix: "*",
      destinationPortRange: "*",
    },
  ];
  return { securityRules };
}

export interface PrivateNetworkArgs {
  readonly placement: Placement;
  /** Whether the internet reaches the cluster's gateway. AKS opens the nodes' interfaces for it, but never a subnet. */
  readonly isServing: boolean;
  /** A /16 network. */
  readonly addressSpace: string;
}

/** Target of a private endpoint. */
export interface EndpointTarget {
  readonly id: pulumi.Input<string>;
  readonly group: EndpointGroup;
}

/** A virtual network with the environment's subnets, and the private DNS zones that resolve services in it. */
export class PrivateNetwork extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  readonly subnets: Readonly<Record<SubnetName, pulumi.Output<string>>>;
  private readonly zones = new Map<string, privatedns.PrivateZone>();
  private readonly placement: Placement;

  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:PrivateNetwork", name, {}, opts);

    this.placement = args.placement;
    const network = this.createNetwork(name, args);
    this.id = network.id;
    this.subnets = {
      endpoints: pulumi.interpolate`${network.id}/subnets/endpoints`,
      containers: pulumi.interpolate`${network.id}/subnets/containers`,
      cluster: pulumi.interpolate`${network.id}/subnets/cluster`,
      compute: pulumi.interpolate`${network.id}/subnets/compute`,
    };
    for (const zoneName of Object.values(zonesOf).flat()) this.createZone(name, zoneName);

    this.registerOutputs({ id: this.id, subnets: this.subnets });
  }

  /**
   * Gives a service a private endpoint, and makes its public name resolve to that endpoint inside the network. The returned
   * resource exists once both are in place.
   */
  connect(name: string, target: EndpointTarget, parent: pulumi.Resource): pulumi.Resource {
    const { resourceGroupName, location, tags } = this.placement;
    const endpoint = new azureNetwork.PrivateEndpoint(
      name,
      {
        resourceGroupName,
        location,
        tags,
        subnet: { id: this.subnets.endpoints },
        privateLinkServiceConnections: [
          { name: target.group, privateLinkServiceId: target.id, groupIds: [target.group] },
        ],
      },
      { parent },
    );
    const privateDnsZoneConfigs = zonesOf[target.group].map((zoneName) => ({
      name: zoneName.replaceAll(".", "-"),
      // The id, not the name, so that the endpoint waits for the zone.
      privateDnsZoneId: this.zones.get(zoneName)?.id ?? "",
    }));
    return new azureNetwork.PrivateDnsZoneGroup(
      `${name}-names`,
      {
        resourceGroupName,
        privateEndpointName: endpoint.name,
        name: "default",
        privateDnsZoneGroupName: "default",
        privateDnsZoneConfigs,
      },
      { parent },
    );
  }

  private createNetwork(
    name: string,
    { addressSpace, isServing }: PrivateNetworkArgs,
  ): azureNetwork.VirtualNetwork {
    const { resourceGroupName, location, tags } = this.placement;
    const common = { resourceGroupName, location, tags };
    const plan = subnetPlan(addressSpace);
    const gateway = this.createGateway(name);
    const subnets = subnetNames.map((subnet) => {
      const group = new azureNetwork.NetworkSecurityGroup(
        `${name}-${subnet}`,
        { ...common, ...rules(subnet, isServing) },
        { parent: this },
      );
      return {
        name: subnet,
        addressPrefix: plan[subnet],
        networkSecurityGroup: { id: group.id },
        // Egress is through the NAT gateway, or the cluster's own: Azure is retiring default outbound access.
        defaultOutboundAccess: false,
        ...(subnet === "endpoints" && { privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled" }),
        ...((subnet === "containers" || subnet === "compute") && { natGateway: { id: gateway.id } }),
        ...(subnet === "containers" && {
          delegations: [
            { name: "container-instances", serviceName: "Microsoft.ContainerInstance/containerGroups" },
          ],
        }),
      };
    });
    // Subnets are inline, never separate resources: each way deletes the subnets of the other.
    return new azureNetwork.VirtualNetwork(
      name,
      { ...common, addressSpace: { addressPrefixes: [addressSpace] }, subnets },
      { parent: this },
    );
  }

  /** Egress for containers and training nodes, which have no public IP address. */
  private createGateway(name: string): azureNetwork.NatGateway {
    const { resourceGroupName, location, tags } = this.placement;
    const common = { resourceGroupName, location, tags };
    const address = new azureNetwork.PublicIPAddress(
      `${name}-way-out`,
      {
        ...common,
        sku: { name: "Standard" },
        publicIPAllocationMethod: "Static",
        publicIPAddressVersion: "IPv4",
      },
      { parent: this },
    );
    return new azureNetwork.NatGateway(
      `${name}-gateway`,
      {
        ...common,
        sku: { name: "Standard" },
        publicIpAddresses: [{ id: address.id }],
        idleTimeoutInMinutes: 4,
      },
      { parent: this },
    );
  }

  private createZone(name: string, zoneName: string): void {
    const { resourceGroupName, tags } = this.placement;
    const common = { resourceGroupName, tags, location: "global" };
    const role = zoneName.replace(/^privatelink\./, "").replaceAll(".", "-");
    const zone = new privatedns.PrivateZone(
      `${name}-${role}`,
      { ...common, privateZoneName: zoneName },
      { parent: this },
    );
    new privatedns.VirtualNetworkLink(
      `${name}-${role}-link`,
      {
        ...common,
        privateZoneName: zone.name,
        registrationEnabled: false,
        virtualNetwork: { id: this.id },
      },
      { parent: this },
    );
    this.zones.set(zoneName, zone);
  }
}
