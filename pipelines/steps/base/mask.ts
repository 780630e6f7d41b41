/** Placeholder for a secret, in Pulumi's output and in ours. */
export const secretMark = "[secret]";

/** Last path segments of properties, and names of variables, whose values are treated as secrets even if not marked. */
const secretName =
  /(password|passwd|secret|token|connection_?string|credentials?|(api|access|account|private|shared|primary|secondary|signing)_?key|sas_?(url|uri)?)$/i;

/** Properties that hold secrets, by resource type. */
const secretsOfTypes: Readonly<Record<string, RegExp>> = {
  "azure-native:keyvault:Secret": /^properties\.value$/,
  "kubernetes:core/v1:Secret": /^(data|stringData)\b/,
};

/** Checks the names in a path: `env[MLOPS_KEY].value` has the last segment `value` and the item `MLOPS_KEY`. */
function isSecretPath(path: string): boolean {
  const items = [...path.matchAll(/\[([^[\]]+)\]/g)].map(([, item]) => item ?? "");
  const last =
    path
      .replace(/\[\d+\]$/, "")
      .split(/[.[\]]/)
      .at(-1) ?? path;
  return [last, ...items].some((name) => secretName.test(name));
}

/** Patterns of credentials in any text; the first group is kept. */
const secretTexts: readonly RegExp[] = [
  /([?&]sig=)[^&\s"']+/gi,
  /((?:AccountKey|SharedAccessKey|SharedAccessSignature|InstrumentationKey|Password|Pwd)\s*=\s*)[^;\s"']+/gi,
  /(\bBearer\s+)[\w.~+/=-]{12,}/gi,
  /(:\/\/[^/\s:@]*:)[^/\s@]+(?=@)/g,
  /()\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/** Shorter values are ordinary words, not secrets. */
const minSecretCharacters = 8;

/** Values of environment variables with the name of a secret. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env)
    .filter(([name]) => secretName.test(name) || /WEBHOOK|PASSPHRASE/i.test(name))
    .map(([, value]) => value ?? "")
    .filter((value) => value.length >= minSecretCharacters);
}

/** Masks known secrets, and text that looks like a credential. */
export function maskText(text: string, known: readonly string[] = []): string {
  const without = known.reduce((masked, secret) => masked.replaceAll(secret, secretMark), text);
  return secretTexts.reduce((masked, pattern) => masked.replace(pattern, `$1${secretMark}`), without);
}

/** Whether a property must not be shown, whatever its value. */
export function isSecretProperty(type: string, path: string): boolean {
  return isSecretPath(path) || (secretsOfTypes[type]?.test(path) ?? false);
}
