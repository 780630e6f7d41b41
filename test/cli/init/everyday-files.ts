import type { ModelDefinitionInput } from "../../../platform/definition/definition";

/** A file as a program of everyday use writes it, and what `init` has to make of it. */
export interface EverydayFile {
  /** Who writes such files. */
  readonly from: string;
  readonly content: string;
  readonly flags?: {
    readonly target?: string;
    readonly id?: string;
    readonly task?: "regression" | "classification";
  };
  /** What each column is taken for, by name. */
  readonly taken: Readonly<Record<string, string>>;
  readonly format?: ModelDefinitionInput["format"];
  readonly task?: "regression" | "classification";
}

/** Numbers that follow no order, 0 to 1; the same in each run. */
function scattered(row: number, column: number): number {
  const value = Math.sin((row + 1) * 12.9898 + column * 78.233) * 43758.5453;
  return value - Math.floor(value);
}

const rowCount = 120;
const whole = (row: number, column: number, max: number): number => Math.floor(scattered(row, column) * max);
const pick = (row: number, column: number, values: readonly string[]): string =>
  values[whole(row, column, values.length)] ?? "";
const fixed = (row: number, column: number, max: number, digits = 2): string =>
  (scattered(row, column) * max).toFixed(digits);

function lines(header: string, row: (index: number) => string, end = "\n"): string {
  return [header, ...Array.from({ length: rowCount }, (_, index) => row(index)), ""].join(end);
}

/** 1234.5 as it is written in Germany. */
function german(value: number): string {
  return new Intl.NumberFormat("de-DE", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

export const everydayFiles: readonly EverydayFile[] = [
  {
    from: "pandas: to_csv with its index",
    content: lines(
      ",sqft,rooms,city,price",
      (row) =>
        `${row},${fixed(row, 1, 200)},${1 + whole(row, 2, 6)},${pick(row, 3, ["Rome", "Oslo", ""])},${fixed(row, 4, 900)}`,
    ),
    taken: { "": "left out", sqft: "number", rooms: "number", city: "category", price: "target" },
  },
  {
    from: "R: write.csv with NA and quotes",
    content: lines(
      '"","height","smoker","group","ill"',
      (row) =>
        `"${row + 1}",${row % 9 === 0 ? "NA" : fixed(row, 1, 200)},${pick(row, 2, ["TRUE", "FALSE", "NA"])},${pick(row, 3, ['"a"', '"b"', "NA"])},"${pick(row, 4, ["no", "yes"])}"`,
    ),
    taken: { "": "left out", height: "number", smoker: "boolean", group: "category", ill: "target" },
    format: { missing: ["NA"] },
    task: "classification",
  },
  {
    from: "Excel in Germany: a mark, semicolons, decimal commas, points between thousands",
    content: `\ufeff${lines(
      "Kunde;Umsatz;Region;Menge;Preis",
      (row) =>
        `K${row};${german(scattered(row, 1) * 50_000)};${pick(row, 2, ["Nord", "Süd"])};${row % 11 === 0 ? "-" : whole(row, 3, 90)};${german(scattered(row, 4) * 9000)}`,
      "\r\n",
    )}`,
    taken: { Kunde: "left out", Umsatz: "number", Region: "category", Menge: "number", Preis: "target" },
    format: { decimal: ",", thousands: ".", missing: ["-"] },
  },
  {
    from: "Excel in Germany: whole numbers with points between thousands alone",
    content: lines(
      "km;ps;preis",
      (row) =>
        `${new Intl.NumberFormat("de-DE").format(1000 + whole(row, 1, 200_000))};${60 + whole(row, 2, 200)};${new Intl.NumberFormat("de-DE").format(1000 + whole(row, 3, 60_000))}`,
    ),
    taken: { km: "number", ps: "number", preis: "target" },
    format: { decimal: ",", thousands: "." },
  },
  {
    from: "Excel in France: no-break spaces between thousands",
    content: lines(
      "montant;ville;total",
      (row) =>
        `${german(scattered(row, 1) * 90_000).replaceAll(".", "\u202f")};${pick(row, 2, ["Lyon", "Nice"])};${german(scattered(row, 3) * 90_000).replaceAll(".", "\u00a0")}`,
    ),
    taken: { montant: "number", ville: "category", total: "target" },
    format: { decimal: ",", thousands: " " },
  },
  {
    from: "a spreadsheet in America: commas between thousands, in quotes, and several words for nothing",
    content: lines(
      "income,age,score,limit",
      (row) =>
        `"${(1000 + scattered(row, 1) * 90_000).toLocaleString("en-US", { maximumFractionDigits: 2 })}",${row % 8 === 0 ? "N/A" : row % 7 === 0 ? "null" : 18 + whole(row, 2, 60)},${row % 5 === 0 ? "unknown" : row % 6 === 0 ? " " : whole(row, 3, 800)},"${(1000 + whole(row, 4, 90_000)).toLocaleString("en-US")}"`,
    ),
    taken: { income: "number", age: "number", score: "number", limit: "target" },
    format: { thousands: ",", missing: [" ", "N/A", "null", "unknown"] },
  },
  {
    from: "Kaggle: titanic",
    content: lines(
      "PassengerId,Survived,Pclass,Name,Sex,Age,SibSp,Parch,Ticket,Fare,Cabin,Embarked",
      (row) =>
        `${row + 1},${whole(row, 1, 2)},${1 + whole(row, 2, 3)},"Doe, Mr. ${row}",${pick(row, 3, ["male", "female"])},${row % 5 === 0 ? "" : 1 + whole(row, 4, 70)},${whole(row, 5, 4)},${whole(row, 6, 3)},A/5 ${21_000 + row},${fixed(row, 7, 80, 4)},${row % 4 === 0 ? `C${row}` : ""},${pick(row, 8, ["S", "C", "Q", ""])}`,
    ),
    flags: { target: "Survived" },
    taken: {
      ...{
        PassengerId: "id",
        Survived: "target",
        Pclass: "number",
        Name: "left out",
        Sex: "category",
        Age: "number",
      },
      ...{
        SibSp: "number",
        Parch: "number",
        Ticket: "left out",
        Fare: "number",
        Cabin: "left out",
        Embarked: "category",
      },
    },
    task: "classification",
  },
  {
    from: "New York: taxi rides with a nameless index",
    content: lines(
      ",VendorID,tpep_pickup_datetime,passenger_count,trip_distance,RatecodeID,store_and_fwd_flag,PULocationID,fare_amount",
      (row) =>
        `${24_870_000 + row * 7},${1 + whole(row, 1, 2)},2017-03-${String(1 + whole(row, 2, 28)).padStart(2, "0")} 08:55:43,${1 + whole(row, 3, 5)},${fixed(row, 4, 20)},${1 + whole(row, 5, 3)},${pick(row, 6, ["N", "Y"])},${1 + whole(row, 7, 265)},${fixed(row, 8, 60)}`,
    ),
    taken: {
      ...{
        "": "left out",
        VendorID: "category",
        tpep_pickup_datetime: "date",
        passenger_count: "number",
      },
      ...{ trip_distance: "number", RatecodeID: "category", store_and_fwd_flag: "category" },
      ...{ PULocationID: "left out", fare_amount: "target" },
    },
  },
  {
    from: "a dealer: sales of cars, each car several times",
    content: lines(
      "car_id,make,km,year,price",
      (row) =>
        `${900 + whole(row, 1, 60)},${pick(row, 2, ["Audi", "Opel", "Kia"])},${whole(row, 3, 300_000)},${1998 + whole(row, 4, 25)},${500 + whole(row, 5, 60_000)}`,
    ),
    taken: { car_id: "left out", make: "category", km: "number", year: "number", price: "target" },
  },
  {
    from: "a post office: codes that begin with 0",
    content: lines(
      "zip,customer_id,weight,cost",
      (row) =>
        `${pick(row, 1, ["01234", "08001", "00501", "94103"])},${String(row * 37).padStart(8, "0")},${fixed(row, 2, 30)},${fixed(row, 3, 50)}`,
    ),
    taken: { zip: "category", customer_id: "id", weight: "number", cost: "target" },
  },
  {
    from: "a bank: numbers of 16 to 19 digits",
    content: lines(
      "card,account,amount,fraud",
      (row) =>
        `${4_000_000_000_000_000n + BigInt(row) * 7_919_191n},${9_007_199_254_740_993_000n + BigInt(whole(row, 1, 40))},${fixed(row, 2, 900)},${whole(row, 3, 2)}`,
    ),
    taken: { card: "id", account: "left out", amount: "number", fraud: "target" },
    task: "classification",
  },
  {
    from: "a simulation: the largest doubles",
    content: lines(
      "energy,x1,x2,out",
      (row) =>
        `${row % 2 === 0 ? "" : "-"}1.7e308,${fixed(row, 1, 5)},${scattered(row, 2) * 1e12},${fixed(row, 3, 9)}`,
    ),
    taken: { energy: "left out", x1: "number", x2: "number", out: "target" },
  },
  {
    from: "pandas: booleans with gaps",
    content: lines(
      "active,member,tenure,churned",
      (row) =>
        `${pick(row, 1, ["True", "False", ""])},${pick(row, 2, ["True", "False"])},${whole(row, 3, 72)},${pick(row, 4, ["True", "False"])}`,
    ),
    taken: { active: "boolean", member: "boolean", tenure: "number", churned: "target" },
    task: "classification",
  },
  {
    from: "whoever numbers classes, which are amounts after all",
    content: lines("width,length,grade", (row) => `${fixed(row, 1, 5)},${fixed(row, 2, 9)},${row % 3}`),
    flags: { task: "regression" },
    taken: { width: "number", length: "number", grade: "target" },
  },
  {
    from: "an atlas: NA is Namibia",
    content: lines(
      "land,area,people",
      (row) =>
        `${pick(row, 1, ["NA", "ZA", "BW", "AO"])},${row % 10 === 0 ? "NA" : fixed(row, 2, 900)},${whole(row, 3, 1_000_000)}`,
    ),
    taken: { land: "category", area: "number", people: "target" },
    format: { missing: ["NA"] },
  },
  {
    from: "the UCI repository: a space behind each comma, and question marks",
    content: lines(
      "age,workclass,hours,income",
      (row) =>
        `${20 + whole(row, 1, 50)}, ${pick(row, 2, ["Private", "State-gov", "?"])}, ${whole(row, 3, 60)}, ${pick(row, 4, ["<=50K", ">50K"])}`,
    ),
    taken: { age: "number", workclass: "category", hours: "number", income: "target" },
    format: { missing: ["?"] },
    task: "classification",
  },
];
