// Colours as DiceBear takes them: six hexadecimal digits.
const digits = (rgb) => rgb.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('');
const channels = (colour) => [0, 2, 4].map((i) => parseInt(colour.slice(i, i + 2), 16));

// At `share` of [0, 1) of the way along a list of colours.
export const along = (colours, share) => {
  const at = share * (colours.length - 1), i = Math.floor(at);
  const from = channels(colours[i]), to = channels(colours[i + 1]);
  return digits(from.map((v, k) => v + (to[k] - v) * (at - i)));
};

// Hue in degrees; saturation and lightness in [0, 1].
export const hsl = (hue, saturation, lightness) => {
  const channel = (n) => {
    const k = (n + hue / 30) % 12;
    return 255 * (lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return digits([channel(0), channel(8), channel(4)]);
};

// The sum over the channels, in [0, 765].
export const distance = (a, b) => channels(a).reduce((sum, v, k) => sum + Math.abs(v - channels(b)[k]), 0);
