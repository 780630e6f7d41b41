import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HiveClient, thrift } from "hive-driver";

/** A column of an answer, with the key of its values in the protocol and the number of its type. */
interface AnswerColumn {
  readonly name: string;
  readonly kind: "doubleVal" | "stringVal" | "i64Val";
  readonly type: number;
  readonly values: readonly (number | string | null)[];
}

/** What a server says to a statement: rows, a failure, or nothing for as long as it runs. */
export type Answer = readonly AnswerColumn[] | { readonly error: string } | "runs on";

export interface HiveServer {
  readonly address: string;
  /** All that was asked, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

type Struct = new (fields: object) => object;
type Handler = (request: Record<string, unknown>) => Promise<object>;

const typed: { readonly TCLIService: object; readonly TCLIService_types: object } = thrift;
const types = typed.TCLIService_types as unknown as Readonly<Record<string, Struct>>;

/** The library that the driver speaks the protocol by. */
const library = (
  new HiveClient(
    typed.TCLIService,
    typed.TCLIService_types as ConstructorParameters<typeof HiveClient>[1],
  ) as unknown as {
    thrift: {
      createWebServer(options: object): Server;
      TBufferedTransport: object;
      TBinaryProtocol: object;
      Int64: new (value: number) => object;
    };
  }
).thrift;

function made(name: string, fields: object): object {
  const type = types[name];
  if (type === undefined) throw new Error(`The protocol has no ${name}.`);
  return new type(fields);
}

const success = (): object => made("TStatus", { statusCode: 0 });
const handleOf = (id: string): object =>
  made("THandleIdentifier", { guid: Buffer.from(id.padStart(16, "0")), secret: Buffer.alloc(16) });

function columnOf({ kind, values }: AnswerColumn): object {
  const nulls = Buffer.alloc(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (value === null) nulls[row >>> 3] = (nulls[row >>> 3] ?? 0) | (1 << (row & 7));
  });
  const none = kind === "stringVal" ? "" : 0;
  const items = values.map((value) =>
    kind === "i64Val" ? new library.Int64(Number(value ?? 0)) : (value ?? none),
  );
  const structs = { doubleVal: "TDoubleColumn", stringVal: "TStringColumn", i64Val: "TI64Column" };
  return made("TColumn", { [kind]: made(structs[kind], { values: items, nulls }) });
}

const descriptionOf = ({ name, type }: AnswerColumn, index: number): object =>
  made("TColumnDesc", {
    columnName: name,
    position: index + 1,
    typeDesc: made("TTypeDesc", {
      types: [made("TTypeEntry", { primitiveEntry: made("TPrimitiveTypeEntry", { type }) })],
    }),
  });

/** A server that speaks HiveServer2's protocol by the driver's own library; `answer` says what comes of a statement. */
export async function serveHive(answer: (sql: string) => Answer): Promise<HiveServer> {
  const asked: string[] = [];
  const answers = new Map<string, { readonly answer: Answer; fetched: boolean }>();
  const operationOf = (request: Record<string, unknown>) => {
    const { operationHandle } = request as { operationHandle: { operationId: { guid: Buffer } } };
    const found = answers.get(operationHandle.operationId.guid.toString().replace(/^0+/, ""));
    if (found === undefined) throw new Error("There is no such operation.");
    return found;
  };
  const columnsOf = ({ answer: given }: { readonly answer: Answer }): readonly AnswerColumn[] =>
    Array.isArray(given) ? (given as readonly AnswerColumn[]) : [];
  const done =
    (name: string): Handler =>
    (request) => {
      if (name !== "TCloseOperationResp") asked.push(name);
      return Promise.resolve(made(name, { status: request && success() }));
    };
  const handler: Readonly<Record<string, Handler>> = {
    OpenSession: (request) =>
      Promise.resolve(
        made("TOpenSessionResp", {
          status: request && success(),
          serverProtocolVersion: 7,
          sessionHandle: made("TSessionHandle", { sessionId: handleOf("1") }),
        }),
      ),
    ExecuteStatement: (request) => {
      const sql = String(request.statement);
      asked.push(sql);
      const id = String(answers.size + 1);
      answers.set(id, { answer: answer(sql), fetched: false });
      const operationHandle = made("TOperationHandle", {
        operationId: handleOf(id),
        operationType: 0,
        hasResultSet: true,
      });
      return Promise.resolve(made("TExecuteStatementResp", { status: success(), operationHandle }));
    },
    GetOperationStatus: (request) => {
      const { answer: given } = operationOf(request);
      const [operationState, errorMessage] =
        given === "runs on" ? [1] : "error" in given ? [5, given.error] : [2];
      return Promise.resolve(
        made("TGetOperationStatusResp", {
          status: success(),
          operationState,
          errorMessage,
          hasResultSet: true,
        }),
      );
    },
    GetResultSetMetadata: (request) => {
      const columns = columnsOf(operationOf(request)).map(descriptionOf);
      const schema = made("TTableSchema", { columns });
      return Promise.resolve(made("TGetResultSetMetadataResp", { status: success(), schema }));
    },
    FetchResults: (request) => {
      const operation = operationOf(request);
      const columns = columnsOf(operation).map((column) =>
        columnOf(operation.fetched ? { ...column, values: [] } : column),
      );
      operation.fetched = true;
      const results = made("TRowSet", { startRowOffset: new library.Int64(0), rows: [], columns });
      return Promise.resolve(made("TFetchResultsResp", { status: success(), hasMoreRows: false, results }));
    },
    CloseOperation: done("TCloseOperationResp"),
    CancelOperation: done("TCancelOperationResp"),
    CloseSession: done("TCloseSessionResp"),
  };
  const service = {
    transport: library.TBufferedTransport,
    protocol: library.TBinaryProtocol,
    processor: typed.TCLIService,
    handler,
  };
  const server = library.createWebServer({ services: { "/cliservice": service } });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cliservice`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
