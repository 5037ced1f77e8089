// Draws faces without and with long hair, at any size, with the packages that fetch.sh puts into FOLDER: the pairs of
// OUTPUT/testA and OUTPUT/testB show one person, those of trainA and trainB different ones. Faces are designs of
// Avataaars by Pablo Stanley (free for personal and commercial use), drawn by DiceBear.
//
//   node draw.mjs FOLDER OUTPUT SIDE TEST [TRAIN]
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, output, side, test, train = 0] = process.argv.slice(2);
if (!test) throw new Error('usage: node draw.mjs FOLDER OUTPUT SIDE TEST [TRAIN]');
const modules = path.resolve(folder, 'node_modules');
const load = (name) => import(pathToFileURL(path.join(modules, name, 'lib/index.js')));
const { createAvatar } = await load('@dicebear/core');
const avataaars = await load('@dicebear/avataaars');
const { Resvg } = createRequire(path.join(modules, 'x.js'))('@resvg/resvg-js');

const short = ['shortFlat', 'shortRound', 'shortWaved', 'sides', 'theCaesar', 'dreads01'];
const long = ['straight01', 'bob', 'bigHair', 'straight02', 'miaWallace', 'dreads'];
function draw(long_haired, seed) { // all but the hair follows from the seed
  const cut = [...seed].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 9973, 7);
  const svg = createAvatar(avataaars, {
    seed, size: Number(side), style: ['default'], facialHairProbability: 0, accessoriesProbability: 20,
    top: [(long_haired ? long : short)[cut % short.length]], topProbability: 100,
    backgroundColor: ['b6e3f4', 'c0aede', 'd1f4d9', 'ffd5dc', 'ffdfbf'],
    rotate: cut % 13, translateX: cut % 7 - 3, scale: 98 + cut % 12,
  });
  return new Resvg(svg.toString(), { font: { loadSystemFonts: false } }).render().asPng();
}
for (const [part, count] of [['train', train], ['test', test]])
  for (const set of ['A', 'B']) {
    const into = path.join(output, part + set);
    fs.mkdirSync(into, { recursive: true });
    for (let k = 0; k < count; ++k)
      fs.writeFileSync(path.join(into, `${k}.png`), draw(set === 'B', part === 'test' ? `test${k}` : `train${set}${k}`));
  }
