// node sharp_crops.cjs MODE JOB SHEETS OUT - the yardstick: the same crops by sharp.
//   all: every crop opens its own sheet;  raw: a sheet is decoded once and its pixels are shared
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const sharp = require('sharp');

const [mode, jobFile, sheets, out] = process.argv.slice(2);
const cuts = JSON.parse(fs.readFileSync(jobFile, 'utf8'));
const white = { r: 255, g: 255, b: 255, alpha: 1 };

function write(opened, cut) {
  return opened
    .extract({ left: cut.left, top: cut.top, width: cut.width, height: cut.height })
    .resize(512, 512, { fit: 'contain', background: white })
    .png()
    .toFile(path.join(out, `${cut.name}.png`));
}

async function writeSheet(source, cutsOfIt) {
  const decoded = await sharp(path.join(sheets, source)).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = decoded.info;
  const reopen = () => sharp(decoded.data, { raw: { width, height, channels } });
  await Promise.all(cutsOfIt.map((cut) => write(reopen(), cut)));
}

async function main() {
  fs.mkdirSync(out, { recursive: true });
  if (mode === 'all') {
    await Promise.all(cuts.map((cut) => write(sharp(path.join(sheets, cut.source)), cut)));
    return;
  }
  const sources = [...new Set(cuts.map((cut) => cut.source))];
  await Promise.all(sources.map((s) => writeSheet(s, cuts.filter((cut) => cut.source === s))));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
