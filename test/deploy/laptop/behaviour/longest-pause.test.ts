import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fill, mix, parts, placesOf } from "../../../scoring/dialects/hostile-parts";
import {
  closeServices,
  colour,
  limits,
  openService,
  randomNumbers,
} from "../../../scoring/dialects/service-fixture";
import { openGateway, type OpenGateway } from "../gateway-fixture";

const app = openService(colour, { limits: { ...limits, maxRows: 10_000 } });
let gateway: OpenGateway;
let url: string;

beforeAll(async () => {
  await app.listen({ host: "127.0.0.1", port: 0 });
  gateway = await openGateway((app.server.address() as AddressInfo).port);
  url = `http://127.0.0.1:${gateway.port}`;
});

afterAll(async () => {
  await gateway.close();
  await closeServices();
});

const bodyKilobytes = 200;
/** That of the service by itself, and as much again for client and gateway, which are in this process, too. */
const maxMs = 2 * (60 + bodyKilobytes * 0.5);

/** Processor time of a request through the gateway, the least of ten if it is too much, in milliseconds. */
async function processorMs(path: string, type: string, body: string): Promise<[number, number]> {
  let [least, status] = [Infinity, 0];
  for (let attempt = 0; attempt < 10 && least > maxMs; attempt++) {
    if (attempt > 0) await setTimeout(50);
    const before = process.cpuUsage();
    const answer = await fetch(`${url}${path}`, { method: "POST", headers: { "content-type": type }, body });
    await answer.arrayBuffer();
    ({ status } = answer);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return [least, status];
}

async function expectFast(path: string, type: string, body: string): Promise<void> {
  const [ms, status] = await processorMs(path, type, body);
  const seen = { path, text: body.slice(0, 60), status, ms };
  expect({ ...seen, answered: status >= 200 && status < 500 }).toEqual({ ...seen, answered: true });
  expect({ ...seen, tooLong: ms > maxMs }).toEqual({ ...seen, tooLong: false });
}

test.each(placesOf("colour"))("%s, %s: %j takes no longer through the gateway", async (path, type, place) => {
  const random = randomNumbers(13);
  const some = Array.from({ length: 3 }, () => parts[Math.floor(random() * parts.length)]);
  for (const part of some) {
    const text = part === undefined ? "" : fill(part, bodyKilobytes * 1000);
    await expectFast(
      path,
      type,
      place.replace("#", () => text),
    );
  }
});

test("nor does any mixture of parts", async () => {
  const random = randomNumbers(20_261_128);
  const places = placesOf("colour");
  for (let round = 0; round < 20; round++) {
    const [path, type, place] = places[Math.floor(random() * places.length)] ?? ["/score", "", "#"];
    const mixed = mix(random, bodyKilobytes * 1000);
    await expectFast(
      path,
      type,
      place.replace("#", () => mixed),
    );
  }
});
