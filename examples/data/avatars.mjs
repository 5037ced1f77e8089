// Draws the data set `avatars`: A holds men, B women, in the drawings of Avataaars (Pablo Stanley) by DiceBear.
//
//   node avatars.mjs OUT --packages FOLDER [--size 64] [--train 2000] [--pairs 200] [--seed 1]
//
// A person is a draw of all that the two domains share: skin, eyes, brows, mouth, glasses, the colour of the hair,
// clothes, background, position. As a man he has one of CUTS and perhaps a beard; as a woman she has that cut's
// twin, lashes, earrings and blush. So the truth of a man is determined; of a woman, all but the beard. A file is
// named after its person; a person of trainA is in no other folder, and one of valA only in valB.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { along, distance, hsl } from './colours.mjs';
import { random } from './random.mjs';

const SKIN = ['ffdfc4', 'f2c9a1', 'e5b183', 'cd9262', 'ae6b3c', '8a4f2d', '5f3a25'];
const HAIR = ['17110f', '2c1b18', '4a312c', '724133', 'a55728', 'b58143', 'd6b370', 'ecdcbf'];
// A man's cut and the woman's that keeps most of its outline: a fringe stays a fringe, a quiff a quiff.
const CUTS = [
  ['theCaesar', 'miaWallace'], ['dreads02', 'curly'], ['frizzle', 'shavedSides'],
  ['sides', 'bun'], ['shaggy', 'straight01'], ['shortCurly', 'curvy'],
];
const BEARDS = ['beardLight', 'beardMajestic', 'beardMedium', 'moustacheFancy', 'moustacheMagnum'];
const GLASSES = ['kurt', 'prescription01', 'prescription02', 'round', 'sunglasses', 'wayfarers'];
const CLOTHES = ['blazerAndShirt', 'blazerAndSweater', 'collarAndSweater', 'graphicShirt', 'hoodie', 'overall',
  'shirtCrewNeck', 'shirtScoopNeck', 'shirtVNeck'];
const PRINTS = ['bat', 'bear', 'cumbia', 'deer', 'diamond', 'hola', 'pizza', 'resist', 'skull'];
const BROWS = ['defaultNatural', 'flatNatural', 'raisedExcitedNatural', 'upDownNatural', 'default', 'raisedExcited', 'upDown'];
const EYES = ['default', 'default', 'happy', 'side', 'squint', 'wink', 'surprised', 'closed'];
const MOUTHS = ['default', 'smile', 'smile', 'twinkle', 'twinkle', 'serious', 'tongue', 'disbelief', 'eating'];

function hairBeside(skin, draw) {
  for (;;) {
    const hair = draw.below(0.88) ? along(HAIR, draw.next())
      : draw.below(0.5) ? hsl(8 + 14 * draw.next(), 0.75, 0.38) : hsl(0, 0, 0.55 + 0.35 * draw.next());
    if (distance(skin, hair) >= 100) return hair; // else it could not be told from the skin
  }
}

// DiceBear's options for what a man and a woman share, and the two that differ.
function person(number) {
  const draw = random(number);
  const skin = along(SKIN, draw.next()), hair = hairBeside(skin, draw), hue = 360 * draw.next();
  const clothes = draw.below(0.75) ? hsl(360 * draw.next(), 0.35 + 0.5 * draw.next(), 0.35 + 0.4 * draw.next())
    : hsl(0, 0, 0.12 + 0.8 * draw.next());
  const gradient = draw.below(0.5);
  const shared = {
    seed: String(number), style: ['default'],
    skinColor: [skin], hairColor: [hair], facialHairColor: [hair], clothesColor: [clothes],
    backgroundColor: gradient ? [hsl(hue, 0.55, 0.86), hsl(hue + 40, 0.5, 0.72)] : [hsl(hue, 0.5, 0.82)],
    backgroundType: [gradient ? 'gradientLinear' : 'solid'], backgroundRotation: [draw.whole(0, 359)],
    flip: draw.below(0.5), rotate: (360 + draw.whole(-7, 7)) % 360, scale: draw.whole(98, 112),
    translateX: draw.whole(-5, 5), translateY: draw.whole(2, 7),
    accessories: [draw.pick(GLASSES)], accessoriesProbability: draw.below(0.22) ? 100 : 0,
    accessoriesColor: [hsl(360 * draw.next(), 0.5 * draw.next(), 0.25)],
    clothing: [draw.pick(CLOTHES)], clothingGraphic: [draw.pick(PRINTS)],
    eyebrows: [draw.pick(BROWS)], eyes: [draw.pick(EYES)], mouth: [draw.pick(MOUTHS)], topProbability: 100,
  };
  const [his, hers] = draw.pick(CUTS);
  return {
    man: { ...shared, top: [his], facialHair: [draw.pick(BEARDS)], facialHairProbability: draw.below(0.8) ? 100 : 0 },
    woman: { ...shared, top: [hers], facialHairProbability: 0 },
  };
}

// ---- what Avataaars has not: in the units of its head, whose eyes are about (106, 112) and (158, 112) ----
const EYES_AT = '<g transform="translate(76 90)">', BROWS_AT = '<g transform="translate(76 82)">';
const BLUSH = '<g fill="#ff4f64" fill-opacity=".28"><ellipse cx="90" cy="131" rx="11" ry="7"/>' +
  '<ellipse cx="174" cy="131" rx="11" ry="7"/></g>';
const EARRINGS = '<g fill="#ffd24a" stroke="#a97c12"><circle cx="60.5" cy="133" r="5"/><circle cx="203.5" cy="133" r="5"/></g>';

// Three at the outer corner of each eye, on an ellipse about its middle.
function lashes(eyes) {
  if (eyes === 'closed' || eyes === 'happy') return '';
  const [rx, ry] = eyes === 'surprised' ? [13.5, 13.5] : eyes === 'squint' ? [13, 6] : [6, 6];
  const strokes = [[106, 1], [158, -1]].flatMap(([x, side]) => [205, 232, 258].map((degrees) => {
    const c = side * Math.cos((degrees * Math.PI) / 180), s = Math.sin((degrees * Math.PI) / 180);
    const at = (longer) => `${(x + (rx + longer) * c).toFixed(1)} ${(112 + (ry + longer) * s).toFixed(1)}`;
    return `M${at(0)}L${at(5.5)}`;
  }));
  return `<path d="${strokes.join('')}" stroke="#2a1c17" stroke-width="2.2" stroke-linecap="round"/>`;
}

function madeUp(svg, eyes) {
  if (!svg.includes(EYES_AT) || !svg.includes(BROWS_AT)) throw new Error('avatars.mjs: these are not the drawings of Avataaars 9.4.3');
  return svg.replace(EYES_AT, BLUSH + EARRINGS + EYES_AT).replace(BROWS_AT, lashes(eyes) + BROWS_AT);
}

// ---- the folders ----
const { values: given, positionals: [out] } = parseArgs({ allowPositionals: true, options: {
  packages: { type: 'string' }, size: { type: 'string', default: '64' }, train: { type: 'string', default: '2000' },
  pairs: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' },
} });
const whole = (name, low, high) => {
  const value = Number(given[name]);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  console.error(`avatars.mjs: --${name} ${given[name]}: expected a whole number from ${low} to ${high}`);
  process.exit(1);
};
const size = whole('size', 16, 2048), train = whole('train', 1, 1e6), pairs = whole('pairs', 1, 1e6), seed = whole('seed', 0, 1000);
const modules = path.resolve(given.packages, 'node_modules');
const load = (file) => import(pathToFileURL(path.join(modules, file)));
const { createAvatar } = await load('@dicebear/core/lib/index.js');
const avataaars = await load('@dicebear/avataaars/lib/index.js');
const { Resvg } = createRequire(path.join(modules, 'any.js'))('@resvg/resvg-js');

function write(folder, number, woman) {
  const options = person(number)[woman ? 'woman' : 'man'];
  const svg = createAvatar(avataaars, { ...options, size }).toString();
  const drawn = new Resvg(woman ? madeUp(svg, options.eyes[0]) : svg,
    { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } });
  fs.mkdirSync(path.join(out, folder), { recursive: true });
  fs.writeFileSync(path.join(out, folder, `${String(number).padStart(10, '0')}.png`), drawn.render().asPng());
}

const first = 4e6 * seed; // a million persons for each part of a seed
for (let i = 0; i < train; ++i) {
  write('trainA', first + i, false);
  write('trainB', first + 1e6 + i, true);
}
for (const [part, from] of [['val', first + 2e6], ['test', first + 3e6]])
  for (let i = 0; i < pairs; ++i) {
    write(part + 'A', from + i, false);
    write(part + 'B', from + i, true);
  }
