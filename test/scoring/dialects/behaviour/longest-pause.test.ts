import {
  call,
  closeServices,
  colour,
  colourRow,
  cost,
  limits,
  openService,
  randomNumbers,
} from "../service-fixture";

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

const infer = (model: string): string => `/v2/models/${model}/infer`;
const json = "application/json";
const row = JSON.stringify(Object.values(colourRow));
const tensor = '{"name":"age","shape":[1],"datatype":"FP64","data":[1]}';

/** Every address that takes a body, with bodies that are good but for what is put in the place of `#`. */
const places: readonly (readonly [url: string, type: string, body: string])[] = [
  ["/score", json, "#"],
  ["/score", json, '{"data":#}'],
  ["/score", json, '{"data":[#]}'],
  ["/score", json, '{"data":[[#]]}'],
  ["/score", json, '{"data":{#}}'],
  ["/score", json, '{"data":[{#}]}'],
  ["/score", json, `{"data":[${row}],#}`],
  ["/score?explain=true", json, '{"data":[[#]]}'],
  ["/invocations", json, '{"instances":[#]}'],
  ["/invocations", json, '{"inputs":{#}}'],
  ["/invocations", json, '{"dataframe_records":[{#}]}'],
  ["/invocations", json, '{"dataframe_split":{"columns":[#],"data":[[1]]}}'],
  ["/invocations", json, '{"dataframe_split":{"columns":["age"],"data":[[1]],"index":[#]}}'],
  ["/invocations", json, `{"instances":[${row}],"params":{#}}`],
  ["/invocations", "text/csv", "#"],
  ["/invocations", "text/csv", "#\n1,2\n"],
  ["/invocations", "text/csv", "age,bmi,smoker,constructor,town\n#,1,true,1,x\n"],
  ["/invocations", "text/csv", "age,bmi,smoker,constructor,town\n1,1,true,1,#\n"],
  [infer("colour"), json, "#"],
  [infer("colour"), json, '{"inputs":[#]}'],
  [infer("colour"), json, '{"inputs":[{"name":"age","shape":[#],"datatype":"FP64","data":[1]}]}'],
  [infer("colour"), json, '{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","data":[#]}]}'],
  [infer("colour"), json, `{"inputs":[${tensor}],"outputs":[#]}`],
  [infer("colour"), json, `{"inputs":[${tensor}],"parameters":{#}}`],
];

/** What is repeated to fill a place: the parts of JSON and CSV, of numbers, names and what a pattern could stumble over. */
const parts: readonly ((index: number) => string)[] = [
  () => "1",
  () => "1,",
  () => "1.",
  () => "0e",
  () => " ",
  () => "x",
  () => "-",
  () => ",",
  () => ";",
  () => "\n",
  () => "\r\n",
  () => '"',
  () => '""',
  () => "\\",
  () => '"\\u0000',
  () => "[",
  () => "[],",
  () => "{",
  () => '{"a":',
  () => '{"name":"prediction"},',
  () => `${tensor},`,
  () => '"age":1,',
  () => "null,",
  () => `${row},`,
  () => "å",
  (index) => `"c${index}",`,
  (index) => `"c${index}":1,`,
  (index) => `c${index},`,
  (index) => `{"c${index}":1},`,
];

function fill(part: (index: number) => string, bytes: number): string {
  const texts: string[] = [];
  let length = 0;
  for (let index = 0; length < bytes; index++) length += texts[texts.push(part(index)) - 1]?.length ?? 1;
  // What ends in a comma is one too much, and its text with a value after it is good JSON more often.
  return texts.join("").replace(/,$/, "");
}

const filled = parts.map((part) => fill(part, bodyKilobytes * 1000));

async function processorMs(work: () => Promise<{ readonly status: number }>): Promise<[number, number]> {
  const before = process.cpuUsage();
  const { status } = await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, status];
}

describe.each(places)("%s, %s: %j", (url, type, place) => {
  test("no body takes longer than its size allows", async () => {
    for (const text of filled) {
      const body = place.replace("#", () => text);
      const [ms, status] = await processorMs(() =>
        call(apps.colour, { url, body, headers: { "content-type": type } }),
      );
      const seen = { text: text.slice(0, 30), status, ms };
      expect({ ...seen, answered: status >= 200 && status < 500 }).toEqual({ ...seen, answered: true });
      const max = maxOtherMs + (body.length / 1000) * maxMsPerKilobyte;
      expect({ ...seen, tooLong: ms > max }).toEqual({ ...seen, tooLong: false });
    }
  });
});

test("nor does any mixture of parts, in any place", async () => {
  const random = randomNumbers(20_261_126);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let round = 0; round < 40; round++) {
    const [url, type, place] = pick(places);
    const [one, two, three] = [pick(parts), pick(parts), pick(parts)];
    const [often, seldom] = [1 + Math.floor(random() * 20), 1 + Math.floor(random() * 500)];
    const mixed = fill(
      (index) => (index % seldom === 0 ? three(index) : index % often === 0 ? two(index) : one(index)),
      bodyKilobytes * 1000,
    );
    const body = place.replace("#", () => mixed);
    const [ms, status] = await processorMs(() =>
      call(apps.colour, { url, body, headers: { "content-type": type } }),
    );
    const seen = { round, place, text: mixed.slice(0, 60), status, ms };
    expect({ ...seen, tooLong: ms > maxOtherMs + (body.length / 1000) * maxMsPerKilobyte }).toEqual({
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
        const [ms] = await processorMs(() =>
          call(apps.cost, { url, body: "{}", headers: { "content-type": json, [name]: value } }),
        );
        expect({ text, url, ms, tooLong: ms > maxOtherMs }).toEqual({ text, url, ms, tooLong: false });
      }
    }
  });
});
