import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { SparkSession, sparkReason } from "../../../../platform/sql/spark/spark-session";
import { makeCertificate } from "../../http/certificate";
import { openEngineAt } from "../../../../platform/sql/open-engine";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A server that answers each request in the way given. */
async function serve(answer: Parameters<typeof createServer>[1]): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(answer))}/cliservice`;
}

test.each([
  [401, "It does not know who asks. Check MLOPS_SPARK_TOKEN"],
  [403, "Whoever signs in may not use it"],
  [404, "There is nothing at this path"],
  [405, "No HiveServer2 is at this path"],
  [500, "Check MLOPS_SPARK_ADDRESS, and that the server runs"],
])("a server that answers %i is named with what to do", async (status, remedy) => {
  const address = await serve((_, response) => {
    response.writeHead(status).end();
  });
  await expect(SparkSession.open({ address, folders: [] })).rejects.toMatchObject({
    code: "REMOTE_FAILED",
    message: expect.stringMatching(
      new RegExp(`^Spark at ${address} does not answer: HTTP ${status}. ${remedy}`),
    ),
  });
});

test("a server that closes the connection, or is not there, is named and not waited for", async () => {
  const address = await serve((request) => {
    request.socket.destroy();
  });
  const failure = {
    code: "REMOTE_FAILED",
    message: expect.stringContaining(`Spark at ${address} does not answer`),
  };
  await expect(openEngineAt({ spark: { address, folders: [] } })).rejects.toMatchObject(failure);
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  await expect(openEngineAt({ spark: { address, folders: [] } })).rejects.toMatchObject(failure);
});

test.each([
  ["nothing", ""],
  ["a page", "<!doctype html><title>Sign in</title>"],
])("a server of another kind, which answers with %s, is not waited for", async (_, body) => {
  const address = await serve((__, response) => response.end(body));
  await expect(SparkSession.open({ address, folders: [] })).rejects.toMatchObject({
    code: "REMOTE_FAILED",
    message: expect.stringContaining("does not answer: what it sends is not HiveServer2's protocol."),
  });
});

test("a server whose certificate nobody vouches for gets no token", async () => {
  const seen: (string | undefined)[] = [];
  const { key, cert } = await makeCertificate("localhost");
  const server = createSecureServer({ key, cert }, (request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  const address = `https://localhost:${await listen(server)}/cliservice`;
  await expect(SparkSession.open({ address, folders: [], token: "dapi1" })).rejects.toMatchObject({
    code: "REMOTE_FAILED",
    message: expect.stringMatching(/does not answer: self-signed certificate/),
  });
  expect(seen).toEqual([]);
});

test.each([
  [{ token: "dapi1" }, "Bearer dapi1"],
  [{ user: "u", password: "p" }, `Basic ${Buffer.from("u:p").toString("base64")}`],
  [{}, `Basic ${Buffer.from("anonymous:anonymous").toString("base64")}`],
])("%j signs in as %s, and a failure does not show it", async (credentials, header) => {
  const seen: (string | undefined)[] = [];
  const address = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401).end();
  });
  const failed = SparkSession.open({ address, folders: [], ...credentials });
  await expect(failed.catch((error: Error) => error.message)).resolves.not.toContain(header.split(" ")[1]);
  expect(seen).toEqual([header]);
});

test.each([
  [
    "org.apache.hive.service.cli.HiveSQLException: Error running query: [PATH_NOT_FOUND] org.apache.spark.sql.AnalysisException: [PATH_NOT_FOUND] Path does not exist: file:/x.csv. SQLSTATE: 42K03\n\tat org.apache.spark\n\tat y",
    {
      reason: "[PATH_NOT_FOUND] Path does not exist: file:/x.csv. SQLSTATE: 42K03",
      condition: "PATH_NOT_FOUND",
    },
  ],
  ["out of luck.", { reason: "out of luck" }],
  [
    'org.apache.hive.service.cli.HiveSQLException: Error running query: org.apache.hadoop.fs.UnsupportedFileSystemException: No FileSystem for scheme "dbfs"',
    { reason: 'No FileSystem for scheme "dbfs"' },
  ],
])("%s is told without the trace of Spark's program", (message, expected) => {
  expect(sparkReason(message)).toEqual(expected);
});
