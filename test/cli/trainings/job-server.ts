import { AzureMlServer, workspaceId } from "../../platform/azure/azure-ml-server";

/** Now, of the tests about jobs. */
export const now = new Date("2026-03-10T12:00:00.000Z");

/** A server for each test of a file, and the stack that trains diabetes on it. */
export function useJobServer() {
  let server: AzureMlServer;
  beforeEach(async () => {
    server = new AzureMlServer();
    await server.start();
  });
  afterEach(() => server.close());
  return {
    server: (): AzureMlServer => server,
    stack: () => ({
      model: "diabetes",
      workspaceId,
      trackingUri: `${server.url}/mlflow/v1.0${workspaceId}`,
    }),
  };
}
