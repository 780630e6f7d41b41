import { describeLocation } from "../http/address";

/** An address may carry a signature that opens what it leads to. */
function withoutSignature(value: unknown): unknown {
  return typeof value === "string" ? describeLocation(value) : value;
}

/** Settings as they may be logged: the value of a key, token, password or connection string is masked. */
export function describeSettings(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const secret = /(key|token|secret|password|credential|connectionString)$/i;
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      secret.test(name) && value !== undefined ? "********" : withoutSignature(value),
    ]),
  );
}
