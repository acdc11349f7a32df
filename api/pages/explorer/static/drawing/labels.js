// Labels on the drawing: text with a halo of the paper's colour, and the node in a frame when it is pointed at.

const LONGEST = 26;
const cut = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1).trimEnd()}…` : text);
const faceOf = (settings) => `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;

/** Writes a name where none of `taken` is; the room it needs is added to them. */
export function drawName(context, data, settings, taken) {
  if (!data.label) return;
  const text = cut(data.label);
  context.font = faceOf(settings);
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = data.paper;
  context.fillStyle = settings.labelColor.color;
  const { width } = context.measureText(text);
  const [x, y] = data.below ? [data.x - width / 2, data.y + data.size + settings.labelSize + 1] : [data.x + data.size + 4, data.y + settings.labelSize / 3];
  const box = [x - 2, y - settings.labelSize, x + width + 2, y + 4];
  if (taken.some(([left, top, right, low]) => box[0] < right && box[2] > left && box[1] < low && box[3] > top)) return;
  taken.push(box);
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

export function drawHover(context, data, settings) {
  context.beginPath();
  context.arc(data.x, data.y, data.size + 2.5, 0, Math.PI * 2);
  context.strokeStyle = settings.labelColor.color;
  context.lineWidth = 1.6;
  context.stroke();
  if (!data.label) return;
  context.font = faceOf(settings);
  const text = data.label;
  const { width } = context.measureText(text);
  const [x, y] = [data.x + data.size + 7, data.y - settings.labelSize / 2 - 5];
  context.fillStyle = settings.labelColor.color;
  context.beginPath();
  context.roundRect(x, y, width + 14, settings.labelSize + 10, 5);
  context.fill();
  context.fillStyle = data.paper;
  context.fillText(text, x + 7, y + settings.labelSize + 3);
}
