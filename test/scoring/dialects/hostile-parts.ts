export const infer = (model: string): string => `/v2/models/${model}/infer`;
const json = "application/json";
const row = '[40,25.5,true,"1","Aå"]';
const tensor = '{"name":"age","shape":[1],"datatype":"FP64","data":[1]}';

export type Place = readonly [url: string, type: string, body: string];

/** Every address of a model that takes a body, with bodies that are good but for what is put in the place of `#`. */
export const placesOf = (model: string): readonly Place[] => [
  ["/score", json, "#"],
  ["/score", json, '{"data":#}'],
  ["/score", json, '{"data":[#]}'],
  ["/score", json, '{"data":[[#]]}'],
  ["/score", json, '{"data":{#}}'],
  ["/score", json, '{"data":[{#}]}'],
  ["/score", json, `{"data":[${row}],#}`],
  ["/score?explain=true", json, '{"data":[[#]]}'],
  ["/score?intervals=true", json, '{"data":[[#]]}'],
  ["/score?intervals=true", json, `{"data":[${row}],#}`],
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
  [infer(model), json, "#"],
  [infer(model), json, '{"inputs":[#]}'],
  [infer(model), json, '{"inputs":[{"name":"age","shape":[#],"datatype":"FP64","data":[1]}]}'],
  [infer(model), json, '{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","data":[#]}]}'],
  [infer(model), json, `{"inputs":[${tensor}],"outputs":[#]}`],
  [infer(model), json, `{"inputs":[${tensor}],"parameters":{#}}`],
  [`/v2/models/${model}/versions/1/infer`, json, '{"inputs":[#]}'],
  [`/v2/models/${model}/versions/3/infer`, json, `{"inputs":[${tensor}],"outputs":[#]}`],
];

/** Bodies of the binary extension: JSON that is good but for `#`, and the bytes behind it. */
export const binaryPlaces: readonly (readonly [head: string, tail: string])[] = [
  ['{"inputs":[{"name":"town","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":SIZE}}]}', "#"],
  ['{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","parameters":{"binary_data_size":SIZE}}]}', "#"],
  [
    '{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","parameters":{"binary_data_size":8,#}}]}',
    "12345678",
  ],
  ['{"inputs":[#]}', "12345678"],
];

/** What is repeated to fill a place: the parts of JSON and CSV, of numbers, names and what a pattern could stumble over. */
export const parts: readonly ((index: number) => string)[] = [
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

export function fill(part: (index: number) => string, bytes: number): string {
  const texts: string[] = [];
  let length = 0;
  for (let index = 0; length < bytes; index++) length += texts[texts.push(part(index)) - 1]?.length ?? 1;
  // What ends in a comma is one too much, and its text with a value after it is good JSON more often.
  return texts.join("").replace(/,$/, "");
}

/** Three of the parts, each seldom or often. `random` gives numbers from 0 to 1. */
export function mix(random: () => number, bytes: number): string {
  const pick = () => parts[Math.floor(random() * parts.length)] ?? String;
  const [one, two, three] = [pick(), pick(), pick()];
  const [often, seldom] = [1 + Math.floor(random() * 20), 1 + Math.floor(random() * 500)];
  return fill(
    (index) => (index % seldom === 0 ? three(index) : index % often === 0 ? two(index) : one(index)),
    bytes,
  );
}
