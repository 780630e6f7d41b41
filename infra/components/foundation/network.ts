import * as azureNetwork from "@pulumi/azure-native/network";
import * as privatedns from "@pulumi/azure-native/privatedns";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";

/** Private DNS zones in which the name of a private endpoint is found, by what the endpoint leads to. */
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

/** Address ranges of the subnets in a /16 network: the cluster has the most, for its nodes and those of an upgrade. */
export function subnetPlan(addressSpace: string): Record<SubnetName, string> {
  const network = /^(\d{1,3}\.\d{1,3})\.0\.0\/16$/.exec(addressSpace)?.[1];
  if (network === undefined) {
    throw new RangeError(
      `The address space is "${addressSpace}". Expected a /16 network, as in 10.40.0.0/16. Set mlops:addressSpace.`,
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

/** The gateway's: HTTPS, and HTTP that leads there. */
const gatewayPorts = ["80", "443"];

/** What may be reached from within the network, where not all of it; the cluster's own traffic must not be filtered here. */
const inbound: Readonly<Record<SubnetName, readonly Inbound[] | undefined>> = {
  endpoints: [{ name: "services", ports: ["443", "445"] }],
  containers: [{ name: "scoring", ports: ["8080"] }],
  compute: undefined,
  cluster: undefined,
};

/** Without rules of its own a group has Azure's: all from within the network, nothing from outside. */
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
  /** Whether the internet reaches the cluster's gateway. AKS opens its nodes' interfaces for it, and never a subnet. */
  readonly isServing: boolean;
  /** A /16 network. */
  readonly addressSpace: string;
}

/** What a private endpoint leads to. */
export interface EndpointTarget {
  readonly id: pulumi.Input<string>;
  readonly group: EndpointGroup;
}

/** A virtual network with subnets for all that runs, and the private DNS zones by which services are found in it. */
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
   * Gives a service an address in the network, and its public name that address for whoever asks from within; the resource
   * that is returned is there when both are.
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
      // Not its name: an endpoint is to wait for the zone.
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
        // The way out is the gateway, or the cluster's own: Azure is doing away with one that nobody asked for.
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
    // Subnets are members of the network and never resources of their own: the two ways erase one another's.
    return new azureNetwork.VirtualNetwork(
      name,
      { ...common, addressSpace: { addressPrefixes: [addressSpace] }, subnets },
      { parent: this },
    );
  }

  /** The way out for containers and training nodes, which have no public address of their own. */
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
