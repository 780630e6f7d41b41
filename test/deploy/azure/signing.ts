import type { Signing } from "../../../deploy/azure/signed-image";

/** What a command signs with and whom it trusts, as it is given. */
export const signingWith = (own: { signingKey?: string; trustedKeys?: string } = {}): Signing => ({
  signingKey: () => Promise.resolve(own.signingKey),
  trustedKeys: () => Promise.resolve(own.trustedKeys),
});
