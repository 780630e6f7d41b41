import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { openStorage } from "../../../../platform/storage/open-storage";

/** A blob service with versioning, which Azurite does not have: it lists three versions of a blob and one of a deleted one. */
class VersioningService {
  readonly deleted: string[] = [];
  refuses = false;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const url = new URL(request.url ?? "", "http://service");
      if (request.method === "DELETE" && this.refuses) {
        const code = "AuthorizationPermissionMismatch";
        response
          .writeHead(403, { "x-ms-error-code": code, "content-type": "application/xml" })
          .end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message /></Error>`);
        return;
      }
      if (request.method === "DELETE") {
        this.deleted.push(`${url.pathname.split("/").pop()} ${url.searchParams.get("versionid")}`);
        response.writeHead(202).end();
        return;
      }
      const wanted =
        url.searchParams.get("include") === "versions" && url.searchParams.get("prefix") === "m/";
      const blob = (name: string, version: string, current = "") =>
        `<Blob><Name>m/${name}</Name><VersionId>${version}</VersionId>${current}<Properties><Last-Modified>Sat, 28 Nov 2026 00:00:00 GMT</Last-Modified><Etag>x</Etag></Properties></Blob>`;
      const now = "<IsCurrentVersion>true</IsCurrentVersion>";
      const blobs = [blob("a", "1"), blob("a", "2"), blob("a", "3", now), blob("gone", "4")];
      response
        .writeHead(200, { "content-type": "application/xml" })
        .end(
          `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${wanted ? blobs.join("") : ""}</Blobs><NextMarker /></EnumerationResults>`,
        );
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/account/container?sig=x`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const service = new VersioningService();
let address = "";
beforeAll(async () => (address = await service.start()));
afterAll(() => service.stop());

test("earlier versions of blobs go, of those that are there and of those that are gone, and what is there stays", async () => {
  await (await openStorage(address)).dropEarlier("m/");
  expect(service.deleted).toEqual(["a 1", "a 2", "gone 4"]);
});

test("who may delete blobs and not their versions is told which role does", async () => {
  service.refuses = true;
  await expect((await openStorage(address)).dropEarlier("m/")).rejects.toMatchObject({
    code: "STORAGE_FAILED",
    message: expect.stringMatching(
      /^Cannot delete earlier versions below "m\/" in .*: AuthorizationPermissionMismatch, HTTP 403\. Give the identity the role "Storage Blob Data Owner" on the container/,
    ),
  });
});
