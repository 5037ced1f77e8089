// Draws SVG as PNG files on white: the standard input is lines of JSON, {"file": ..., "svg": ...}.
//
//   node draw_svg.mjs PACKAGES SIZE
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [packages, size] = process.argv.slice(2);
const { Resvg } = createRequire(path.resolve(packages, 'node_modules', 'any.js'))('@resvg/resvg-js');
const options = { fitTo: { mode: 'width', value: Number(size) }, background: '#ffffff', font: { loadSystemFonts: false } };
for (const line of fs.readFileSync(0, 'utf8').trim().split('\n')) {
  const { file, svg } = JSON.parse(line);
  fs.writeFileSync(file, new Resvg(svg, options).render().asPng());
}
