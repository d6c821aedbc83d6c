import temporal from '@temporalio/proto';

const { History } = temporal.temporal.api.history.v1;

type HistoryInput = Parameters<typeof History.encode>[0];

/** A history as Temporal's own message in protobuf's wire form; the SDK's JSON writer needs one shared protobufjs, which npm does not promise. */
export const encodeHistory = (history: HistoryInput): Uint8Array => History.encode(history).finish();
export const decodeHistory = (bytes: Uint8Array) => History.decode(bytes);
