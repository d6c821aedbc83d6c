import { PerennialError } from '../../domain/errors.ts';
import { DataType } from './model-file.ts';
import type { TensorProto } from './model-file.ts';

/** Bytes an element takes, by ONNX's type; types that are not here are not read. Four-bit types count as a half. */
const elementBytes = new Map<number, number>([
  [DataType.FLOAT, 4], [DataType.UINT8, 1], [DataType.INT8, 1], [DataType.UINT16, 2], [DataType.INT16, 2], [DataType.INT32, 4],
  [DataType.INT64, 8], [DataType.BOOL, 1], [DataType.FLOAT16, 2], [DataType.DOUBLE, 8], [DataType.UINT32, 4], [DataType.UINT64, 8],
  [DataType.BFLOAT16, 2], [DataType.UINT4, 0.5], [DataType.INT4, 0.5],
  [DataType.FLOAT8E4M3FN, 1], [DataType.FLOAT8E4M3FNUZ, 1], [DataType.FLOAT8E5M2, 1], [DataType.FLOAT8E5M2FNUZ, 1],
]);

/** Elements a shape declares, as a double: a hostile shape overflows to a large number, never to a small one. */
export function elementCount(tensor: TensorProto): number {
  return tensor.dims.reduce((product, size) => product * Number(size), 1);
}

/**
 * Bytes that a constant takes once loaded.
 * @throws PerennialError MODEL_FILE_INVALID for types that are not read and for negative sizes
 */
export function declaredBytes(tensor: TensorProto): number {
  const each = elementBytes.get(tensor.dataType ?? 0);
  if (each === undefined || tensor.dims.some((size) => size < 0n)) {
    throw new PerennialError('MODEL_FILE_INVALID', undefined, { why: 'a constant has an unknown type or a negative size' });
  }
  return Math.ceil(elementCount(tensor) * each);
}

function typedValuesToBytes(tensor: TensorProto): Uint8Array {
  const bytes = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);
  switch (tensor.dataType) {
    case DataType.FLOAT: return bytes(Float32Array.from(tensor.floatData));
    case DataType.DOUBLE: return bytes(Float64Array.from(tensor.doubleData));
    case DataType.INT64: return bytes(BigInt64Array.from(tensor.int64Data));
    case DataType.UINT64: return bytes(BigUint64Array.from(tensor.uint64Data));
    case DataType.UINT32: return bytes(Uint32Array.from(tensor.uint64Data, Number));
    case DataType.INT32: return bytes(Int32Array.from(tensor.int32Data));
    case DataType.INT16: case DataType.UINT16: case DataType.FLOAT16: case DataType.BFLOAT16:
      return bytes(Uint16Array.from(tensor.int32Data));
    default: return bytes(Uint8Array.from(tensor.int32Data));
  }
}

/**
 * The little-endian bytes of a constant, whichever of ONNX's two ways they are written.
 * @throws PerennialError MODEL_FILE_INVALID when there are more or fewer than the shape says
 */
export function tensorBytes(tensor: TensorProto): Uint8Array {
  const raw = tensor.rawData !== undefined && tensor.rawData.length > 0 ? tensor.rawData : typedValuesToBytes(tensor);
  if (raw.length !== declaredBytes(tensor)) {
    throw new PerennialError('MODEL_FILE_INVALID', undefined, { why: 'a constant does not have the size its shape says' });
  }
  return raw;
}

function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A constant's values as 32-bit floats; null for types that hold no real numbers. */
export function floatValues(tensor: TensorProto): Float32Array | null {
  const raw = tensorBytes(tensor);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  switch (tensor.dataType) {
    case DataType.FLOAT: return Float32Array.from({ length: raw.length / 4 }, (_, at) => view.getFloat32(at * 4, true));
    case DataType.DOUBLE: return Float32Array.from({ length: raw.length / 8 }, (_, at) => view.getFloat64(at * 8, true));
    case DataType.FLOAT16: return Float32Array.from({ length: raw.length / 2 }, (_, at) => halfToNumber(view.getUint16(at * 2, true)));
    default: return null;
  }
}

/** A constant's values as 64-bit integers; null for other types. */
export function int64Values(tensor: TensorProto): bigint[] | null {
  if (tensor.dataType !== DataType.INT64) return null;
  const raw = tensorBytes(tensor);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.length / 8 }, (_, at) => view.getBigInt64(at * 8, true));
}
