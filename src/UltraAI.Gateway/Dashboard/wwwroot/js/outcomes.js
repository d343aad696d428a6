// How calls to providers end: the names of the gateway's own metrics, put in words.
export const outcomes = [
  ['ok', 'OK'], ['client_error', 'Client error'], ['provider_error', 'Provider error'], ['timeout', 'Timeout'], ['unreachable', 'Unreachable'],
  ['cut', 'Cut off'], ['cancelled', 'Cancelled'], ['client_timeout', 'Client timeout'], ['refused', 'Refused'],
];

/** Those that are a fault of the provider or of the way to it. */
export const faults = ['provider_error', 'timeout', 'unreachable', 'cut'];

export const wordOf = name => outcomes.find(([known]) => known === name)?.[1] ?? name;

/** @param {Record<string, number>} counts */
export const totalOf = counts => Object.values(counts ?? {}).reduce((sum, value) => sum + (value ?? 0), 0);

export const faultsOf = counts => faults.reduce((sum, name) => sum + (counts?.[name] ?? 0), 0);
