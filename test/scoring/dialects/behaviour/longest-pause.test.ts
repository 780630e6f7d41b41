import { setTimeout } from "node:timers/promises";
import { binaryPlaces, infer, mix, parts, fill, placesOf } from "../hostile-parts";
import { call, closeServices, colour, cost, limits, openService, randomNumbers } from "../service-fixture";

afterAll(closeServices);

const generous = { limits: { ...limits, maxRows: 10_000 } };
const apps = { colour: openService(colour, generous), cost: openService(cost, generous) };

/** Size of a body, in kB: what takes time in the square of it would take minutes. */
const bodyKilobytes = 200;
/**
 * Longest time that a request may keep the event loop, in milliseconds: for a kB of its body, and besides. Counted is the
 * processor's time for all of it, which is as long as its longest pause at least, however busy the machine is.
 */
const [maxMsPerKilobyte, maxOtherMs] = [0.5, 60];

const json = "application/json";
const places = placesOf("colour");
const filled = parts.map((part) => fill(part, bodyKilobytes * 1000));

/**
 * Processor time of a request, in milliseconds, and its status. One that takes too long is asked again: collecting the garbage of others
 * happens to fall into it, longest on a machine with more to do than processors, and what a body takes is there each time.
 */
async function processorMs(
  maxMs: number,
  work: () => Promise<{ readonly status: number }>,
): Promise<[number, number]> {
  let [least, status] = [Infinity, 0];
  for (let attempt = 0; attempt < 10 && least > maxMs; attempt++) {
    if (attempt > 0) await setTimeout(50);
    const before = process.cpuUsage();
    ({ status } = await work());
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return [least, status];
}

const maxMsOf = (body: string | Buffer): number => maxOtherMs + (body.length / 1000) * maxMsPerKilobyte;

describe.each(places)("%s, %s: %j", (url, type, place) => {
  test("no body takes longer than its size allows", async () => {
    for (const text of filled) {
      const body = place.replace("#", () => text);
      const [ms, status] = await processorMs(maxMsOf(body), () =>
        call(apps.colour, { url, body, headers: { "content-type": type } }),
      );
      const seen = { text: text.slice(0, 30), status, ms };
      expect({ ...seen, answered: status >= 200 && status < 500 }).toEqual({ ...seen, answered: true });
      expect({ ...seen, tooLong: ms > maxMsOf(body) }).toEqual({ ...seen, tooLong: false });
    }
  });
});

describe.each(binaryPlaces)("the binary extension, %s before %s", (head, tail) => {
  test.each([infer("colour"), "/v2/models/colour/versions/3/infer"])(
    "at %s no body takes longer than its size allows",
    async (url) => {
      for (const text of filled) {
        const bytes = tail.replace("#", () => text);
        const json_ = head.replace("SIZE", () => String(Buffer.byteLength(bytes))).replace("#", () => text);
        const body = Buffer.from(json_ + bytes);
        const headers = {
          "content-type": "application/octet-stream",
          "inference-header-content-length": String(Buffer.byteLength(json_)),
        };
        const maxMs = maxMsOf(body);
        const [ms, status] = await processorMs(maxMs, () => call(apps.colour, { url, body, headers }));
        const seen = { text: text.slice(0, 30), status, ms };
        expect({ ...seen, answered: status >= 200 && status < 500 }).toEqual({ ...seen, answered: true });
        expect({ ...seen, tooLong: ms > maxMs }).toEqual({ ...seen, tooLong: false });
      }
    },
  );
});

describe("a body that once took seconds", () => {
  const large = openService(cost, { limits: { ...limits, maxBodyBytes: 6_000_000 } });

  test("a field of 40,000 digits and a letter takes no 10 ms", async () => {
    const body = `a,b,c\n1,2,${"7".repeat(40_000)}x\n`;
    const [ms, status] = await processorMs(10, () =>
      call(large, { url: "/invocations", body, headers: { "content-type": "text/csv" } }),
    );
    expect(status).toBe(400);
    expect(ms).toBeLessThan(10);
  });

  test("450,000 unknown names take no 50 ms, and the first 20 are named", async () => {
    const names = Array.from({ length: 450_000 }, (_, index) => `"c${index}":1`);
    const body = Buffer.from(`{"data":[{${names.join(",")}}]}`);
    let said = "";
    const [ms, status] = await processorMs(50, async () => {
      const answer = await call(large, { url: "/score", body, headers: { "content-type": json } });
      said = String(answer.json.detail);
      return answer;
    });
    expect(status).toBe(400);
    const first = Array.from({ length: 20 }, (_, index) => `"c${index}"`).join(", ");
    expect(said).toContain(`Unknown are ${first} and others.`);
    expect(ms).toBeLessThan(50);
  });
});

test("nor does any mixture of parts, in any place", async () => {
  const random = randomNumbers(20_261_126);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let round = 0; round < 40; round++) {
    const [url, type, place] = pick(places);
    const mixed = mix(random, bodyKilobytes * 1000);
    const body = place.replace("#", () => mixed);
    const [ms, status] = await processorMs(maxMsOf(body), () =>
      call(apps.colour, { url, body, headers: { "content-type": type } }),
    );
    const seen = { round, place, text: mixed.slice(0, 60), status, ms };
    expect({ ...seen, tooLong: ms > maxMsOf(body) }).toEqual({
      ...seen,
      tooLong: false,
    });
  }
});

describe("a header of 15 kB takes no time to speak of", () => {
  const headers = [
    ...["accept", "authorization", "content-encoding", "content-type", "cookie", "traceparent", "tracestate"],
    ...["inference-header-content-length", "x-api-key", "x-request-id", "x-mlops-test", "x-mlops-shadow"],
  ];
  const repeated = [" ", ",", ";", "a=b;", "1", "-", "00-", '"', "a,", "Bearer ", "%"];
  test.each(headers)("%s", async (name) => {
    for (const text of repeated) {
      const value = `x${text.repeat(15_000 / text.length)}x`;
      for (const url of ["/score", "/invocations", infer("cost")]) {
        const [ms] = await processorMs(maxOtherMs, () =>
          call(apps.cost, { url, body: "{}", headers: { "content-type": json, [name]: value } }),
        );
        expect({ text, url, ms, tooLong: ms > maxOtherMs }).toEqual({ text, url, ms, tooLong: false });
      }
    }
  });
});
