import { AddressRecord } from "../../../../infra/components/serving/address-record";
import { ofType, optionsOf, registered, subscriptionId } from "../../mocks";

const zoneId = `/subscriptions/${subscriptionId}/resourceGroups/names/providers/Microsoft.Network/dnsZones/example.com`;
const args = { zoneId, host: "score.example.com", ip: "203.0.113.7" };

test("a name's record leads to the address, in the zone's own group and subscription", async () => {
  const made = await registered(() => new AddressRecord("record", args));
  expect(ofType(made, "dns:RecordSet")[0]?.inputs).toEqual({
    resourceGroupName: "names",
    zoneName: "example.com",
    recordType: "A",
    relativeRecordSetName: "score",
    ttl: 300,
    aRecords: [{ ipv4Address: "203.0.113.7" }],
  });
  expect(ofType(made, "providers:azure-native")[0]?.inputs).toMatchObject({ subscriptionId });
  const options = await optionsOf((opts) => new AddressRecord("record", args, opts));
  expect(options.get("dns:RecordSet record")?.provider).toBeDefined();
});
