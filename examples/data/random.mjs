// Random numbers for the drawings: a source (a person, a map) has a whole number, and that number names all its draws.

// One to one on 32 bits: no two sources begin alike (the finalizer of MurmurHash3, Appleby).
const mix = (x) => {
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
};

// Numbers in [0, 1) by mulberry32 (Ettinger).
export const random = (source) => {
  let state = mix(source);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    below: (limit) => next() < limit, // true with this probability
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (list) => list[Math.floor(next() * list.length)],
  };
};
