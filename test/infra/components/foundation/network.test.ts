import { PrivateNetwork, subnetPlan, zonesOf } from "../../../../infra/components/foundation/network";
import { countByType, ofType, registered } from "../../mocks";

const placement = { resourceGroupName: "rg", location: "westeurope", tags: { owner: "team" } };

const build = (isServing = false) => {
  const network = new PrivateNetwork("net", { placement, addressSpace: "10.40.0.0/16", isServing });
  network.connect("ml-endpoint", { id: "/ml", group: "amlworkspace" }, network);
  network.connect("vault-endpoint", { id: "/vault", group: "vault" }, network);
};

/** First and last address of a range, as numbers. */
function bounds(range: string): [number, number] {
  const [address = "", bits = ""] = range.split("/");
  const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return [first, first + 2 ** (32 - Number(bits)) - 1];
}

describe("the plan of subnets", () => {
  test.each(["10.40.0.0/16", "172.16.0.0/16", "192.168.0.0/16"])(
    "of %s has subnets within it that do not overlap",
    (space) => {
      const [min, max] = bounds(space);
      const ranges = Object.values(subnetPlan(space))
        .map(bounds)
        .sort(([one], [other]) => one - other);
      expect(ranges).toHaveLength(4);
      ranges.forEach(([first, last], index) => {
        expect(first).toBeGreaterThan(index === 0 ? min - 1 : (ranges[index - 1]?.[1] ?? 0));
        expect(last).toBeLessThanOrEqual(max);
      });
    },
  );

  test.each(["10.40.0.0/17", "10.40.1.0/16", "ten"])("of %s is refused", (space) => {
    expect(() => subnetPlan(space)).toThrow(/Expected a \/16 network/);
  });
});

describe("a private network", () => {
  test("has its subnets in line, each with rules of its own", async () => {
    const made = await registered(() => build());
    expect(countByType(made)).toEqual({
      "mlops:infra:PrivateNetwork": 1,
      "azure-native:network:VirtualNetwork": 1,
      "azure-native:network:NetworkSecurityGroup": 4,
      "azure-native:network:PublicIPAddress": 1,
      "azure-native:network:NatGateway": 1,
      "azure-native:privatedns:PrivateZone": 6,
      "azure-native:privatedns:VirtualNetworkLink": 6,
      "azure-native:network:PrivateEndpoint": 2,
      "azure-native:network:PrivateDnsZoneGroup": 2,
    });
    const [network] = ofType(made, "network:VirtualNetwork");
    expect(network?.inputs).toMatchObject({
      addressSpace: { addressPrefixes: ["10.40.0.0/16"] },
      tags: placement.tags,
    });
    const subnets = network?.inputs.subnets as Record<string, unknown>[];
    expect(subnets.map(({ name, addressPrefix }) => [name, addressPrefix])).toEqual([
      ["endpoints", "10.40.0.0/24"],
      ["containers", "10.40.1.0/24"],
      ["cluster", "10.40.16.0/20"],
      ["compute", "10.40.4.0/22"],
    ]);
    const ruled = subnets.map(({ networkSecurityGroup }) => (networkSecurityGroup as { id: string }).id);
    expect(new Set(ruled).size).toBe(4);
    expect(subnets.filter(({ defaultOutboundAccess }) => defaultOutboundAccess !== false)).toEqual([]);
    const exits = subnets.filter(({ natGateway }) => natGateway !== undefined);
    expect(exits.map(({ name }) => name)).toEqual(["containers", "compute"]);
    expect(subnets.filter(({ delegations }) => delegations !== undefined)).toMatchObject([
      {
        name: "containers",
        delegations: [{ serviceName: "Microsoft.ContainerInstance/containerGroups" }],
      },
    ]);
  });

  test.each([
    [true, ["80", "443"]],
    [false, undefined],
  ])(
    "lets the Internet reach the cluster's gateway, and no more, where it serves there: %s",
    async (serving, ports) => {
      const groups = ofType(await registered(() => build(serving)), "network:NetworkSecurityGroup");
      type Rule = Readonly<Record<string, unknown>>;
      const open = groups.flatMap(({ name, inputs }) =>
        ((inputs.securityRules ?? []) as Rule[])
          .filter(
            ({ access, sourceAddressPrefix }) =>
              access === "Allow" && sourceAddressPrefix !== "VirtualNetwork",
          )
          .map((rule) => [name, rule.sourceAddressPrefix, rule.destinationPortRanges]),
      );
      expect(open).toEqual(ports === undefined ? [] : [["net-cluster", "Internet", ports]]);
    },
  );

  test("lets nothing from the Internet reach containers or endpoints", async () => {
    const groups = ofType(await registered(() => build()), "network:NetworkSecurityGroup");
    const rulesOf = (subnet: string) =>
      groups.find(({ name }) => name === `net-${subnet}`)?.inputs.securityRules as Record<string, unknown>[];
    for (const [subnet, ports] of [
      ["endpoints", ["443", "445"]],
      ["containers", ["8080"]],
    ] as const) {
      expect(rulesOf(subnet)).toMatchObject([
        { access: "Allow", sourceAddressPrefix: "VirtualNetwork", destinationPortRanges: ports },
        { access: "Deny", direction: "Inbound", sourceAddressPrefix: "*", priority: 4096 },
      ]);
    }
    // Azure's own rules: all from the network, nothing from outside.
    expect([rulesOf("cluster"), rulesOf("compute")]).toEqual([undefined, undefined]);
  });

  test("finds the workspace by both of its names, and each zone from the network", async () => {
    const made = await registered(() => build());
    const zones = ofType(made, "privatedns:PrivateZone");
    expect(zones.map(({ inputs }) => String(inputs.privateZoneName)).sort()).toEqual(
      Object.values(zonesOf).flat().sort(),
    );
    expect(zones.every(({ inputs }) => inputs.location === "global")).toBe(true);
    expect(ofType(made, "privatedns:VirtualNetworkLink").map(({ inputs }) => inputs)).toEqual(
      Array.from({ length: 6 }, () => expect.objectContaining({ registrationEnabled: false }) as unknown),
    );
    const endpoint = ofType(made, "network:PrivateEndpoint").find(({ name }) => name === "ml-endpoint");
    expect(endpoint?.inputs).toMatchObject({
      subnet: { id: expect.stringMatching(/\/subnets\/endpoints$/) as unknown },
      privateLinkServiceConnections: [{ privateLinkServiceId: "/ml", groupIds: ["amlworkspace"] }],
    });
    const groups = ofType(made, "network:PrivateDnsZoneGroup");
    const names = groups.map(({ name, inputs }) => [
      name,
      (inputs.privateDnsZoneConfigs as { name: string; privateDnsZoneId: string }[]).map(
        ({ privateDnsZoneId }) => privateDnsZoneId.split("/").pop(),
      ),
    ]);
    expect(names.sort()).toEqual([
      ["ml-endpoint-names", ["net-api-azureml-ms", "net-notebooks-azure-net"]],
      ["vault-endpoint-names", ["net-vaultcore-azure-net"]],
    ]);
  });
});
