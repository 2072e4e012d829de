/** Tests against a simulated WeCom (企业微信) corp. */

export { BinaryError, VERSION, findBinary } from './binary.js';
export { Console } from './console.js';
export { SimulatorServer, StartError, type StartOptions } from './server.js';
export { Simulator } from './simulator.js';
export { ControlError, type Transport } from './transport.js';
export type * from './types.js';
