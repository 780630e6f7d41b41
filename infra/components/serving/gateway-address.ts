import { hasOwnAddress } from "../../config/exposure";
import { lastOutput } from "../../config/last-output";
import { projects } from "../../config/projects";
import type { StackConfig } from "../../config/stack-config";
import type { Foundation } from "../foundation/foundation";
import { AddressRecord } from "./address-record";
import { PublicAddress } from "./public-address";

/** The public address of the gateway, with the record of its own name where its zone is in Azure; undefined where it has none. */
export async function gatewayAddress(
  config: StackConfig,
  { placement, resourceGroup }: Foundation,
): Promise<PublicAddress | undefined> {
  if (!hasOwnAddress(config, await lastOutput(projects.environment, "serving"))) return undefined;
  const { environment, host, dnsZone } = config;
  const address = new PublicAddress("address", {
    placement,
    environment,
    resourceGroupId: resourceGroup.id,
  });
  if (host !== undefined && dnsZone !== undefined)
    new AddressRecord("address-record", { zoneId: dnsZone, host, ip: address.ip });
  return address;
}
