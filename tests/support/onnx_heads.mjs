// onnx_heads.mjs MODEL FOLDER SIDE: how far ONNX Runtime's outputs of a detector for FOLDER/x, one after another, are from
// FOLDER/y, as a part of each output's largest value.
import { createRequire } from 'module';
import { readFileSync } from 'fs';

const [model, folder, side] = process.argv.slice(2);
const floats = (name) => new Float32Array(new Uint8Array(readFileSync(`${folder}/${name}`)).buffer);
let runtime;
try {
  runtime = createRequire(`${process.env.GUISE_NODE_MODULES ?? process.cwd()}/`)('onnxruntime-node');
} catch {
  console.log('not installed');
  process.exit();
}
const session = await runtime.InferenceSession.create(model, { logSeverityLevel: 3 });
const x = new runtime.Tensor('float32', floats('x'), [1, +side, +side, 3]);
const outputs = await session.run({ [session.inputNames[0]]: x });
const ours = floats('y');
let at = 0, worst = 0;
for (const name of session.outputNames) {
  const theirs = outputs[name].data;
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  worst = theirs.reduce((most, value, k) => Math.max(most, Math.abs(value - ours[at + k]) / largest), worst);
  at += theirs.length;
}
console.log('difference', at === ours.length ? worst : NaN);
