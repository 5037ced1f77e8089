// Times ONNX Runtime as networks.cpp times this library: onnxruntime_peer.mjs CASE THREADS SECONDS, same line of JSON.
// Run in the folder that holds node_modules and CASE.onnx (compare.py fills it).
import { createRequire } from 'module';
const runtime = createRequire(process.cwd() + '/')('onnxruntime-node');

const [name, threads, seconds] = process.argv.slice(2);
const [size, batch] = name.split('-').slice(3).map(Number);
const session = await runtime.InferenceSession.create(`${name}.onnx`, {
  executionProviders: ['cpu'], intraOpNumThreads: +threads, interOpNumThreads: 1,
  executionMode: 'sequential', graphOptimizationLevel: 'all',
});
const pixels = Float32Array.from({ length: batch * 3 * size * size }, () => 2 * Math.random() - 1);
const feeds = { x: new runtime.Tensor('float32', pixels, [batch, 3, size, size]) };

for (let k = 0; k < 2; ++k) await session.run(feeds);
const milliseconds = [];
for (const start = performance.now(); milliseconds.length < 3 || performance.now() - start < 1000 * seconds;) {
  const before = performance.now();
  await session.run(feeds);
  milliseconds.push(+(performance.now() - before).toFixed(3));
}
const peak = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ case: name, threads: +threads, peak_mib: peak, milliseconds }));
