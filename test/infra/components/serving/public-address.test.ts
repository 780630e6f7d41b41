import { addressLabel, PublicAddress } from "../../../../infra/components/serving/public-address";
import { countByType, ofType, registered, valueOf } from "../../mocks";

const placement = { resourceGroupName: "mlops1a2b3c4d", location: "westeurope", tags: { owner: "team" } };

test("the label is the same at each update, and another for another stack", () => {
  const label = addressLabel("prod", "mlops1a2b3c4d");
  expect(label).toMatch(/^mlops-prod-[0-9a-f]{8}$/);
  expect(addressLabel("prod", "mlops1a2b3c4d")).toBe(label);
  expect(addressLabel("prod", "mlops1a2b3c4e")).not.toBe(label);
  expect(() => addressLabel("p".repeat(60), "group")).toThrow(/not a valid Azure name for a dnsLabel/);
});

test("the address stays the same while it lives, and its name is known before Azure says it", async () => {
  let host: Promise<string> | undefined;
  let scopes: PublicAddress["scopes"] = {};
  const made = await registered(() => {
    const address = new PublicAddress("address", {
      placement,
      environment: "prod",
      resourceGroupId: "/group",
    });
    host = valueOf(address.host);
    ({ scopes } = address);
  });
  expect(countByType(made)).toEqual({
    "mlops:infra:PublicAddress": 1,
    "azure-native:network:PublicIPAddress": 1,
  });
  const label = addressLabel("prod", placement.resourceGroupName);
  expect(ofType(made, "network:PublicIPAddress")[0]?.inputs).toEqual({
    ...placement,
    sku: { name: "Standard" },
    publicIPAllocationMethod: "Static",
    publicIPAddressVersion: "IPv4",
    dnsSettings: { domainNameLabel: label },
  });
  expect(await host).toBe(`${label}.westeurope.cloudapp.azure.com`);
  expect(Object.keys(scopes)).toEqual(["publicAddress", "publicAddresses"]);
});
