import path from "node:path";
import { PlatformError } from "../../base/errors";

/** A format that is often given for CSV. */
interface OtherFormat {
  readonly kind: string;
  readonly remedy: string;
}

const save = "Save it as CSV in UTF-8";
const write = "Write it as CSV in UTF-8 or as Parquet";

/** First bytes of files that are often taken for CSV. */
const signatures: readonly (OtherFormat & { readonly bytes: readonly number[] | string })[] = [
  { bytes: [0xff, 0xfe], kind: "text in UTF-16", remedy: save },
  { bytes: [0xfe, 0xff], kind: "text in UTF-16", remedy: save },
  { bytes: [0x1f, 0x8b], kind: "compressed by gzip twice", remedy: "Unpack it" },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], kind: "compressed by zstd", remedy: "Unpack it" },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], kind: "compressed by xz", remedy: "Unpack it" },
  { bytes: "BZh", kind: "compressed by bzip2", remedy: "Unpack it" },
  { bytes: "7z\xbc\xaf", kind: "a 7-Zip archive", remedy: "Unpack it" },
  { bytes: "PK\x03\x04", kind: "a zip archive or an Excel workbook", remedy: save },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], kind: "an Excel workbook", remedy: save },
  { bytes: "%PDF-", kind: "a PDF document", remedy: write },
  { bytes: "SQLite format 3", kind: "a SQLite database", remedy: write },
  { bytes: "ARROW1", kind: "an Arrow (Feather) file", remedy: write },
  { bytes: "ORC\x00", kind: "an ORC file", remedy: write },
  { bytes: "ORC\x03", kind: "an ORC file", remedy: write },
  { bytes: "Obj\x01", kind: "an Avro file", remedy: write },
  ...[2, 3, 4, 5].map((protocol) => ({
    bytes: [0x80, protocol],
    kind: "a pickle of Python",
    remedy: write,
  })),
];

/** Characters that are looked at of text. */
const startCharacters = 1000;

/** How text begins that is no CSV. A header may have names in brackets or angles ("[id],[name]", "<DATE>,<OPEN>"). */
const beginnings: readonly (OtherFormat & { readonly begins: RegExp })[] = [
  {
    begins: /^(\{\s*["}]|\[\s*[[{"])/,
    kind: "JSON",
    remedy:
      'Write it as one of them, for example in Python: pandas.read_json(file).to_csv("data.csv", index=False), with lines=True where each line is a document',
  },
  { begins: /^<(!doctype html|html|table|head|body)\b/i, kind: "HTML", remedy: write },
  { begins: /^<(\?xml|!--|!doctype)/i, kind: "XML", remedy: write },
];

function findFormat(start: Buffer): OtherFormat | undefined {
  const signed = signatures.find(({ bytes }) => {
    const signature = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes);
    return start.subarray(0, signature.length).equals(signature);
  });
  if (signed) return signed;
  const text = start.toString("utf8", 0, startCharacters).replace("\ufeff", "").trimStart();
  return beginnings.find(({ begins }) => begins.test(text));
}

/** Throws DATA_UNREADABLE where a file begins as one of another format; `start` are its first bytes. */
export function refuseOtherFormats(file: string, start: Buffer): void {
  const found = findFormat(start);
  if (found === undefined) return;
  throw new PlatformError(
    "DATA_UNREADABLE",
    `${file} is ${found.kind}. Data is a CSV file in UTF-8 or a Parquet file. ${found.remedy}.`,
  );
}

/** Names that CSV files have, with none and of what is compressed, too. */
const namesOfCsv: readonly string[] = ["", ".csv", ".tsv", ".tab", ".psv", ".txt", ".data", ".dat", ".gz"];

/** What is said beside the faults of a file that by its name may never have been CSV; nothing of others. */
export function doubtOfName(file: string): string {
  const extension = path.extname(file).toLowerCase();
  if (namesOfCsv.includes(extension)) return "";
  return ` Its name ends in ${extension}: data is a CSV file in UTF-8 or a Parquet file. If it is neither, write it as one of them.`;
}
