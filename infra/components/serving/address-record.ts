import * as dns from "@pulumi/azure-native/dns";
import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { recordIn } from "../../config/exposure";

export interface AddressRecordArgs {
  /** Resource id of the zone, which may be in another subscription. */
  readonly zoneId: string;
  /** DNS name in that zone. */
  readonly host: string;
  readonly ip: pulumi.Input<string | undefined>;
}

/** Seconds for which resolvers keep the record: short enough for clients to follow an address that changes. */
const ttl = 300;

/** The record by which a name of the user's own leads to the gateway's public address. */
export class AddressRecord extends pulumi.ComponentResource {
  constructor(name: string, { zoneId, host, ip }: AddressRecordArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:AddressRecord", name, {}, opts);

    const [, , subscriptionId = "", , resourceGroupName = "", , , , zoneName = ""] = zoneId.split("/");
    const provider = new Provider(`${name}-zone`, { subscriptionId }, { parent: this });
    const ipv4Address = pulumi.output(ip).apply((address) => address ?? "");
    new dns.RecordSet(
      name,
      {
        resourceGroupName,
        zoneName,
        recordType: "A",
        relativeRecordSetName: recordIn(zoneId, host) ?? host,
        ttl,
        aRecords: [{ ipv4Address }],
      },
      { parent: this, provider },
    );
    this.registerOutputs({});
  }
}
