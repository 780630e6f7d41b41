/** Names of variables whose values are secrets. */
const secretName =
  /(KEY|SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|CONNECTION_?STRING|SAS|COOKIE|AUTH)(_|$)/i;
/** Shorter values are words that may be anywhere. */
const minSecretLength = 8;
const mask = "***";

/**
 * What a trainer's program is given of this process's environment: all but this product's own settings, which are none of its
 * business and may name keys.
 */
export function environmentOfProgram(
  env: NodeJS.ProcessEnv,
  own: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("MLOPS_"));
  return { ...Object.fromEntries(kept), ...own };
}

/** A function that replaces the values of an environment's secrets in a line: what a program prints is kept and shown. */
export function maskSecrets(env: NodeJS.ProcessEnv): (line: string) => string {
  const secrets = Object.entries(env)
    .flatMap(([name, value]) =>
      value !== undefined && value.length >= minSecretLength && secretName.test(name) ? [value] : [],
    )
    // One may be a part of another.
    .sort((a, b) => b.length - a.length);
  // An address with a password, such as that of a package index, is printed when it does not answer.
  const inAddress = /(?<=[a-z]:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/g;
  return (line) =>
    secrets.reduce((masked, secret) => masked.replaceAll(secret, mask), line).replace(inAddress, mask);
}
