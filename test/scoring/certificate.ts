import { writeFile } from "node:fs/promises";
import { generate } from "selfsigned";

/** Writes a certificate for 127.0.0.1 and localhost, signed by itself, and its private key. */
export async function writeCertificate(
  name: string,
  files: { key: string; certificate: string },
): Promise<void> {
  const altNames = [
    { type: 7, ip: "127.0.0.1" },
    { type: 2, value: "localhost" },
  ] as const;
  const pems = await generate([{ name: "commonName", value: name }], {
    keySize: 2048,
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [...altNames] }],
  });
  await writeFile(files.key, pems.private);
  await writeFile(files.certificate, pems.cert);
}
