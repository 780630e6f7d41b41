import { writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { generate } from "selfsigned";

/** A certificate for names, addresses and 127.0.0.1, signed by itself, and its private key. */
export async function makeCertificate(
  commonName: string,
  hosts: readonly string[] = ["localhost"],
): Promise<{ key: string; cert: string }> {
  const names = hosts.map((value) =>
    isIP(value) ? ({ type: 7, ip: value } as const) : ({ type: 2, value } as const),
  );
  const { private: key, cert } = await generate([{ name: "commonName", value: commonName }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }, ...names] }],
  });
  return { key, cert };
}

/** Writes one for 127.0.0.1 and localhost. */
export async function writeCertificate(
  name: string,
  files: { key: string; certificate: string },
): Promise<void> {
  const { key, cert } = await makeCertificate(name);
  await writeFile(files.key, key);
  await writeFile(files.certificate, cert);
}
