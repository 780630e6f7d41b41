import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * The endpoint that gives a container the tokens of its managed identity: returns a function that opens one which knows
 * a resource, and gives the variables by which a process finds it.
 */
export function useIdentityEndpoint(): (resource: string, token: string) => Promise<Record<string, string>> {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
  return async (known, token) => {
    const server = createServer((request, response) => {
      const resource = new URL(request.url ?? "", "http://localhost").searchParams.get("resource");
      const trusted = resource === known && request.headers["x-identity-header"] === "secret";
      const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
      const answer = { access_token: token, expires_on, resource, token_type: "Bearer" };
      response.writeHead(trusted ? 200 : 400, { "content-type": "application/json" });
      response.end(JSON.stringify(trusted ? answer : { error: "bad request" }));
    });
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return { IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi`, IDENTITY_HEADER: "secret" };
  };
}
