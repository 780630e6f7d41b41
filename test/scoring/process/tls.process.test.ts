import { readFileSync } from "node:fs";
import { copyFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { writeCertificate } from "../../platform/http/certificate";
import { row, writeCostModel } from "../model-fixture";
import { until, usePrograms } from "./scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();

function settings(): Record<string, string | undefined> {
  return {
    MLOPS_MODEL_DIRECTORY: folder("model"),
    MLOPS_TLS_CERT: folder("tls.crt"),
    MLOPS_TLS_KEY: folder("tls.key"),
  };
}

async function use(name: string): Promise<void> {
  await copyFile(folder(`${name}.crt`), folder("tls.crt"));
  await copyFile(folder(`${name}.key`), folder("tls.key"));
}

function shake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const all = { port, host: "127.0.0.1", rejectUnauthorized: false, ...options };
    const socket = connect(all, () => resolve(socket));
    socket.on("error", reject);
  });
}

async function nameAt(port: number): Promise<string | undefined> {
  const socket = await shake(port);
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN as string;
}

function score(port: number, certificate: string): Promise<{ status?: number; security?: string }> {
  const body = JSON.stringify({ data: [row] });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const ca = readFileSync(folder(certificate));
  return new Promise((resolve, reject) => {
    const call = request(
      { host: "127.0.0.1", port, path: "/score", method: "POST", headers, ca },
      (answer) => {
        answer.resume();
        const { statusCode: status, headers: got } = answer;
        const security = got["strict-transport-security"];
        resolve({ ...(status !== undefined && { status }), ...(security !== undefined && { security }) });
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

test("answers over TLS 1.2 and 1.3 only, and takes a new certificate without a restart", async () => {
  await writeCostModel(folder("model"));
  await writeCertificate("first", { key: folder("first.key"), certificate: folder("first.crt") });
  await writeCertificate("second", { key: folder("second.key"), certificate: folder("second.crt") });
  await use("first");
  const program = start(settings());
  const port = await program.port();
  expect(await score(port, "first.crt")).toEqual({ status: 200, security: "max-age=31536000" });
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  await expect(
    shake(port, { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }),
  ).rejects.toThrow();
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const socket = await shake(port, { minVersion: version, maxVersion: version });
    expect(socket.getProtocol()).toBe(version);
    socket.destroy();
  }
  // Half of a change: the certificate is not the key's.
  const open = await shake(port);
  await copyFile(folder("second.crt"), folder("tls.crt"));
  await until(() =>
    program.output.includes("The certificate cannot be read; the previous one stays in use."),
  );
  expect(await nameAt(port)).toBe("first");
  await use("second");
  await until(async () => (await nameAt(port)) === "second");
  expect((await score(port, "second.crt")).status).toBe(200);
  // A connection from before goes on.
  const answer = new Promise<string>((resolve) =>
    open.once("data", (part: Buffer) => resolve(part.toString())),
  );
  open.write("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
  expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
  open.destroy();
  program.signal("SIGTERM");
  expect(await program.ended).toBe(0);
});

test("files that are no certificate and key end the process with 2, in one line", async () => {
  await writeCostModel(folder("model"));
  const missing = start(settings());
  expect(await missing.ended).toBe(2);
  expect(missing.output).toMatch(/^\S+tls\.crt does not exist\. MLOPS_TLS_CERT names a PEM file\./);
  await writeFile(folder("tls.crt"), "no certificate");
  await writeFile(folder("tls.key"), "no key");
  const wrong = start(settings());
  expect(await wrong.ended).toBe(2);
  expect(wrong.output).toMatch(/tls\.key are not a certificate and its private key in PEM: .*\n$/);
  const half = start({ ...settings(), MLOPS_TLS_KEY: undefined });
  expect(await half.ended).toBe(2);
  expect(half.output).toContain("MLOPS_TLS_CERT is set without MLOPS_TLS_KEY.");
});
