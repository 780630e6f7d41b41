import { randomUUID } from "node:crypto";
import { openBlobStorage } from "../../../platform/storage/blob-storage";
import { openStorage } from "../../../platform/storage/open-storage";
import type { Storage } from "../../../platform/storage/storage";
import { Azurite } from "./azurite";
import { storageContract } from "./storage.contract";

describe("the blob storage", () => {
  let azurite: Azurite;
  beforeAll(async () => (azurite = await Azurite.start()));
  afterAll(() => azurite.stop());

  async function newContainer(): Promise<string> {
    const name = `c-${randomUUID()}`;
    await azurite.client().createContainer(name);
    return name;
  }

  function locationOf(container: string, folder = ""): string {
    const url = new URL(azurite.signedUrl(container));
    url.pathname += folder;
    return url.href;
  }

  async function open(): Promise<Storage> {
    return openStorage(locationOf(await newContainer()));
  }

  storageContract(open);

  describe("below a folder of the container", () => {
    storageContract(async () => openStorage(locationOf(await newContainer(), "/logs/a b")));

    test("sees nothing beside it", async () => {
      const container = await newContainer();
      const [whole, inside] = await Promise.all(
        ["", "/logs"].map((folder) => openStorage(locationOf(container, folder))),
      );
      await whole?.put("logs-2/a", "");
      await inside?.put("b", "");
      expect(await inside?.list("")).toEqual(["b"]);
      expect(await whole?.list("")).toEqual(["logs-2/a", "logs/b"]);
    });
  });

  test("says that there is no container, without the signature", async () => {
    const storage = await openStorage(locationOf("nothing-here"));
    const refused = {
      code: "STORAGE_FAILED",
      message: `Cannot write "a" in ${azurite.url}/nothing-here: ContainerNotFound, HTTP 404. Create the container, or correct the address.`,
    };
    await expect(storage.put("a", "x")).rejects.toMatchObject(refused);
    await expect(storage.get("a")).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    await expect(storage.list("")).rejects.toMatchObject({ code: "STORAGE_FAILED" });
  });

  test("says that nobody answers", async () => {
    const storage = await openStorage("http://127.0.0.1:1/account/container?sig=secret");
    const error = await storage.put("a", "x").then(
      () => "written",
      (failure: Error) => failure.message,
    );
    expect(error).toBe(
      'Cannot write "a" in http://127.0.0.1:1/account/container: ECONNREFUSED. Check the address, the network and the identity.',
    );
  });

  test("asks an identity for a token when the address has no signature", async () => {
    const scopes: unknown[] = [];
    const identity = {
      getToken: (scope: unknown) => {
        scopes.push(scope);
        return Promise.resolve({ token: "t", expiresOnTimestamp: Date.now() + 1e6 });
      },
    };
    // Tokens are sent over TLS only; the client refuses anything else before it asks.
    const storage = await openBlobStorage("https://localhost:1/account/container", { credential: identity });
    await expect(storage.put("a", "x")).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    expect(scopes[0]).toEqual(["https://storage.azure.com/.default"]);
  });

  test.each([
    "https://account.blob.core.windows.net",
    "https://account.blob.core.windows.net/?sig=secret",
    "http://account.blob.core.windows.net/container",
    "http://127.0.0.1/account",
  ])("refuses the address %s", async (location) => {
    await expect(openStorage(location)).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: `"${location.split("?")[0]}" is not the address of a blob container. Expected https://<account>.blob.core.windows.net/<container>, with a path below it if you like. Correct it.`,
    });
  });
});
