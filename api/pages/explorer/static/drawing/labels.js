// Labels on the drawing: text with a halo of the paper's colour, and the node in a frame when it is pointed at.

const LONGEST = 34;
const cut = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
const faceOf = (settings) => `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;

export function drawName(context, data, settings) {
  if (!data.label) return;
  const text = cut(data.label);
  context.font = faceOf(settings);
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = data.paper;
  context.fillStyle = settings.labelColor.color;
  const width = data.below ? context.measureText(text).width : 0;
  const [x, y] = data.below ? [data.x - width / 2, data.y + data.size + settings.labelSize + 1] : [data.x + data.size + 4, data.y + settings.labelSize / 3];
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
  const text = cut(data.label);
  const width = context.measureText(text).width;
  const [x, y] = [data.x + data.size + 7, data.y - settings.labelSize / 2 - 5];
  context.fillStyle = settings.labelColor.color;
  context.beginPath();
  context.roundRect(x, y, width + 14, settings.labelSize + 10, 5);
  context.fill();
  context.fillStyle = data.paper;
  context.fillText(text, x + 7, y + settings.labelSize + 3);
}
