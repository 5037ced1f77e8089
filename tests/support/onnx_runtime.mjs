// onnx_runtime.mjs FOLDER HEIGHT WIDTH: how far ONNX Runtime's output of FOLDER/net.onnx for FOLDER/x is from FOLDER/y.
import { createRequire } from 'module';
import { readFileSync } from 'fs';

const [folder, height, width] = process.argv.slice(2);
const planes = (name) => new Float32Array(new Uint8Array(readFileSync(`${folder}/${name}`)).buffer);
let runtime;
try {
  runtime = createRequire(`${process.env.GUISE_NODE_MODULES ?? process.cwd()}/`)('onnxruntime-node');
} catch {
  console.log('not installed');
  process.exit();
}
const session = await runtime.InferenceSession.create(`${folder}/net.onnx`);
const { y } = await session.run({ x: new runtime.Tensor('float32', planes('x'), [1, 3, +height, +width]) });
const expected = planes('y');
console.log('difference', y.data.reduce((most, value, k) => Math.max(most, Math.abs(value - expected[k])), 0));
