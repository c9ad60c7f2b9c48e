// node test/support/grpc-double.mjs [port]: the double of an EventStoreDB server as a process of its own, for the benchmark and for
// trying the system on it. What it cannot prove is said in libs/event-store/testing/grpc-double.ts. Its log ends with it.
import { join } from 'node:path';
import { importTypeScript } from './compile.mjs';

const file = join(import.meta.dirname, '../../libs/event-store/testing/grpc-double.ts');
const { GrpcDouble } = await importTypeScript(file);
const double = await GrpcDouble.start({ port: Number(process.argv[2] ?? 0) });
if (process.send) {
  process.send({ url: double.directUrl });
  process.on('disconnect', () => process.exit(0));
} else
  console.log(`A double of EventStoreDB: EVENT_STORE=eventstoredb EVENTSTORE_URL='${double.url()}' FREMDRIFT_DEMO=1 npm start`);
