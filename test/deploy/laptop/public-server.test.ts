import { once } from "node:events";
import { request, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import { closeGracefully, listen } from "../../../platform/http/listening";
import { Proxy } from "../../../deploy/laptop/proxy";
import { createPublicServer } from "../../../deploy/laptop/public-server";
import { chooseTrack, type LiveTrack, type Routing } from "../../../deploy/laptop/routing";
import { TrackSampler } from "../../../deploy/laptop/track-sampler";
import { TrafficSplitter } from "../../../deploy/laptop/traffic-splitter";
import { idleScoring, testKey } from "./gateway-fixture";

/** A track whose process is not started. */
function track(name: LiveTrack["name"], version: number): LiveTrack {
  return {
    name,
    scoring: idleScoring(version),
    sampler: new TrackSampler(),
  };
}

const stable = track("stable", 1);
const canary = track("canary", 2);
const all = { weight: 100, shadow: 100 };
const none = { weight: 0, shadow: 0 };
const routing = (tracks: Partial<Routing>, traffic = none): Routing => ({
  ...tracks,
  splitter: new TrafficSplitter(traffic),
});

describe("the track of a request", () => {
  test.each([
    ["stable, when there is no canary", routing({ stable }, all), undefined, { track: stable }],
    ["the canary, while there is no stable", routing({ canary }), undefined, { track: canary }],
    ["stable, when the canary has no weight", routing({ stable, canary }), undefined, { track: stable }],
    [
      "the canary by weight, with stable to stand in for it",
      routing({ stable, canary }, all),
      undefined,
      { track: canary, fallback: stable },
    ],
    [
      "stable, with a copy to the canary",
      routing({ stable, canary }, { weight: 0, shadow: 100 }),
      undefined,
      { track: stable, copy: canary },
    ],
    [
      "the canary, when the client says so",
      routing({ stable, canary }),
      "canary",
      { track: canary, isChosen: true },
    ],
    [
      "stable, when the client says so",
      routing({ stable, canary }, all),
      "stable",
      { track: stable, isChosen: true },
    ],
  ])("is %s", (_, state, header, choice) => {
    expect(chooseTrack(state, header)).toEqual(choice);
  });

  test.each([
    ["one there is not", routing({ stable }), "canary", 'x-mlops-track is "canary". Allowed: "stable".'],
    [
      "one nobody knows",
      routing({ stable, canary }),
      "blue",
      'x-mlops-track is "blue". Allowed: "stable" or "canary".',
    ],
    ["an empty one", routing({ stable }), "", 'x-mlops-track is "". Allowed: "stable".'],
  ])("is refused when the client says %s", (_, state, header, message) => {
    expect(() => chooseTrack(state, header)).toThrow(
      expect.objectContaining({
        code: "TRACK_UNKNOWN",
        message: `${message} Leave the header out to let the gateway choose.`,
      }) as Error,
    );
  });
});

describe("the gateway's listener", () => {
  let server: Server;
  let url: string;
  const proxy = new Proxy({ report: () => undefined, testKey });
  let current: Routing;

  beforeEach(async () => {
    current = routing({});
    server = createPublicServer({ routing: () => current, proxy, testKey, report: () => undefined });
    url = `http://127.0.0.1:${await listen(server, { host: "127.0.0.1", port: 0 })}`;
  });

  afterEach(async () => {
    if (server.listening) await closeGracefully(server);
    proxy.close();
  });

  test("is alive but not ready while nothing is deployed", async () => {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const answer = await fetch(`${url}/score`, {
      method: "POST",
      body: "{}",
      headers: { "x-request-id": "r1" },
    });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(await answer.json()).toMatchObject({
      code: "NOT_READY",
      detail: "Nothing is deployed. Deploy a version first.",
      requestId: "r1",
    });
  });

  test("is not ready while the process that should answer is not", async () => {
    current = routing({ stable });
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
  });

  test("names a track that is not there", async () => {
    current = routing({ stable });
    const headers = { "x-mlops-track": "canary" };
    const answer = await fetch(`${url}/score`, { method: "POST", body: "{}", headers });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "TRACK_UNKNOWN" });
  });

  test("refuses a body that is too large, and goes on", async () => {
    current = routing({ stable });
    const { hostname, port } = new URL(url);
    const client = request({ hostname, port, path: "/score", method: "POST", agent: false });
    client.on("error", () => undefined);
    client.write(Buffer.alloc(65 * 1024 * 1024));
    const [answer] = (await once(client, "response")) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(413);
    client.destroy();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test.each([
    [
      "two hosts",
      "GET /healthz HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
      "The request has several Host headers. Send one.",
    ],
    [
      "two codings",
      "POST /score HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      'The body has the Transfer-Encoding \\"gzip, chunked\\".',
    ],
  ])("refuses a request with %s, as a scoring process does", async (_, text, said) => {
    const client = connect(Number(new URL(url).port), "127.0.0.1");
    client.setEncoding("latin1").write(text);
    let answer = "";
    for await (const part of client) answer += String(part);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain(said);
  });

  test("closes although clients keep their connections", async () => {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const closed = once(server, "close");
    await closeGracefully(server);
    await closed;
    expect(server.listening).toBe(false);
  });

  test("refuses a port that is taken, and names it", async () => {
    const port = Number(new URL(url).port);
    const other = createPublicServer({ routing: () => current, proxy, testKey, report: () => undefined });
    await expect(listen(other, { host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "BUSY",
      message: `Port ${port} of 127.0.0.1 is taken. Choose another one, or stop the process that listens there.`,
    });
  });
});
