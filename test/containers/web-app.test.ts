import type { BuiltImage } from "../../build/image";
import { formFields, HostedPlace } from "../cli/dashboard/hosted-place";
import { until, Workplace } from "../e2e/mlops";
import {
  buildImages,
  docker,
  dockerOutput,
  freePort,
  hardened,
  inspect,
  nodeImage,
  skipReason,
} from "./engine";

const { hostname, ann } = HostedPlace;

/** A container as App Service starts it: the command of the stack, the port by variables, and here with all taken away that it can do without. */
class WebAppContainer {
  private constructor(
    readonly id: string,
    readonly url: string,
  ) {}

  static async start(
    image: string,
    verb: readonly string[],
    settings: Readonly<Record<string, string>>,
  ): Promise<WebAppContainer> {
    const port = String(await freePort());
    // App Service sets the second to what the first says.
    const env = Object.entries({ WEBSITES_PORT: port, PORT: port, ...settings });
    const id = await dockerOutput(
      ...["run", "--detach", "--network", "host", ...hardened],
      ...["--tmpfs", "/tmp", "--tmpfs", "/work:uid=65532,gid=65532,mode=0700"],
      ...env.flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      ...[image, ...verb, "--port", port],
    );
    return new WebAppContainer(id, `http://127.0.0.1:${port}`);
  }

  /** Waits until it answers for its health; throws with what it printed when it ends without. */
  async ready(): Promise<void> {
    await until(async () => {
      const state = await dockerOutput("inspect", "--format", "{{.State.Status}}", this.id);
      if (state === "exited") throw new Error(`it ended: ${await this.logs()}`);
      return fetch(`${this.url}/healthz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    }, 60_000);
  }

  async logs(): Promise<string> {
    const { stdout, stderr } = await docker("logs", this.id);
    return `${stdout}\n${stderr}`;
  }

  /** What a person who is signed in gets of a page. */
  async page(at: string): Promise<string> {
    return (await fetch(`${this.url}${at}`, { headers: ann })).text();
  }

  async statusOf(at: string): Promise<number> {
    return (await fetch(`${this.url}${at}`)).status;
  }

  async remove(): Promise<void> {
    await docker("rm", "--force", "--volumes", this.id);
  }
}

(skipReason === undefined ? describe : describe.skip)(
  `the image of the web apps${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    const workplace = new Workplace();
    const containers: WebAppContainer[] = [];
    let place: HostedPlace;
    let built: BuiltImage;

    async function start(
      verb: readonly string[],
      settings: Readonly<Record<string, string>> = {},
    ): Promise<WebAppContainer> {
      const all = { ...place.settings(), ...settings };
      const container = await WebAppContainer.start(built.reference, verb, all);
      containers.push(container);
      await container.ready();
      return container;
    }

    beforeAll(async () => {
      const args = ["--only", "dashboard", "--node-image", nodeImage];
      const [{ code, stderr, images }, opened] = await Promise.all([
        buildImages(workplace, args),
        HostedPlace.open(),
      ]);
      place = opened;
      const [image] = images;
      if (code !== 0 || image === undefined) throw new Error(`the build exited with ${code}: ${stderr}`);
      built = image;
    }, 600_000);

    afterAll(async () => {
      await Promise.all(containers.map((container) => container.remove()));
      if (built !== undefined) await docker("image", "rm", "--force", built.reference);
      await Promise.all([place?.close(), workplace.remove()]);
    });

    test("runs as nobody, ends by SIGTERM, and has no Pulumi", async () => {
      const { Config } = await inspect(built.reference);
      expect([Config.User, Config.StopSignal]).toEqual(["65532:65532", "SIGTERM"]);
      const look = ["run", "--rm", "--entrypoint", "node", built.reference, "-e"];
      const { code } = await docker(...look, "require.resolve('@pulumi/pulumi')");
      expect(code).not.toBe(0);
      const { stdout } = await docker(...look, "console.log(process.getuid())");
      expect(stdout).toBe("65532");
    });

    test("is the dashboard: healthy, closed to whoever is not signed in, and with pages for whoever is", async () => {
      const dashboard = await start(["dashboard", "--hosted"]);
      expect(await dashboard.statusOf("/")).toBe(401);
      expect(await dashboard.statusOf("/models/diabetes")).toBe(401);
      expect(await dashboard.page("/models/diabetes")).toContain("diabetes:1");
      expect(await dashboard.page("/audit")).toContain("the trail is whole");
      const uid = await docker("exec", dashboard.id, "node", "-e", "console.log(process.getuid())");
      expect(uid.stdout).toBe("65532");
      await docker("stop", "--time", "20", dashboard.id);
      // By SIGTERM, of itself: it was not killed, which is 137.
      expect(await dockerOutput("inspect", "--format", "{{.State.ExitCode}}", dashboard.id)).toBe("143");
    });

    test("is the page of one model: a row is answered, and a file comes back scored", async () => {
      const page = await start(["page", "--hosted", "--model", "diabetes", "--max-file-mb", "1"]);
      expect(await page.statusOf("/")).toBe(401);
      const form = await page.page("/");
      expect(form).toContain("up to 1 MB");
      const fields = formFields(form);
      const headers = { ...ann, origin: `https://${hostname}` };
      const answer = await fetch(page.url, { method: "POST", headers, body: new URLSearchParams(fields) });
      expect(await answer.text()).toMatch(/progression: \d+/);

      const row = Object.fromEntries(
        fields.flatMap(([name, value]) => (name.startsWith("value-") ? [[name.slice(6), value]] : [])),
      ) as Record<string, string>;
      const csv = `${Object.keys(row).join(",")}\n${Object.values(row).join(",")}\n`;
      const body = new FormData();
      body.set("key", Object.fromEntries(fields).key ?? "");
      body.set("file", new Blob([csv]), "rows.csv");
      const scored = await (await fetch(`${page.url}/score`, { method: "POST", headers, body })).text();
      const [, href = ""] = /href="(\/scored\/[^"]+)"/.exec(scored) ?? [];
      expect((await page.page(href)).trim().split("\n")).toHaveLength(2);
    });

    test("is open to everybody only where it is told to, by a flag that no setting of App Service replaces", async () => {
      const open = await start(["page", "--hosted", "--public", "--model", "diabetes"], {
        WEBSITE_AUTH_ENABLED: "False",
      });
      expect(await open.statusOf("/")).toBe(200);
      expect(await open.statusOf("/models/diabetes")).toBe(404);

      const closed = await WebAppContainer.start(
        built.reference,
        ["page", "--hosted", "--model", "diabetes"],
        { ...place.settings(), WEBSITE_AUTH_ENABLED: "False" },
      );
      containers.push(closed);
      expect(await dockerOutput("wait", closed.id)).toBe("2");
      expect(await closed.logs()).toContain('WEBSITE_AUTH_ENABLED is "False"');
    });
  },
);
