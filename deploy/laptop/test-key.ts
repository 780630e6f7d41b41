import { createHmac } from "node:crypto";
import type { GatewayAddress } from "./deployment-file";

/**
 * The key by which a gateway's operator marks requests as tests. It follows from the operator's token, which only the
 * owner of gateway.json can read, and does not give that away: scoring processes and requests have no need of it.
 */
export function testKeyOf({ token }: Pick<GatewayAddress, "token">): string {
  return createHmac("sha256", token).update("x-mlops-test").digest("hex");
}
