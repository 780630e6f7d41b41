import { startContainers } from "../../../deploy/azure/start-containers";
import { AzureMlServer } from "../../platform/azure/azure-ml-server";
import { sendJson } from "../../platform/http/http-server";

const id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/scoring";
let azure: AzureMlServer;

beforeEach(async () => {
  azure = new AzureMlServer();
  await azure.start();
});
afterEach(() => azure.close());

/** Has Azure answer with these states of the group in turn, and accept a start where there is none. */
function answers(...states: readonly (string | undefined)[]): void {
  for (const state of states) {
    azure.next.push((_request, response) => {
      if (state === undefined) response.writeHead(202).end();
      else sendJson(response, 200, { properties: { instanceView: { state } } });
      return true;
    });
  }
}

const calls = (): string[] => azure.requests.map(({ method, path }) => `${method} ${path.replace(id, "")}`);
const version = "?api-version=2023-05-01";

test("a group that runs is left alone", async () => {
  answers("Running");
  await startContainers(azure.client(), id);
  expect(calls()).toEqual([`GET ${version}`]);
});

test("a group that was stopped in the evening is started, and waited for", async () => {
  answers("Stopped", undefined, "Pending", "Running");
  const lines: string[] = [];
  await startContainers(azure.client(), id, { report: (line) => void lines.push(line), pauseMs: 1 });
  expect(calls()).toEqual([`GET ${version}`, `POST /start${version}`, `GET ${version}`, `GET ${version}`]);
  expect(lines).toEqual(["The container group is stopped; starting it."]);
});

test("one that does not come up is an error that says where to look", async () => {
  answers("Stopped", undefined, ...Array.from({ length: 60 }, () => "Pending"));
  await expect(startContainers(azure.client(), id, { pauseMs: 1 })).rejects.toMatchObject({
    code: "DEPLOYMENT_FAILED",
    message: expect.stringContaining(`az container logs --ids ${id}`),
  });
});

test("an identity that may not start it is told which role it lacks", async () => {
  answers("Stopped");
  azure.next.push((_request, response) => {
    sendJson(response, 403, { error: { code: "AuthorizationFailed", message: "no" } });
    return true;
  });
  await expect(startContainers(azure.client(), id)).rejects.toThrow(/Container Instances Contributor/);
});
