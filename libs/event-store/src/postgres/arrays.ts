// PostgreSQL's arrays on the wire. Binary on the way in: no quoting of JSON here, no unquoting there.

const TEXT = 25;
const INT4 = 23;
const UUID = 2950;
const HEADER = 20;

const header = (elementType: number, length: number, bytes: number): Buffer => {
  const out = Buffer.allocUnsafe(HEADER + bytes);
  out.writeInt32BE(1, 0); // dimensions
  out.writeInt32BE(0, 4); // no nulls
  out.writeInt32BE(elementType, 8);
  out.writeInt32BE(length, 12);
  out.writeInt32BE(1, 16); // lower bound
  return out;
};

export const textArray = (values: readonly string[]): Buffer => {
  let bytes = 0;
  for (const value of values) bytes += 4 + Buffer.byteLength(value);
  const out = header(TEXT, values.length, bytes);
  let at = HEADER;
  for (const value of values) {
    const length = out.write(value, at + 4);
    out.writeInt32BE(length, at);
    at += 4 + length;
  }
  return out;
};

export const intArray = (values: readonly number[]): Buffer => {
  const out = header(INT4, values.length, values.length * 8);
  values.forEach((value, i) => {
    out.writeInt32BE(4, HEADER + i * 8);
    out.writeInt32BE(value, HEADER + i * 8 + 4);
  });
  return out;
};

export const uuidArray = (values: readonly string[]): Buffer => {
  const out = header(UUID, values.length, values.length * 20);
  values.forEach((value, i) => {
    out.writeInt32BE(16, HEADER + i * 20);
    out.write(value.replaceAll('-', ''), HEADER + i * 20 + 4, 'hex');
  });
  return out;
};

/** `{1,NULL,3}` of numbers. */
export const parseNumbers = (text: string): (number | undefined)[] =>
  text
    .slice(1, -1)
    .split(',')
    .map((item) => (item === 'NULL' ? undefined : Number(item)));
